"""Waits until Airflow has read every file of the DAG folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from airflow_provider_flows.demo.client import AirflowApi
from airflow_provider_flows.demo.clock import Clock, wait_until
from airflow_provider_flows.demo.failures import DemoError

_SECONDS_TO_PARSE = 120.0


def wait_for_dags(api: AirflowApi, folder: Path, clock: Clock, check: Callable[[], None]) -> list[str]:
    """Wait until every DAG file has given a DAG, and return the ids of all DAGs.

    Raises DemoError with the tracebacks if Airflow could not import a file, and with the names of the files
    that gave no DAG when the time is up.
    """
    unread = dag_files(folder)
    dags: dict[str, str] = {}

    def ready() -> bool:
        if errors := api.import_errors():
            raise DemoError(
                "\n".join(f"Airflow could not import {name}:\n{why}" for name, why in errors.items())
            )
        dags.update(api.dags())
        unread.difference_update(Path(file).name for file in dags.values())
        return not unread

    wait_until(
        ready,
        clock,
        seconds=_SECONDS_TO_PARSE,
        check=check,
        missing=lambda: f"no DAG was found in {', '.join(sorted(unread))}",
    )
    if not dags:
        raise DemoError(f"there is no DAG file in {folder}")
    return sorted(dags)


def dag_files(folder: Path) -> set[str]:
    """Name the files that Airflow takes for DAG files: Python that speaks of both `dag` and `airflow`."""
    return {file.name for file in folder.rglob("*.py") if _speaks_of_dags(file)}


def _speaks_of_dags(file: Path) -> bool:
    text = file.read_bytes().lower()
    return b"dag" in text and b"airflow" in text
