"""Starts the emulator and the parts of Airflow, and waits until they work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_flows.demo.client import AirflowApi
from airflow_provider_flows.demo.clock import Clock, wait_until
from airflow_provider_flows.demo.database import CONNECTIONS_VARIABLE
from airflow_provider_flows.demo.emulated import counted_starts
from airflow_provider_flows.demo.environment import (
    airflow_environment,
    free_port,
    plain_environment,
    reachable,
)
from airflow_provider_flows.demo.options import Options
from airflow_provider_flows.demo.processes import Processes
from airflow_provider_flows.emulator.connections import airflow_connections

_SECONDS_TO_START = 180.0

_PARTS = {
    # The log files lie where the API server reads them, so that nobody has to serve them.
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
_NAMES_IN_HEALTH = {"scheduler": "scheduler", "dag-processor": "dag_processor", "triggerer": "triggerer"}


@dataclass(frozen=True, slots=True)
class Site:
    """What was started: Airflow's UI and API, the emulator, and the connections that lead to it."""

    airflow_url: str
    emulator_url: str
    connections: Mapping[str, Mapping[str, Any]]

    @property
    def connection_types(self) -> dict[str, str]:
        """Give the type of every connection, by connection id."""
        return {conn_id: str(fields["conn_type"]) for conn_id, fields in self.connections.items()}


def start_site(
    options: Options, home: Path, inherited: Mapping[str, str], processes: Processes, clock: Clock
) -> Site:
    """Start the chosen components and wait until each works; raise DemoError if one doesn't."""
    port = options.port or free_port()
    emulator_port = options.emulator_port or free_port()
    host = reachable(options.host)
    emulator_url = (options.emulator_url or f"http://{host}:{emulator_port}").rstrip("/")
    airflow_url = f"http://{host}:{port}"
    connections = {**airflow_connections(emulator_url), **_own_connection(airflow_url)}
    site = Site(airflow_url, emulator_url, connections)
    if "emulator" in options.components:
        module = ["airflow_provider_flows.emulator", "--host", options.host, "--port", str(emulator_port)]
        if host != options.host:  # containers listen on all addresses, and another one counts the runs
            module.append("--control-open")
        if options.emulator_config:
            module += ["--config", str(options.emulator_config)]
        processes.start("emulator", module, plain_environment(inherited))
    environment = airflow_environment(
        inherited, home=home, dags=options.dags, host=options.host, port=port, keep=options.keep_environment
    )
    _start_airflow(options, environment, site, processes)
    _wait_for_parts(options, site, processes, clock)
    return site


def _own_connection(airflow_url: str) -> dict[str, dict[str, Any]]:
    """Return a connection that takes the demo's own Airflow for another one; every user may do all in it."""
    fields = {"conn_type": "airflow", "host": airflow_url, "login": "demo", "password": "demo"}
    return {"airflow_default": fields}


def _start_airflow(
    options: Options, environment: Mapping[str, str], site: Site, processes: Processes
) -> None:
    if "api-server" in options.components:
        # A connection that is set in the environment (containers) would hide the one in the database.
        missing = {
            conn_id: fields
            for conn_id, fields in site.connections.items()
            if f"AIRFLOW_CONN_{conn_id.upper()}" not in environment
        }
        prepared = {**environment, CONNECTIONS_VARIABLE: json.dumps(missing)}
        processes.run("database", ["airflow_provider_flows.demo.database"], prepared)
    for name, arguments in _PARTS.items():
        if name in options.components:
            processes.start(name, ["airflow", *arguments], environment)


def _wait_for_parts(options: Options, site: Site, processes: Processes, clock: Clock) -> None:
    waited_for: set[str] = set()
    uses_emulator = options.start_runs or "emulator" in options.components

    def ready() -> bool:
        waited_for.clear()
        if uses_emulator and counted_starts(site.emulator_url) is None:
            waited_for.add("emulator")
        if "api-server" in options.components:
            waited_for.update(_parts_missing(options, site))
        return not waited_for

    wait_until(
        ready,
        clock,
        seconds=_SECONDS_TO_START,
        check=processes.check,
        missing=lambda: f"no sign of life from {', '.join(sorted(waited_for))}",
    )


def _parts_missing(options: Options, site: Site) -> set[str]:
    api = AirflowApi(site.airflow_url)
    if not api.sign_in():
        return {"api-server"}
    api.wake_tasks_api()
    at_work = api.parts_at_work()
    return {
        name
        for name, in_health in _NAMES_IN_HEALTH.items()
        if name in options.components and in_health not in at_work
    }
