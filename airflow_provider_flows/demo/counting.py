"""Which flow runs the DAG runs must have started, computed from Airflow's own task instances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from airflow_provider_flows.demo.client import DagRun, TaskInstance

_OPERATOR = "RunFlowOperator"
_STEP = "FlowStepOperator"


def starts_flows(task: TaskInstance) -> bool:
    """Tell whether a task has begun, and is a pipeline's step or has an operator that runs flows.

    A step that was skipped started nothing: its `if` said so.
    """
    is_step = task.operator == _STEP and task.state != "skipped"
    return (is_step or task.operator.endswith(_OPERATOR)) and task.tries > 0


def platform_of(task: TaskInstance, connection_types: Mapping[str, str]) -> str:
    """Name the platform of a task that starts flows.

    A typed operator's class names it; for the general one, and a pipeline's step, its connection's type does
    (`connection_types` maps connection id -> type).
    """
    if task.operator != _STEP and (prefix := task.operator.removesuffix(_OPERATOR)):
        return prefix.lower()
    return connection_types.get(task.flow_conn_id or "", "unknown")


def expected_starts(tasks: Iterable[TaskInstance], connection_types: Mapping[str, str]) -> Counter[str]:
    """Count by platform the starts of the tasks that succeeded: one for each of their tries."""
    starts: Counter[str] = Counter()
    for task in tasks:
        if starts_flows(task) and task.state == "success":
            starts[platform_of(task, connection_types)] += task.tries
    return starts


def starts_here(runs: Iterable[DagRun]) -> Counter[str]:
    """Count the DAG runs that a task has started as flow runs, on this Airflow as if it were another one."""
    return Counter({"airflow": started} if (started := sum(map(_is_started_by_a_task, runs))) else {})


def _is_started_by_a_task(run: DagRun) -> bool:
    return run.run_id.startswith("flows__")


def differences(expected: Mapping[str, int], counted: Mapping[str, int]) -> list[str]:
    """Say for each platform where Airflow and the emulator disagree; empty if nowhere."""
    return [
        f"{platform}: Airflow's tasks started {expected.get(platform, 0)} flow runs, "
        f"the emulator counted {counted.get(platform, 0)}"
        for platform in sorted({*expected, *counted})
        if expected.get(platform, 0) != counted.get(platform, 0)
    ]
