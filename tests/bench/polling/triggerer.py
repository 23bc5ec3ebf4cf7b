"""Airflow's own triggerer loop without its supervisor: it creates triggers one by one, as in production."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import structlog
from airflow.executors.workloads.task import TaskInstanceDTO
from airflow.executors.workloads.trigger import RunTrigger
from airflow.jobs.triggerer_job_runner import TriggerRunner
from airflow.models.trigger import Trigger
from airflow.triggers.base import BaseTrigger, TriggerEvent

from tests.bench.polling.sides import FinishedError

FLOWS_PATH = "airflow_provider_flows.triggers.flow.FlowRunTrigger"
SLEEPER_PATH = f"{__name__}.SleepingTrigger"


class SleepingTrigger(BaseTrigger):
    """Only sleeps: the least that a deferred task costs its triggerer."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path; it has no arguments."""
        return SLEEPER_PATH, {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Sleep, and never fire."""
        await asyncio.sleep(86_400)
        yield TriggerEvent({})  # type: ignore[no-untyped-call]  # untyped in Airflow


def runner() -> TriggerRunner:
    """Return Airflow's runner, quiet: its lines about each trigger belong to no side."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    made = TriggerRunner()  # type: ignore[no-untyped-call]  # untyped in Airflow
    made.job_id = 1
    return made


def order_triggers(runner: TriggerRunner, path: str, arguments: Iterable[Mapping[str, Any]]) -> None:
    """Queue triggers as the supervisor does; they are numbered on from those that run already."""
    first = len(runner.triggers)
    for number, each in enumerate(arguments, start=first):
        task_instance = TaskInstanceDTO(
            id=uuid.uuid4(),
            dag_version_id=uuid.UUID(int=1),
            task_id="wait",
            dag_id="bench",
            run_id="manual__2026-11-22T10:00:00+00:00",
            try_number=1,
            map_index=number,
            pool_slots=1,
            priority_weight=1,
            queue="default",
        )
        kwargs = Trigger.encrypt_kwargs(dict(each))
        runner.to_create.append(
            RunTrigger(id=number, classpath=path, encrypted_kwargs=kwargs, ti=task_instance)
        )


def raise_what_ended(runner: TriggerRunner) -> None:
    """Raise if any trigger ended: none of their runs does."""
    for number, failure in runner.failed_triggers:
        raise FinishedError(f"trigger {number} was not created") from failure
    for details in runner.triggers.values():
        if details["events"]:
            raise FinishedError(f"{details['name']} fired: {runner.events[0]}")
        if details["task"].done():
            details["task"].result()
            raise FinishedError(f"{details['name']} ended")
