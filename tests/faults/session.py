"""One whole bench, from PostgreSQL's first process to the last line."""

from __future__ import annotations

import compileall
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_flows.demo.database import CONNECTIONS_VARIABLE
from airflow_provider_flows.demo.environment import free_port
from airflow_provider_flows.demo.processes import Processes
from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator
from airflow_provider_flows.emulator.connections import airflow_connections
from tests.faults import peers
from tests.faults.bench import PARTS, Bench
from tests.faults.cluster import TRIGGERERS, Cluster, wait_until
from tests.faults.looking import Looking
from tests.faults.owners import RunOwners, TaskOwners
from tests.faults.people import People
from tests.faults.postgres import Postgres
from tests.faults.proxy import Proxy
from tests.faults.settings import END_FROM_TRIGGER, QUICK_HEARTBEAT_TIMEOUT, environment

TOP = Path(__file__).parents[2]
_COPIED = ("airflow_provider_flows", "tests/faults", "tests/support")
_DAGS = ("dags", "peer_dags")  # below tests/faults
CALLBACK_SECRET = "callback-secret-of-the-bench-0000"
HEARTBEAT_TIMEOUT = "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"
_TOKEN_LIFETIME = 15.0  # seconds: a run of half a minute sees several tokens
_READ_TIMEOUT = 5.0  # seconds, of the connections whose weather may be slow

_SECONDS_TO_START = 180.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What kind of bench is wanted: on SQLite there is one triggerer, and no database to take away."""

    sqlite: bool = False
    peers: bool = True
    quick: bool = False
    home: Path | None = None
    end_from_trigger: str = "auto"


@contextlib.contextmanager
def open_bench(setting: Setting) -> Iterator[Bench]:
    """Start everything, give the bench when all of it works, and end every process."""
    with contextlib.ExitStack() as stack:
        home = setting.home or Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="flows-faults-", ignore_cleanup_errors=True)
            )
        )
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o755)  # PostgreSQL's user passes through
        for folder in ("processes", "dags", "logs"):
            (home / folder).mkdir()
        code = _copied_code(home / "code")
        emulator = stack.enter_context(FlowEmulator(EmulatorConfig(token_lifetime=_TOKEN_LIFETIME)))
        runs = RunOwners()
        weather = stack.enter_context(Proxy(emulator.url, runs))
        line = stack.enter_context(Proxy(emulator.url, runs))
        port = free_port()
        execution = stack.enter_context(Proxy(f"http://127.0.0.1:{port}", TaskOwners()))
        postgres = None if setting.sqlite else Postgres(home / "postgres", free_port())
        if postgres:
            stack.callback(postgres.stop)
            postgres.create()
        url = postgres.url if postgres else f"sqlite:///{home}/airflow.db"
        processes = stack.enter_context(Processes(home / "processes"))
        settings = environment(
            os.environ, home=home, dags=home / "dags", port=port, execution_url=f"{execution.url}/execution/",
            database_url=url, top=code,
        )  # fmt: skip
        settings[END_FROM_TRIGGER] = setting.end_from_trigger
        if setting.quick:
            settings[HEARTBEAT_TIMEOUT] = QUICK_HEARTBEAT_TIMEOUT
        connections = _connections(emulator.url, weather.url, line.url)
        if setting.peers:
            connections |= _start_peers(home, processes, settings, weather.url)
        _link_dags(home / "dags", code / "tests" / "faults", peers_too=setting.peers)
        prepared = {**settings, CONNECTIONS_VARIABLE: json.dumps(connections)}
        processes.run("database", ["airflow_provider_flows.demo.database"], prepared)
        cluster = Cluster(processes, settings)
        people = People(f"http://127.0.0.1:{port}")
        _start(cluster, people, triggerers=1 if setting.sqlite else 2, peers_too=setting.peers)
        looking = stack.enter_context(Looking(url, emulator))
        yield Bench(
            cluster=cluster, people=people, looking=looking, emulator=emulator, execution=execution,
            weather=weather, line=line, runs=runs, home=home, database_url=url,
            fernet_key=settings["AIRFLOW__CORE__FERNET_KEY"], postgres=postgres,
        )  # fmt: skip


def _start(cluster: Cluster, people: People, *, triggerers: int, peers_too: bool) -> None:
    names = ("api-server", "scheduler", "dag-processor", *TRIGGERERS[:triggerers])
    for name in names:
        cluster.start(name)
    missing: set[str] = set()

    def ready() -> bool:
        if dead := cluster.dead():
            raise RuntimeError(f"ended at the start: {', '.join(dead)}")
        if not people.sign_in():
            return False
        if errors := people.import_errors():
            raise RuntimeError(f"a DAG file could not be imported:\n{errors}")
        missing.clear()
        missing.update(PARTS - people.health())
        missing.update({"cell_scade_wait", *(peers.PEERS.values() if peers_too else ())} - people.dags())
        return not missing

    wait_until(ready, _SECONDS_TO_START, f"the start of Airflow ({missing})", every=0.5)


def _connections(direct: str, weather: str, line: str) -> dict[str, dict[str, Any]]:
    """Return three connections to each platform: straight, through the weather, over the line."""
    made: dict[str, dict[str, Any]] = {
        "callback": {"conn_type": "http", "host": direct, "password": CALLBACK_SECRET}
    }
    for name, url in (("default", direct), ("weather", weather), ("line", line)):
        for conn_id, fields in airflow_connections(url).items():
            if name == "weather":
                fields["extra"] = {**fields.get("extra", {}), "read_timeout": _READ_TIMEOUT}
            made[conn_id.replace("default", name)] = fields
    return made


def _start_peers(
    home: Path, processes: Processes, settings: dict[str, str], emulator_url: str
) -> dict[str, dict[str, Any]]:
    """Start the peers' stand-ins, let Airflow's processes trust them, and return the connections to them."""
    (home / "trust").mkdir()
    trust = peers.make_trust(home / "trust")
    settings.update(trust.environment)
    port = free_port()
    module = ["tests.faults.standins", "--port", str(port), "--emulator", emulator_url,
              "--certificate", str(trust.certificate)]  # fmt: skip
    processes.start("stand-ins", module, settings)
    return peers.peer_connections(f"https://127.0.0.1:{port}")


def _copied_code(folder: Path) -> Path:
    """Copy what Airflow's processes import, so that an edit while the bench runs changes nothing."""
    for name in _COPIED:
        shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(folder, quiet=2)
    return folder


def _link_dags(folder: Path, faults: Path, *, peers_too: bool) -> None:
    for name in _DAGS if peers_too else _DAGS[:1]:
        for file in (faults / name).glob("*.py"):
            (folder / file.name).symlink_to(file)


def say(began: float, text: str) -> None:
    """Print a line with the seconds so far."""
    print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True, file=sys.stderr)
