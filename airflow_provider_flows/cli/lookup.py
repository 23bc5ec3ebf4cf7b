"""Where the connection of a command comes from: the environment first, Airflow only where that has none."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.hooks.connections import raw_connection
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.platforms.variables import from_variables, variables
from airflow_provider_flows.platforms.written import read_written


@dataclass(frozen=True, slots=True)
class Found:
    """A connection, and where it was found, for people."""

    raw: RawConnection
    origin: str


def connection_for(spec: PlatformSpec, conn_id: str | None, emulator: str | None = None) -> Found:
    """Return the connection for a platform: the named one, or else what there is for it.

    Without a name: AIRFLOW_CONN_<PLATFORM>_DEFAULT, then the variables of the vendor's own tools, then
    Airflow's <platform>_default. Raises `CommandError` where there is none, or one of another type.
    """
    if emulator is not None:
        if conn_id is not None:
            raise CommandError("give --connection or --emulator, not both")
        return _of_emulator(spec, emulator)
    found = from_environment(spec, conn_id) or _from_airflow(spec, conn_id or _default(spec))
    check_type(found, spec)
    return found


def check_type(found: Found, spec: PlatformSpec) -> None:
    """Raise `CommandError` for a connection that leads to another platform."""
    if found.raw.conn_type != spec.name:
        raise CommandError(
            f"{found.origin} has the type {found.raw.conn_type!r}, but {spec.name!r} is needed here: "
            "name another connection with --connection"
        )


def from_environment(spec: PlatformSpec, conn_id: str | None) -> Found | None:
    """Return the connection that the environment holds, None where it holds none for this platform."""
    variable = f"AIRFLOW_CONN_{(conn_id or _default(spec)).upper()}"
    if variable in os.environ:
        return Found(read_written(conn_id or _default(spec), os.environ[variable]), variable)
    made = from_variables(spec, os.environ) if conn_id is None else None
    return Found(made, " and ".join(variables(spec).values())) if made else None


def _default(spec: PlatformSpec) -> str:
    return f"{spec.name}_default"


def _of_emulator(spec: PlatformSpec, url: str) -> Found:
    from airflow_provider_flows.emulator.connections import airflow_connections

    if urlsplit(url).scheme not in {"http", "https"}:
        raise CommandError("--emulator takes the address that the emulator prints: http://127.0.0.1:8100")
    members: dict[str, Any] = airflow_connections(url.rstrip("/"))[_default(spec)]
    return Found(RawConnection(conn_id="emulator", **members), "the emulator's own connection")


def _from_airflow(spec: PlatformSpec, conn_id: str) -> Found:
    """Ask Airflow's secrets backends and its database; importing Airflow takes seconds."""
    variable = f"AIRFLOW_CONN_{conn_id.upper()}"
    own = " and ".join(variables(spec).values())
    advice = f"put it into {variable}{f', set {own}' if own else ''}, or name another with --connection"
    try:
        with redirect_stdout(sys.stderr):  # Airflow logs to the standard output, which belongs to our results
            from airflow.models.connection import Connection

            connection: Any = Connection.get_connection_from_secrets(conn_id)
    except Exception as error:  # noqa: BLE001 - a secrets backend, a database, a key: anything may be missing
        if type(error).__name__ == "AirflowNotFoundException":
            reason = f"neither the environment nor Airflow has a connection {conn_id!r}"
        else:  # its text may hold the connection
            reason = f"Airflow could not be asked for connection {conn_id!r} ({type(error).__name__})"
        raise CommandError(f"{reason}: {advice}") from None
    return Found(raw_connection(conn_id, connection), f"Airflow's connection {conn_id!r}")
