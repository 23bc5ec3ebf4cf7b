"""The DAG of a plan: each of its calls, carried out."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from airflow_provider_flows.dags.refusals import Refusals, RefusedError
from airflow_provider_flows.dags.registers import imported, notifier, timetable
from airflow_provider_flows.pipelines.calls import Call, Output
from airflow_provider_flows.pipelines.plan import Plan, plan
from airflow_provider_flows.pipelines.timetables import OLDER

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from airflow_provider_flows.pipelines.model import Pipeline

_REGISTERS = {"notifications": notifier, "timetables": timetable}


def build(pipeline: Pipeline) -> DAG:
    """Return a pipeline's DAG.

    Raises `RefusedError` with everything that Airflow, a notifier or a timetable doesn't take.
    """
    return _Builder(Refusals(pipeline.file, pipeline.source)).dag(plan(pipeline))


class _Builder:
    """Makes the objects of one plan."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals
        self._tasks: dict[str, Any] = {}

    def dag(self, planned: Plan) -> DAG:
        dag: Any = None
        with self._refusals.at(planned.dag.place, "the DAG"):
            dag = self._made(planned.dag)
        self._refusals.check()
        groups: dict[str | None, Any] = {None: dag.task_group}
        for group in planned.groups:
            with self._refusals.at(planned.dag.place, f"the group `{group.group_id}`"):
                groups[group.group_id] = self._made(group.call, dag=dag, parent_group=groups[group.parent])
        self._refusals.check()
        for task in planned.tasks:
            with self._refusals.at(task.call.place, f"step `{task.task_id}`"):
                where = {"dag": dag, "task_group": groups[task.group]}
                self._tasks[task.task_id] = (
                    self._made(task.call, "partial", **where).expand(**self._value(dict(task.mapped)))
                    if task.mapped
                    else self._made(task.call, **where)
                )
        self._refusals.check()
        for task in planned.tasks:
            if task.needs:
                self._tasks[task.task_id].set_upstream([self._tasks[need] for need in task.needs])
        made: DAG = dag
        return made

    def _made(self, call: Call, method: str = "", /, **more: Any) -> Any:
        positional = self._values(call.positional)
        keywords = dict(zip(call.keywords, self._values(call.keywords.values()), strict=True))
        if call.register:
            return self._registered(call, positional, keywords)
        kind = _imported(call.path)
        return (getattr(kind, method) if method else kind)(*positional, **keywords, **more)

    def _registered(self, call: Call, positional: list[Any], keywords: dict[str, Any]) -> Any:
        """Make an object of a class that the file names; only what is registered is imported."""
        with self._refusals.at(call.place, f"`{call.path}`"):
            return _REGISTERS[call.register or ""](call.path)(*positional, **keywords)
        raise RefusedError(())  # the reason is noted

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):  # as nearly all are
            return value
        if isinstance(value, Call):
            return self._made(value)
        if isinstance(value, Output):
            return self._tasks[value.task_id].output
        if isinstance(value, dict):
            return dict(zip(value, self._values(value.values()), strict=True))
        if isinstance(value, list):
            return self._values(value)
        return value

    def _values(self, values: Iterable[Any]) -> list[Any]:
        """Make each of several values, so that what is refused of any of them is noted."""
        rest = iter(values)
        try:
            return [self._value(each) for each in rest]
        except RefusedError:
            for each in rest:
                with suppress(RefusedError):
                    self._value(each)
            raise


def _imported(path: str) -> Any:
    try:
        return imported(path)
    except (AttributeError, ImportError):
        if path not in OLDER:
            raise
        return imported(OLDER[path])
