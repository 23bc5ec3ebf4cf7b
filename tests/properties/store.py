"""The task state store of one attempt: refuses writes of attempts that were replaced, and may be away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from airflow_provider_flows.journal.entry import Entry, Stage
from tests.link import Clock
from tests.properties.history import Event, History
from tests.properties.process import Process
from tests.properties.simulated_airflow import SimulatedAirflow, Turn


class StoreError(Exception):
    """What Airflow's accessor raises; `error.detail` holds the server's status where there was an answer."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.error = SimpleNamespace(detail={"status_code": status} if status else {})


@dataclass
class StoreWeather:
    """For how many calls the API server is away, or does what it is asked and its answer is lost."""

    away: int = 0
    mute: int = 0


@dataclass
class Store:
    """What `context["task_state_store"]` is to one attempt."""

    airflow: SimulatedAirflow
    turn: Turn
    weather: StoreWeather
    process: Process
    history: History
    clock: Clock
    secrets: frozenset[str]

    def get(self, key: str) -> Any:
        """Return the row; for an attempt that was replaced there is none."""
        self._arrive("read")
        row = self.airflow.row if self.airflow.is_current(self.turn) else None
        self._answer("read")
        return None if row is None else json.loads(row)

    def set(self, key: str, value: Any, *, retention: Any = None) -> None:
        """Write the row; refused for an attempt that was replaced."""
        row = json.dumps(value, allow_nan=False)
        self._arrive("write")
        self._check_fence()
        earlier, self.airflow.row = self.airflow.row, row
        self._answer("write", is_intent=self._remember(json.loads(row), earlier))

    def delete(self, key: str) -> None:
        """Delete the row; refused for an attempt that was replaced."""
        self._arrive("write")
        self._check_fence()
        self.airflow.row = None
        self._answer("write", is_intent=False)

    def _arrive(self, point: str) -> None:
        self.process.stand(point)
        if self.weather.away > 0:
            self.weather.away -= 1
            raise StoreError("the API server is away")

    def _check_fence(self) -> None:
        if not self.airflow.is_current(self.turn):
            self._note("refused")
            raise StoreError("Task Instance not found", 404)

    def _answer(self, point: str, **facts: Any) -> None:
        self.process.stand(f"{point}!")
        if self.weather.mute > 0:
            self.weather.mute -= 1
            raise StoreError("the API server broke off", 502)
        if point == "write":
            self._note("acknowledged", **facts)

    def _remember(self, data: Any, earlier: str | None) -> bool:
        """Note what was written, as it reads back; tell whether it is an intent of this attempt."""
        before = Entry.from_json(json.loads(earlier)) if earlier else None
        entry = Entry.from_json(data)
        is_intent = entry.stage is Stage.INTENT and entry.attempt_id == self.turn.attempt_id
        self._note(
            "written",
            is_intent=is_intent,
            run_id=self._run_of(entry),
            reads_back=entry.to_json() == data,
            leaks=[secret for secret in self.secrets if secret in json.dumps(data)],
            replaced_intent_of=before.attempt_id if before and before.stage is Stage.INTENT else None,
        )
        return is_intent

    def _run_of(self, entry: Entry) -> str | None:
        """Return the id of the entry's run; one that was never told is that of the attempt's last start."""
        if entry.run is None:
            return None
        sent = [event for event in self.history.of("sent") if event.by == entry.attempt_id]
        return entry.run.handle.run_id or sent[-1].facts["run_id"]

    def _note(self, what: str, **facts: Any) -> None:
        turn = self.turn
        self.history.append(Event(what, turn.attempt_id, turn.wish, self.clock.now, facts))
