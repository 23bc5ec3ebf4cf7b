"""From an Airflow connection to the plain values that the core reads."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.written import read_extra

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Connection

log = logging.getLogger(__name__)


async def hide_secrets(connection: Connection) -> None:
    """Let Airflow hide the secrets of a connection's extra in the triggerer's logs, where it can."""
    if hasattr(connection, "aextra_dejson"):  # from 3.3; the way of before would block the loop
        await connection.aextra_dejson()
    else:
        _tell_of_older_airflow()


def raw_connection(conn_id: str, connection: Connection) -> RawConnection:
    """Return the connection's fields; raises `ConnectionFieldError` for an extra that is no JSON object."""
    return RawConnection(
        conn_id=conn_id,
        conn_type=connection.conn_type or "",
        host=connection.host,
        port=connection.port,
        schema=connection.schema,
        login=connection.login,
        password=connection.password,
        # read here: Airflow would log a traceback and go on with none
        extra=read_extra(conn_id, connection.extra),
    )


@cache  # once for each process
def _tell_of_older_airflow() -> None:
    log.warning(
        "This Airflow is older than 3.3: its triggerer does not hide secrets in a connection's extra "
        "(webhook_secret, proxy) when other code logs them, and 3.1 shows no extra fields in the form of a "
        "connection. See docs/connections.md."
    )
