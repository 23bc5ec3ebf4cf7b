"""Runs whose state is a function of time: nothing ticks, nothing runs in the background."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.wire import Json


class RunState(Enum):
    """Names the states a run can be in, in our own words."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCESS = "success"
    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """Knows when one run begins and ends, and so its state at any time."""

    id: str
    flow: Flow
    inputs: Mapping[str, Json]
    body: Json = field(repr=False)  # a callback in it may hold credentials
    name: str
    number: int
    started_at: float
    begins_at: float
    cancelled_at: float | None = None
    polls: int = 0

    @property
    def ends_at(self) -> float:
        """Return when the run is over, which may be never."""
        if self.cancelled_at is not None:
            return self.cancelled_at
        return math.inf if self.flow.outcome == "never_ends" else self.begins_at + self.flow.duration

    def state(self, now: float) -> RunState:
        """Return the state at a time."""
        if now >= self.ends_at:
            return self._final_state()
        if now < self.begins_at:
            return RunState.QUEUED
        return RunState.PAUSED if self._is_paused(now) else RunState.RUNNING

    def is_listed(self, now: float) -> bool:
        """Tell whether a listing shows the run at a time."""
        return now >= self.started_at + self.flow.listed_after

    def is_over(self, now: float) -> bool:
        """Tell whether the run has ended at a time."""
        return now >= self.ends_at

    def word(self, now: float, words: Mapping[RunState, Json]) -> Json:
        """Return the platform's word for the state, or the unknown one the flow was told to send."""
        flow = self.flow
        if flow.state_word is not None and self.is_over(now) == (flow.state_word_at == "end"):
            return flow.state_word
        return words[self.state(now)]

    def result(self) -> Json:
        """Return what the run gives when it succeeds."""
        return self.flow.result_for(self.inputs)

    def _final_state(self) -> RunState:
        if self.cancelled_at is not None:
            return RunState.CANCELLED
        return RunState(self.flow.outcome.removeprefix("paused_then_"))

    def _is_paused(self, now: float) -> bool:
        """Tell whether a run that waits for a person does so now: in the middle third of its time."""
        third = self.flow.duration / 3
        waited_for = self.flow.outcome == "paused_then_success"
        return waited_for and self.begins_at + third <= now < self.begins_at + 2 * third


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Shows a run to tests and users as it stood when they asked."""

    id: str
    platform: str
    flow_id: str
    inputs: Mapping[str, Json]
    body: Json = field(repr=False)
    name: str
    started_at: float
    state: str


def record_of(run: Run, now: float) -> RunRecord:
    """Take a run's picture at a time."""
    return RunRecord(
        id=run.id,
        platform=run.flow.platform,
        flow_id=run.flow.flow_id,
        inputs=run.inputs,
        body=run.body,
        name=run.name,
        started_at=run.started_at,
        state=run.state(now).value,
    )


def share_slots(runs: Sequence[Run], limit: int, now: float) -> None:
    """Let at most ``limit`` of the unfinished runs go at once; the others begin when one ends."""
    busy = [run.ends_at for run in runs if run.begins_at <= now]
    heapq.heapify(busy)
    for run in (run for run in runs if run.begins_at > now):
        free_at = heapq.heappop(busy) if len(busy) >= limit else now
        run.begins_at = max(run.started_at + run.flow.queued_for, free_at, now)
        heapq.heappush(busy, run.ends_at)
