"""The Airflow of this part: its own home, one process of each kind, and what they use."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from cryptography.fernet import Fernet

from airflow_provider_flows.demo.client import AirflowApi
from airflow_provider_flows.demo.clock import SystemClock, wait_until
from airflow_provider_flows.demo.database import CONNECTIONS_VARIABLE
from airflow_provider_flows.demo.environment import airflow_environment, free_port
from airflow_provider_flows.demo.parsing import wait_for_dags
from airflow_provider_flows.demo.processes import Process, Processes
from tests.bench.cluster.asleep import FOLDER
from tests.bench.cluster.terms import EMULATORS, SILENT, WORKERS
from tests.faults.postgres import Postgres
from tests.faults.standins_dbt import DBT_TOKEN
from tests.support.certificates import make_certificates

TOP = Path(__file__).parents[3]
_COPIED = ("airflow_provider_flows", "tests/bench", "tests/faults", "tests/support")
_PARTS: Mapping[str, Sequence[str]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
_HEALTHY = {"scheduler", "triggerer", "dag_processor"}
_SECONDS_TO_START = 240.0


@dataclass(frozen=True, slots=True)
class Airflow:
    """A running Airflow."""

    home: Path
    api: AirflowApi
    platforms_url: str
    database: Postgres
    processes: Processes
    parts: Mapping[str, Process]

    def cpu_seconds(self) -> dict[str, float]:
        """Return what each part has used up so far, with all processes that it has started."""
        return {name: _cpu_seconds(part.popen.pid) for name, part in self.parts.items()}

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the metadata database, without troubling Airflow."""
        import psycopg2  # which tests of this part can do without

        with (
            closing(psycopg2.connect(self.database.url.replace("+psycopg2", ""))) as base,
            base.cursor() as cursor,
        ):
            cursor.execute(query, values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found


@contextmanager
def running_airflow(home: Path) -> Iterator[Airflow]:
    """Start everything, give it when all of it works, and end every process."""
    for folder in ("processes", "trust"):
        (home / folder).mkdir(parents=True)
    code = _copied(home / "code")
    certificates = make_certificates(home / "trust")
    certificate = str(certificates.server)
    ports = [free_port() for _ in range(EMULATORS + 3)]
    own, platforms, stored, *emulators = ports
    settings = airflow_environment(
        os.environ, home=home, dags=code / "tests/bench/cluster/dags", host="127.0.0.1", port=own
    )
    settings |= {**_SETTINGS, FOLDER: str(home), "PYTHONPATH": str(code)}
    settings |= dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), str(certificates.authority))
    database = Postgres(home / "postgres", stored)
    settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = database.url
    settings["AIRFLOW__CORE__FERNET_KEY"] = Fernet.generate_key().decode()
    with ExitStack() as stack:
        stack.callback(database.stop)
        database.create()
        processes = stack.enter_context(Processes(home / "processes", seconds_to_stop=20))
        for port in emulators:
            module = ("tests.bench.cluster.emulators", str(port), certificate)
            processes.start(f"emulator-{port}", module, settings)
        processes.start("platforms", ("tests.bench.cluster.platforms", str(platforms), certificate), settings)
        connections = _connections(platforms, emulators)
        prepared = {**settings, CONNECTIONS_VARIABLE: json.dumps(connections)}
        processes.run("database", ["airflow_provider_flows.demo.database"], prepared)
        parts = {
            name: processes.start(name, ("airflow", *arguments), settings)
            for name, arguments in _PARTS.items()
        }
        api = AirflowApi(f"http://127.0.0.1:{own}")
        _wait(api, processes, code / "tests/bench/cluster/dags")
        yield Airflow(home, api, f"https://127.0.0.1:{platforms}", database, processes, parts)


_SETTINGS = {
    "AIRFLOW__CORE__PARALLELISM": str(WORKERS),
    "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": "10000",
    "AIRFLOW__CORE__MAX_MAP_LENGTH": "10000",
    "AIRFLOW__TRIGGERER__CAPACITY": "10000",
    "AIRFLOW__TRIGGERER__MAX_TRIGGER_TO_SELECT_PER_LOOP": "250",
    # Airflow's own values, where the demo has others for its short runs.
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "1",
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "5",
    # Read once: the files do not change while the bench runs.
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "3600",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
}


def _connections(platforms: int, emulators: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Return all connections; no platform here asks for a limit, and the peers know none."""
    from airflow_provider_flows.emulator import airflow_connections

    unlimited = {"max_requests_per_second": 0, "max_requests_in_flight": 1000}
    made: dict[str, dict[str, Any]] = {}
    for name, port in [
        *((f"emulator_{number}", port) for number, port in enumerate(emulators)),
        ("watched", platforms),
    ]:
        made[name] = airflow_connections(f"https://127.0.0.1:{port}")["vishwa_default"] | {"extra": unlimited}
    made[SILENT] = {**made["watched"], "extra": {**unlimited, "result_field": "nothing"}}
    made["dbt"] = {
        "conn_type": "dbt_cloud",
        "host": f"127.0.0.1:{platforms}",
        "login": "1",
        "password": DBT_TOKEN,
    }
    made["http"] = {"conn_type": "http", "host": f"https://127.0.0.1:{platforms}"}
    return made


def _copied(folder: Path) -> Path:
    """Copy what Airflow's processes import, so that an edit while the bench runs changes nothing."""
    for name in _COPIED:
        shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(folder, quiet=2)
    return folder


def _wait(api: AirflowApi, processes: Processes, dags: Path) -> None:
    def ready() -> bool:
        if not api.sign_in():
            return False
        api.wake_tasks_api()
        return api.parts_at_work() >= _HEALTHY

    clock = SystemClock()
    wait_until(
        ready,
        clock,
        seconds=_SECONDS_TO_START,
        check=processes.check,
        missing=lambda: "no Airflow that works",
    )
    wait_for_dags(api, dags, clock, processes.check)
    time.sleep(5)  # what starts late is no part of a measurement


def _cpu_seconds(pid: int) -> float:
    """Return what a process and those that it started have used, those that are gone included."""
    total = 0.0
    leader = psutil.Process(pid)
    for process in (leader, *leader.children(recursive=True)):
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:  # its parent counts it from now on
            continue
        total += used.user + used.system + used.children_user + used.children_system
    return total
