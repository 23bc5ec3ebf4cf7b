"""A trigger that does nothing but exist, and a sensor that measures how the triggerer's loop is held up."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.sdk import BaseSensorOperator
from airflow.triggers.base import BaseTrigger, StartTriggerArgs, TaskSuccessEvent

from tests.bench.cluster.terms import MANY_SECONDS
from tests.bench.polling.heartbeat import Heartbeat

FOLDER = "FLOWS_BENCH_FOLDER"  # the variable that names the folder by which the bench and the heart talk


class AsleepTrigger(BaseTrigger):
    """Sleeps once, as long as a watched run lasts, and ends its task.

    It is given what our own is given, and Airflow renders it likewise: what differs is what the two do.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in Airflow
        self._names = tuple(arguments)
        vars(self).update(arguments)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return path(type(self)), {name: getattr(self, name) for name in self._names}

    async def run(self) -> AsyncIterator[TaskSuccessEvent]:
        await asyncio.sleep(MANY_SECONDS)
        yield TaskSuccessEvent()


class HeartTrigger(BaseTrigger):
    """Beats until it is told to stop, and leaves what it found."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return path(type(self)), {}

    async def run(self) -> AsyncIterator[TaskSuccessEvent]:
        folder = Path(os.environ[FOLDER])
        (folder / "heart.beats").touch()
        async with Heartbeat() as heart:
            while not (folder / "heart.stop").exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.5)
        told = {
            "longest": heart.longest,
            "without_collector": heart.longest_without_collector,
            "pause": heart.longest_pause,
        }
        (folder / "heart.json").write_text(json.dumps(told))
        yield TaskSuccessEvent()


def path(kind: type[BaseTrigger]) -> str:
    """Return where Airflow finds a trigger."""
    return f"{kind.__module__}.{kind.__qualname__}"


class HeartSensor(BaseSensorOperator):
    """Is started and ended by its trigger."""

    start_from_trigger = True
    start_trigger_args = StartTriggerArgs(path(HeartTrigger), "execute_complete")
