"""Airflow's supervisor as a trigger speaks to it: it keeps XComs, and may be away."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import OKResponse, XComResult

from tests.airflow.legs import TaskInstance


class AwayError(Exception):
    """What Airflow raises while its API server does not answer."""


@dataclass
class Channel:
    """Answers what triggers ask of XCom; `away` names the messages that get no answer.

    :param stored: the XComs as they are stored, by task, index and key
    :param asked: the types of all messages
    :param seconds: that an answer takes
    :param most: how many messages were unanswered at a moment
    """

    stored: dict[tuple[str, int, str], Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    away: frozenset[str] = frozenset()
    seconds: float = 0.0
    most: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Any) -> Any:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            time.sleep(self.seconds)
            return self._answer(message)
        finally:
            with self._lock:
                self._now -= 1

    def _answer(self, message: Any) -> Any:
        self.asked.append(message.type)
        if message.type in self.away:
            raise AwayError("the API server is away")
        place = (message.task_id, message.map_index, message.key)
        if message.type == "SetXCom":
            self.stored[place] = message.value
            if message.dag_result:
                self.results.append(message.task_id)
        elif message.type == "DeleteXCom":
            self.stored.pop(place, None)
        else:
            assert message.type == "GetXCom", message
            return XComResult(key=message.key, value=self.stored.get(place))
        return OKResponse(ok=True)

    async def asend(self, message: Any) -> Any:
        return self.send(message)

    def put(self, ti: TaskInstance) -> None:
        """Store what a task's first leg has pushed."""
        for key, value in ti.xcoms.items():
            self.stored[ti.task_id, ti.map_index, key] = BaseXCom.serialize_value(value)

    def left(self, task_id: str, map_index: int = -1) -> dict[str, Any]:
        """Return what another task would pull, by key."""
        return {
            key: BaseXCom.deserialize_value(SimpleNamespace(value=value))
            for (task, index, key), value in self.stored.items()
            if (task, index) == (task_id, map_index)
        }


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Channel:
    """Give the channel through which the tasks and triggers of a test speak to Airflow."""
    made = Channel()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", made, raising=False)
    return made
