"""One demo from its first process to its last."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from airflow_provider_flows.demo.clock import Clock, SystemClock
from airflow_provider_flows.demo.dag_runs import run_dags
from airflow_provider_flows.demo.options import Options
from airflow_provider_flows.demo.processes import Processes
from airflow_provider_flows.demo.site import Site, start_site


def run_session(options: Options) -> int:
    """Start the parts, run the DAGs, stop everything; return 0 if all of it went well, else 1."""
    clock = SystemClock()
    with _home(options) as home, Processes(_log_folder(options, home)) as processes:
        print(f"starting {', '.join(options.components)}", flush=True)
        site = start_site(options, home, os.environ, processes, clock)
        if options.stay_up and "api-server" in options.components:
            print(f"Airflow's UI is at {site.airflow_url}, no login needed.", flush=True)
        went_well = run_dags(options, site, processes, clock) if options.start_runs else True
        if options.stay_up:
            _stay_up(options, site, processes, clock)
    return 0 if went_well else 1


@contextlib.contextmanager
def _home(options: Options) -> Iterator[Path]:
    if options.keep_environment and (given := os.environ.get("AIRFLOW_HOME")):
        yield Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="airflow-flows-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _log_folder(options: Options, home: Path) -> Path | None:
    """Choose where the output of the processes goes: a container shows it as its own."""
    if options.keep_environment:
        return None
    folder = home / "processes"
    folder.mkdir()
    return folder


def _stay_up(options: Options, site: Site, processes: Processes, clock: Clock) -> None:
    """Wait for Ctrl-C, which ends `up` well; raise DemoError if a process ends before."""
    with contextlib.suppress(KeyboardInterrupt):
        if "api-server" in options.components:
            print(f"\nAirflow's UI is at {site.airflow_url}, no login needed.")
        print("Ctrl-C stops everything.", flush=True)
        while True:
            processes.check()
            clock.sleep(1)
