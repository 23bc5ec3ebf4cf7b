"""Connections as Airflow's users write them into the environment, read as Airflow reads them, but without it.

The forms: https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#storing-connections-in-environment-variables
No error repeats what was written, since passwords stand in it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.fields import unknown_name
from airflow_provider_flows.protocol.errors import ConnectionFieldError

_WHOLE_EXTRA = "__extra__"  # the query's name for an extra that is too deep for a query
_MEMBERS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")


def read_written(conn_id: str, text: str) -> RawConnection:
    """Return a connection from its JSON or URI form.

    Raises `ConnectionFieldError` for what is neither.
    """
    text = text.strip()
    if not text:
        raise ConnectionFieldError(f"connection {conn_id!r} is empty: write it as JSON or as an URI")
    return _from_json(conn_id, text) if text.startswith("{") else _from_uri(conn_id, text)


def read_extra(conn_id: str, text: str | None) -> dict[str, Any]:
    """Return a connection's extra from its JSON; raises `ConnectionFieldError` when it is no object."""
    try:
        extra = json.loads(text or "{}")
    except (ValueError, RecursionError):
        extra = None
    if not isinstance(extra, dict):
        raise ConnectionFieldError(f"connection {conn_id!r}: its extra is not a JSON object")
    return extra


def _from_json(conn_id: str, text: str) -> RawConnection:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        raise ConnectionFieldError(f"connection {conn_id!r} begins like JSON, and is none") from None
    if unknown := [unknown_name(name, _MEMBERS, "member") for name in members if name not in _MEMBERS]:
        raise ConnectionFieldError(f"connection {conn_id!r}: its JSON has {'; '.join(unknown)}")
    extra = members.get("extra") or None
    return RawConnection(
        conn_id=conn_id,
        conn_type=_kind(str(members.get("conn_type") or "")),
        host=members.get("host"),
        port=_port(conn_id, members.get("port")),
        schema=members.get("schema"),
        login=members.get("login"),
        password=members.get("password"),
        extra=read_extra(conn_id, extra if isinstance(extra, str | None) else json.dumps(extra)),
    )


def _from_uri(conn_id: str, text: str) -> RawConnection:
    """Read `type://[scheme://][login][:password]@host[:port][/schema][?extra]`, each part percent-encoded."""
    malformed = ConnectionFieldError(
        f"connection {conn_id!r} is neither JSON nor an URI as Airflow writes them: "
        "type://login:password@host:port/?extra=value, each value percent-encoded"
    )
    count = text.count("://")
    if count not in (1, 2):
        raise malformed
    kind = text.partition("://")[0]
    rest = text.replace(f"{kind}://", "" if count == 2 else "//")
    if count == 2 and {"@", ":"} & set(rest.partition("://")[0]):
        raise malformed
    try:
        parts = urlsplit(rest)
        port = parts.port
        host = _host(parts)
    except ValueError:
        raise malformed from None
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return RawConnection(
        conn_id=conn_id,
        conn_type=_kind(kind.lower()),
        host=f"{parts.scheme}://{host}" if host and count == 2 else host,
        port=port,
        schema=unquote(parts.path[1:]),
        login=_unquoted(parts.username),
        password=_unquoted(parts.password),
        extra=read_extra(conn_id, query[_WHOLE_EXTRA]) if _WHOLE_EXTRA in query else query,
    )


def _host(parts: SplitResult) -> str:
    """Return the host; one that is a whole address, percent-encoded, keeps its upper case."""
    host = unquote(parts.hostname or "")
    if "/" in host:
        return unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    return host


def _unquoted(text: str | None) -> str | None:
    return unquote(text) if text else text


def _kind(text: str) -> str:
    return text.replace("-", "_")


def _port(conn_id: str, value: Any) -> int | None:
    try:
        return int(value) if value else None
    except (TypeError, ValueError):
        raise ConnectionFieldError(f"connection {conn_id!r}: its port is no whole number") from None
