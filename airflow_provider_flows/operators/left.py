"""What the steps of a pipeline have left in this run of it, for the steps after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.results import read_result

FIELDS = ("result", "run_id", "link")
"""What a step has that is no mapped one, which has `results`."""

_KEYS = {
    "result": "return_value",
    "results": "return_value",
    "run_id": "run_id",
    "link": FlowRunLink().xcom_key,
}
# Airflow takes a task's XComs away when it starts again. A task that was cleared and then not started, since
# its turn didn't come, keeps those of before: they say nothing of this time.
_NOT_RUN = frozenset({"None", "skipped", "upstream_failed", "removed"})


def left_by(ti: Any, step: str, field: str) -> Any:
    """Return what a step has left, None where it has nothing of that name; raises as `read_result` does.

    :param ti: the task instance that asks
    :param field: `result`, `run_id` or `link` of a step; `results` of a mapped one: those of its items' runs
        that gave one, in the items' order
    """
    if field not in _KEYS:
        return None
    if field == "results":
        return [read_result(value) for value in _of_items(ti, step)]
    found = _pulled(ti, [step], _KEYS[field])
    if not found or _states(ti, step).get(None) in _NOT_RUN:
        return None
    return read_result(found[0]) if field == "result" else found[0] or None


def _of_items(ti: Any, step: str) -> list[Any]:
    found = _pulled(ti, [step], _KEYS["results"])
    if not found:
        return []
    states = _states(ti, step)
    items = {index: state for index, state in states.items() if index is not None}
    run = sorted(index for index, state in items.items() if state not in _NOT_RUN)
    if items and len(run) == len(items):
        return found
    return _pulled(ti, step, _KEYS["results"], map_indexes=run) if run else []


def _pulled(ti: Any, tasks: str | list[str], key: str, **which: Any) -> list[Any]:
    # Airflow logs an error where a task has none, but not where the tasks of a list have none.
    return [value for value in ti.xcom_pull(task_ids=tasks, key=key, **which) or () if value is not None]


def _states(ti: Any, step: str) -> Mapping[int | None, str]:
    """Return the states of a step's tasks by their items' numbers, None for one without items."""
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[step], run_ids=[ti.run_id])
    told = states.get(ti.run_id, {}).items()
    return {None if name == step else int(name.removeprefix(f"{step}_")): str(state) for name, state in told}
