"""A task's attempt, leg by leg, without a database."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

from airflow.providers.common.compat.sdk import TaskDeferred
from airflow.sdk.bases.operator import ExecutorSafeguard

from airflow_provider_flows.journal.entry import KEY, Entry
from airflow_provider_flows.triggers.flow import FlowRunTrigger


@dataclass(slots=True)
class TaskInstance:
    """Stands in for Airflow's task instance: what a task asks of it, what it left there, and when."""

    task_id: str
    dag_id: str = "dag"
    run_id: str = "manual__1"
    map_index: int = -1
    try_number: int = 1
    max_tries: int = 3
    id: str = "attempt-1"
    xcoms: dict[str, Any] = field(default_factory=dict)
    pushed_at: dict[str, float] = field(default_factory=dict)
    rescheduled: datetime | None = None
    is_mapped: bool = False
    task: Any = None

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[key] = value
        self.pushed_at[key] = time.time()

    def get_first_reschedule_date(self, context: Any) -> datetime | None:
        first, self.rescheduled = self.rescheduled, self.rescheduled or datetime.now(timezone.utc)
        return first


class Refused(Exception):  # noqa: N818 - what Airflow raises is known by its attribute, not by its name
    """Stands in for Airflow's error when its API server answers a write with this status."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"API_SERVER_ERROR: {status}")
        self.error = SimpleNamespace(detail={"status_code": status})


@dataclass(slots=True)
class Store:
    """Stands in for Airflow's task state store; `faults` holds the status of each next call, or None."""

    data: dict[str, str] = field(default_factory=dict)
    faults: list[int | None] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def get(self, key: str) -> Any:
        self._call("get")
        return json.loads(self.data[key]) if key in self.data else None

    def set(self, key: str, value: Any, *, retention: timedelta) -> None:
        assert retention == timedelta.max, "the entry must not expire before its dag run"
        self._call("set")
        self.data[key] = json.dumps(value)

    def delete(self, key: str) -> None:
        self._call("delete")
        self.data.pop(key, None)

    @property
    def entry(self) -> Entry | None:
        """The journal's entry."""
        return Entry.from_json(json.loads(self.data[KEY])) if KEY in self.data else None

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.faults and (status := self.faults.pop(0)) is not None:
            raise Refused(status)


@dataclass(slots=True)
class Attempt:
    """One attempt of a task, leg by leg: rendered, executed, taken up again after its trigger has fired."""

    task: Any
    ti: Any
    store: Store | None = None
    deferrals: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)

    def start(self, **more: Any) -> Any:
        """Render and execute the task; a deferral is raised as Airflow sees it."""
        context = self._context(more)
        self.task.render_template_fields(context)
        sentinel = {f"{type(self.task).__name__}__sentinel": ExecutorSafeguard.sentinel_value}
        return self.task.execute(context, **sentinel)

    def resume(self, event: Any) -> Any:
        """Take the task up again, as a new process would: nothing but the event is known."""
        return self._resumed("execute_complete", {"event": event})

    def resume_broken(self, reason: str) -> Any:
        """Take the task up again after Airflow has ended its trigger."""
        return self._resumed("__fail__", {"error": reason, "traceback": None})

    def run(self, **more: Any) -> Any:
        """Run all legs; the trigger fires without the wait that only Airflow's scheduler needs."""
        try:
            return self.start(**more)
        except TaskDeferred as deferral:
            return self.finish(deferral)

    def finish(self, deferral: Any) -> Any:
        """Let the trigger fire, and take the task up again."""
        self.deferrals.append(deferral)
        self.events.append(fired(deferral.trigger))
        return self.resume(self.events[-1])

    def _resumed(self, method: str, arguments: dict[str, Any]) -> Any:
        self.task = self.task.prepare_for_execution()
        self.task._hook = None
        return self.task.resume_execution(method, arguments, self._context({}))

    def _context(self, more: Mapping[str, Any]) -> Any:
        store = {} if self.store is None else {"task_state_store": self.store}
        return {"ti": self.ti, "task": self.task, "dag": SimpleNamespace(task_dict={}), **store, **more}


def fired(trigger: Any) -> Any:
    """Return what the one event of a trigger holds, stored and made again as Airflow does, without delay."""
    _, arguments = trigger.serialize()
    again = FlowRunTrigger(**{**arguments, "not_before": 0.0})

    async def events() -> list[Any]:
        return [event.payload async for event in again.run()]

    [payload] = asyncio.run(events())
    return payload
