"""One whole check, from Airflow's first process to the last line."""

from __future__ import annotations

import compileall
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.fernet import Fernet

from airflow_provider_flows.demo.client import AirflowApi
from airflow_provider_flows.demo.clock import Clock, SystemClock, wait_until
from airflow_provider_flows.demo.database import CONNECTIONS_VARIABLE
from airflow_provider_flows.demo.environment import airflow_environment, free_port
from airflow_provider_flows.demo.processes import Processes
from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.emulator.connections import airflow_connections
from tests.oneleg.left import Left, left_by
from tests.oneleg.verdict import PAIRS, shortcomings

_SECONDS = 10.0  # of a run: longer than a busy machine takes until its task defers
_SECONDS_TO_START, _SECONDS_TO_RUN = 180.0, 900.0
_TOP = Path(__file__).parents[2]
_COPIED = ("airflow_provider_flows", "tests/oneleg/dags")
_PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")
_AT_WORK = {"scheduler", "triggerer", "dag_processor"}


def run_session(keep: Path | None, rounds: int) -> int:
    """Start Airflow, run the DAGs, stop it; return 0 if each pair left the same, else 1."""
    clock = SystemClock()
    with _home(keep) as home, Processes(home / "processes") as processes, FlowEmulator() as emulator:
        _add_flows(emulator)
        api = _start(home, emulator.url, processes, clock)
        problems: list[str] = []
        tasks = 0
        for _ in range(rounds):
            for pair in PAIRS:
                left = _run_all(pair, home, api, processes, clock)
                problems += shortcomings(left[pair[0]], left[pair[1]], *pair)
                tasks += sum(len(each.states) for each in left.values())
    print("".join(f"wrong: {problem}\n" for problem in problems), end="")
    print(f"one leg: {tasks} tasks, {len(problems)} differences", flush=True)
    return 1 if problems else 0


def _add_flows(emulator: FlowEmulator) -> None:
    emulator.flow("scade", "plain", duration=_SECONDS, result={"rows": [[1, 2.5], None], "text": "ü"})
    emulator.flow("scade", "number", duration=_SECONDS, result=0)
    emulator.flow("scade", "listed", duration=_SECONDS, result=[1, 2, 3])
    emulator.flow("blinkops", "echo", duration=_SECONDS)
    emulator.flow("blinkops", "failing", duration=_SECONDS, outcome="failed")
    emulator.flow("blinkops", "skipped", duration=_SECONDS, outcome="skipped")
    for name in ("late", "never"):
        emulator.flow("blinkops", name, outcome="never_ends")
    for platform in ("vishwa", "blinkops"):
        emulator.flow(platform, "watched", duration=4 * _SECONDS)


def _run_all(
    names: tuple[str, str], home: Path, api: AirflowApi, processes: Processes, clock: Clock
) -> dict[str, Left]:
    before = {run.run_id for run in api.dag_runs()}
    for name in names:
        api.start_run(name)

    def over() -> bool:
        runs = [run for run in api.dag_runs() if run.run_id not in before]
        return len(runs) == len(names) and all(run.state in ("success", "failed") for run in runs)

    def missing() -> str:
        return f"not over: {_waiting(api)}"

    wait_until(over, clock, seconds=_SECONDS_TO_RUN, check=processes.check, missing=missing)
    runs = (run for run in api.dag_runs() if run.run_id not in before)
    return {run.dag_id: left_by(home, run.dag_id, run.run_id) for run in runs}


def _waiting(api: AirflowApi) -> str:
    waiting = (task for task in api.task_instances() if task.state not in ("success", "failed", "skipped"))
    return ", ".join(f"{task.dag_id}.{task.task_id} {task.state}" for task in waiting)


def _start(home: Path, emulator: str, processes: Processes, clock: Clock) -> AirflowApi:
    port = free_port()
    code = _copied_code(home / "code")
    environment = {
        **airflow_environment(
            os.environ, home=home, dags=code / "tests/oneleg/dags", host="127.0.0.1", port=port
        ),
        # SQLite locks the whole file at each write; a busy machine keeps others waiting for long.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db?timeout=120",
        "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
        "PYTHONPATH": str(code),
    }
    connections = airflow_connections(emulator)
    for name in ("blinkops_default", "vishwa_default"):
        fields = connections[name]
        fields["extra"] = {**fields.get("extra", {}), "run_link": "https://ui.invalid/${run.id}"}
    prepared = {**environment, CONNECTIONS_VARIABLE: json.dumps(connections)}
    processes.run("database", ["airflow_provider_flows.demo.database"], prepared)
    for part in _PARTS:
        more = {} if part == "triggerer" else {"AIRFLOW_VAR_NOT_IN_THE_TRIGGERER": "watched"}
        processes.start(part, ["airflow", part], {**environment, **more})
    api = AirflowApi(f"http://127.0.0.1:{port}")
    names = {name for pair in PAIRS for name in pair}

    def ready() -> bool:
        if not (api.sign_in() and api.parts_at_work() >= _AT_WORK):
            return False
        if errors := api.import_errors():
            raise RuntimeError(f"a DAG file could not be imported: {errors}")
        return names <= api.dags().keys()

    wait_until(
        ready, clock, seconds=_SECONDS_TO_START, check=processes.check, missing=lambda: "Airflow is not up"
    )
    api.wake_tasks_api()
    return api


def _copied_code(folder: Path) -> Path:
    """Copy what Airflow imports, so that an edit meanwhile changes nothing."""
    for name in _COPIED:
        shutil.copytree(_TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(folder, quiet=2)
    return folder


@contextlib.contextmanager
def _home(keep: Path | None) -> Iterator[Path]:
    with contextlib.ExitStack() as stack:
        if keep is None:
            temporary = tempfile.TemporaryDirectory(prefix="flows-oneleg-", ignore_cleanup_errors=True)
            home = Path(stack.enter_context(temporary))
        else:
            home = keep.resolve()
        (home / "processes").mkdir(parents=True)
        yield home
