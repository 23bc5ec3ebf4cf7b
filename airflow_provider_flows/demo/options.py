"""What a person, `make` or a container can tell the demo."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

COMPONENTS = ("emulator", "api-server", "scheduler", "dag-processor", "triggerer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One command, checked. `timeout` bounds the DAG runs, in seconds; a port of 0 means any free one."""

    stay_up: bool
    dags: Path
    components: tuple[str, ...]
    host: str
    port: int
    emulator_port: int
    emulator_url: str | None
    emulator_config: Path | None
    keep_environment: bool
    start_runs: bool
    timeout: float
    min_deferred: int


def read_options(arguments: list[str] | None = None) -> Options:
    """Read the command line; a wrong one ends the process with the usage and status 2."""
    parser = _parser()
    given = parser.parse_args(arguments)
    components = tuple(name for name in given.components.split(",") if name)
    if unknown := sorted(set(components) - set(COMPONENTS)):
        parser.error(f"unknown components {', '.join(unknown)}; there are {', '.join(COMPONENTS)}")
    if given.emulator_url:
        components = tuple(name for name in components if name != "emulator")
    if not components:
        parser.error("no component is left to start")
    if set(components) - {"emulator"} and not given.dags.is_dir():
        parser.error(f"there is no folder {given.dags}; name the one with the DAGs with --dags")
    runs_dags = given.command == "run" or not given.no_runs
    if runs_dags and "api-server" in components and not given.emulator_url and "emulator" not in components:
        parser.error("DAG runs need an emulator: start one, or name it with --emulator-url")
    return Options(
        stay_up=given.command == "up",
        dags=given.dags.resolve(),
        components=components,
        host=given.host,
        port=given.port,
        emulator_port=given.emulator_port,
        emulator_url=given.emulator_url,
        emulator_config=given.emulator_config,
        keep_environment=given.keep_environment,
        start_runs=runs_dags and "api-server" in components,
        timeout=given.timeout,
        min_deferred=given.min_deferred,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m airflow_provider_flows.demo", description=__doc__)
    parser.add_argument(
        "command", choices=["run", "up"], help="run: stop after the DAG runs; up: leave the UI open"
    )
    parser.add_argument("--dags", type=Path, default=Path("dags_examples"), help="the folder with the DAGs")
    parser.add_argument(
        "--timeout", type=float, default=300, metavar="SECONDS", help="for the DAG runs [300]"
    )
    parser.add_argument(
        "--min-deferred", type=int, default=0, metavar="N", help="fail if fewer tasks deferred"
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on [127.0.0.1]")
    parser.add_argument("--port", type=int, default=0, help="of Airflow's UI and API [any free one]")
    parser.add_argument("--emulator-port", type=int, default=0, help="of the emulator [any free one]")
    parser.add_argument("--emulator-config", type=Path, help="a file of knobs for the emulator")
    parser.add_argument("--emulator-url", help="use an emulator that runs elsewhere")
    parser.add_argument(
        "--components", default=",".join(COMPONENTS), help="the parts to start, with commas [all]"
    )
    parser.add_argument("--no-runs", action="store_true", help="with up: start no DAG run")
    parser.add_argument(
        "--keep-environment",
        action="store_true",
        help="keep the AIRFLOW_* variables that are set (containers): without it the user's own are hidden",
    )
    return parser
