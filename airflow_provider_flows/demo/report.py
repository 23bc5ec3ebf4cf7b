"""The demo's table and last line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from airflow_provider_flows.demo.client import DagRun, TaskInstance
from airflow_provider_flows.demo.counting import platform_of, starts_flows

_HEADER = ("DAG", "platform", "flow runs", "state", "seconds")


def table(runs: Iterable[DagRun], tasks: Sequence[TaskInstance], connection_types: Mapping[str, str]) -> str:
    """Draw one row for each DAG run: its platforms, how many flow runs it started, its state and length."""
    rows = [
        _HEADER,
        *(_row(run, tasks, connection_types) for run in sorted(runs, key=lambda run: run.dag_id)),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(_cells(row, widths)).rstrip() for row in rows)


def last_line(runs: Sequence[DagRun], starts: Mapping[str, int], seconds: float) -> str:
    """Sum the demo up; its form is fixed, so that scripts may read it."""
    succeeded = sum(run.state == "success" for run in runs)
    platforms = sum(number > 0 for number in starts.values())
    return (
        f"demo: {succeeded} of {len(runs)} dag runs succeeded, "
        f"{sum(starts.values())} flow runs on {platforms} platforms, {seconds:.0f} s"
    )


def _row(run: DagRun, tasks: Iterable[TaskInstance], connection_types: Mapping[str, str]) -> tuple[str, ...]:
    own = [
        task
        for task in tasks
        if (task.dag_id, task.run_id) == (run.dag_id, run.run_id) and starts_flows(task)
    ]
    platforms = sorted({platform_of(task, connection_types) for task in own})
    started = sum(task.tries for task in own)
    seconds = "" if run.seconds is None else f"{run.seconds:.1f}"
    return run.dag_id, ", ".join(platforms), str(started), run.state, seconds


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    for title, cell, width in zip(_HEADER, row, widths, strict=True):
        yield cell.rjust(width) if title in ("flow runs", "seconds") else cell.ljust(width)
