"""Airflow as far as a task's attempts see it: who is current, how tries are counted, whose writes count.

After Airflow 3.3.2: models/taskinstance.py (`clear_task_instances`, `prepare_db_for_next_try`), the
scheduler's `process_executor_events` and `adopt_or_reset_orphaned_tasks`, and the execution API's
`task_instances` (`ti_run`, `ti_update_state`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Turn:
    """What an attempt is told of itself when it begins; `wish` is how often people had asked for a run."""

    attempt_id: str
    try_number: int
    max_tries: int
    may_retry: bool
    wish: int


@dataclass
class SimulatedAirflow:
    """One task instance.

    :param retries: as the DAG says
    :param reports_success: whether the executor reports success for the process of a task that was cleared
        while it ran; then `max_tries` grows as with any clear
    """

    retries: int
    reports_success: bool = True
    state: str | None = None
    try_number: int = 0
    max_tries: int = field(init=False)
    attempt_id: str = "attempt-0"
    wish: int = 0
    is_marked: bool = False  # a person has said how the task ended
    row: str | None = None  # what the task state store holds for the task
    xcom: dict[str, Any] = field(default_factory=dict)  # which nobody guards from attempts that were replaced
    _ids: int = 0

    def __post_init__(self) -> None:
        self.max_tries = self.retries

    @property
    def is_over(self) -> bool:
        """Whether nothing but a person will begin another attempt."""
        return self.state in ("success", "failed")

    @property
    def is_waiting(self) -> bool:
        """Whether the scheduler is about to begin an attempt."""
        return self.state in (None, "up_for_retry", "restarting")

    def begin(self) -> Turn:
        """Schedule the task and run it."""
        was_restarting = self.state == "restarting"
        if was_restarting and self.reports_success:
            self.max_tries = self.try_number + self.retries
        self.try_number += 1
        self.state, self.is_marked = "running", False
        self.xcom.clear()
        may_retry = self.max_tries != 0 and self.try_number <= self.max_tries
        return Turn(self.attempt_id, self.try_number, self.max_tries, may_retry, self.wish)

    def is_current(self, turn: Turn) -> bool:
        """Tell whether the task instance still has the attempt's id: all else is answered 404."""
        return turn.attempt_id == self.attempt_id

    def defer(self, turn: Turn) -> bool:
        """Hand the task to the triggerer; tell whether Airflow took it."""
        return self._changed(turn, "running", "deferred")

    def resume(self, turn: Turn) -> bool:
        """Hand the task back to a worker; tell whether it still is this attempt's."""
        return self._changed(turn, "deferred", "running")

    def succeed(self, turn: Turn) -> None:
        """Take an attempt's success."""
        self._changed(turn, "running", "success")

    def end(self, turn: Turn) -> None:
        """Take the success that a trigger tells of."""
        self._changed(turn, "deferred", "success")

    def fail(self, turn: Turn, *, for_good: bool = False) -> None:
        """Take an attempt's failure, or that its process is gone."""
        if not self.is_current(turn) or self.state != "running":
            return
        if for_good or not turn.may_retry:
            self.state = "failed"
            return
        self._renew()
        self.state = "up_for_retry"

    def clear(self) -> None:
        """Do what a person's clear does."""
        was_running = self.state == "running"
        self._renew()
        self.wish += 1
        if was_running:
            self.state = "restarting"
            return
        self.max_tries = self.try_number + self.retries
        self.state = None

    def reset(self) -> None:
        """Do what a scheduler does that finds the task of one that is gone."""
        if self.state in ("running", "restarting"):
            self._renew()
            self.state = None

    def mark(self, state: str) -> None:
        """Do what a person's mark does: the attempt keeps its id, and its process is told to end."""
        self.state, self.is_marked = state, True

    def remake(self) -> None:
        """Make the task anew in the same place, as for a mapped task that was removed and came back."""
        self._renew()
        self.wish += 1
        self.state, self.try_number, self.max_tries = None, 0, self.retries

    def _changed(self, turn: Turn, old: str, new: str) -> bool:
        if not self.is_current(turn) or self.state != old:
            return False
        self.state = new
        return True

    def _renew(self) -> None:
        self._ids += 1
        self.attempt_id = f"attempt-{self._ids}"
