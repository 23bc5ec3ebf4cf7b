"""One whole check, from the first file to the last line."""

from __future__ import annotations

import compileall
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from airflow_provider_flows.demo.clock import Clock, SystemClock, wait_until
from airflow_provider_flows.demo.environment import airflow_environment, free_port
from airflow_provider_flows.demo.processes import Processes
from tests.dagproc.checking import Check
from tests.dagproc.folders import LOADER_FOLDER, Folder, bundle_settings, loader_folder, stub_folder
from tests.dagproc.judge import Way
from tests.dagproc.looking import DagsApi
from tests.dagproc.report import Watch, last_line, report

# Airflow's defaults are 300 and 30: the errors of `load_dags` are away from each search for new files until
# the next parse, so what counts is their ratio, which is kept.
_REFRESH = 150.0
_PARSE = 15.0

_ROUNDS = 3  # in which a changed file is parsed, whatever its place in the queue
# What `load_dags` has shown of a file that changed goes with the next search for new files, and a DAG that
# is no more by Airflow's own thresholds: [dag_processor] stale_dag_threshold and parsing_cleanup_interval.
_VANISHES = max(_REFRESH, 50 + 60) + 3 * _PARSE

_STUBS = Way("stubs", "{}.py", _ROUNDS)
_LOADER = Way("load_dags", LOADER_FOLDER + "/{}.flow.yaml", _ROUNDS, _VANISHES, errors_needed=0.8)

_SECONDS_TO_START = 180.0
_TOP = Path(__file__).parents[2]
_PACKAGE = "airflow_provider_flows"


def run_session(seconds: float, keep: Path | None) -> int:
    """Start Airflow, look for so many seconds, stop it; return 0 if both ways held, else 1."""
    clock = SystemClock()
    with _home(keep) as home, Processes(home / "processes") as processes:
        stubs, loader = stub_folder(home / "stubs"), loader_folder(home / "loader")
        stubs.fill()
        loader.fill()
        api = _start(home, (stubs, loader), processes, clock)
        ways = ((stubs, Watch(_STUBS)), (loader, Watch(_LOADER)))
        check = Check(api, ways, processes, clock)
        check.wait_for_all()
        check.look(seconds)
    watches = ways[0][1], ways[1][1]
    print("", report(*watches), "", sep="\n")
    # Even a busy machine parses each file once a minute, unless the dag-processor has stopped to do so.
    problems = [problem for each in watches for problem in each.shortcomings(parses_needed=int(seconds / 60))]
    print("".join(f"wrong: {problem}\n" for problem in problems), end="")
    print(last_line(*watches), flush=True)
    return 1 if problems else 0


def _start(home: Path, folders: tuple[Folder, Folder], processes: Processes, clock: Clock) -> DagsApi:
    """Let the stubs be written, start an API server and a dag-processor, and wait until they work."""
    port = free_port()
    environment = {
        **airflow_environment(os.environ, home=home, dags=folders[0].root, host="127.0.0.1", port=port),
        **bundle_settings(folders, _REFRESH, _PARSE),
        "PYTHONPATH": str(_copied_code(home / "code")),
    }
    processes.run("sync", ["airflow", "flows", "sync", str(folders[0].root)], environment)
    processes.run("database", ["airflow_provider_flows.demo.database"], environment)
    for part in ("api-server", "dag-processor"):
        processes.start(part, ["airflow", part], environment)
    api = DagsApi(f"http://127.0.0.1:{port}")
    wait_until(
        lambda: api.sign_in() and "dag_processor" in api.parts_at_work(),
        clock,
        seconds=_SECONDS_TO_START,
        check=processes.check,
        missing=lambda: "no sign of life from the API server and the dag-processor",
    )
    return api


def _copied_code(folder: Path) -> Path:
    """Copy the package, so that an edit meanwhile changes nothing."""
    shutil.copytree(_TOP / _PACKAGE, folder / _PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(folder, quiet=2)
    return folder


@contextlib.contextmanager
def _home(keep: Path | None) -> Iterator[Path]:
    with contextlib.ExitStack() as stack:
        if keep is None:
            temporary = tempfile.TemporaryDirectory(prefix="flows-dagproc-", ignore_cleanup_errors=True)
            home = Path(stack.enter_context(temporary))
        else:
            home = keep.resolve()
        (home / "processes").mkdir(parents=True)
        yield home
