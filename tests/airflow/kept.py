"""Results kept by an attempt that no Airflow runs."""

from __future__ import annotations

from typing import Any

from airflow_provider_flows.operators.results import ResultKeeper

TASK = {
    "dag_id": "lab.day",
    "run_id": "manual__2026-11-22T05:00:00+00:00",
    "task_id": "group.run",
    "map_index": -1,
    "try_number": 2,
    "key": "k",
}
LARGE = {"rows": ["ü" * 10] * 20}
MIB = 1024 * 1024


def keeper(max_bytes: int = 100, storage: str | None = None, **task: Any) -> ResultKeeper:
    """Return what keeps the results of the second try of a task."""
    return ResultKeeper(max_bytes, storage, {**TASK, **task})
