"""One attempt from its beginning to its end: what `operators/leg.py` does, without Airflow."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow.providers.common.compat.sdk import AirflowException

from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.journal.entry import Entry, Stage
from airflow_provider_flows.journal.errors import EndedError
from airflow_provider_flows.operators.book import TaskBook
from airflow_provider_flows.operators.ending import Fate, cancel, time_up
from airflow_provider_flows.operators.remote import TaskRemote
from airflow_provider_flows.outcomes import FlowPermanentError, airflow_errors, check_outcome
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder
from airflow_provider_flows.protocol.waiting import Wait
from tests.link import Clock
from tests.properties.process import Process
from tests.properties.setting import FLOW, POLL_INTERVAL, TIMEOUT, UNREACHABLE, Rules, Task
from tests.properties.simulated_airflow import SimulatedAirflow, Turn
from tests.properties.store import Store
from tests.properties.trigger import ended_by_trigger
from tests.properties.wire import SimulatedHook


class KeptError(FlowPermanentError):
    """The result came with the start's answer, and could not be kept."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended: with a value, or with an error of some kind."""

    handle: RunHandle | None = None
    value: Any = None
    by_trigger: bool = False
    error: type[BaseException] | None = None
    cause: type[FlowError] | None = None

    @property
    def is_for_good(self) -> bool:
        """Whether the error lets no other attempt follow."""
        return self.error is not None and issubclass(self.error, FlowPermanentError)


@dataclass
class Leg:
    """Sees the task's run through in one process. Has what `operators/ending.py` asks of an operator, too."""

    task: Task
    rules: Rules
    inputs: Mapping[str, Any]
    turn: Turn
    airflow: SimulatedAirflow
    store: Store
    hook: SimulatedHook
    clock: Clock
    process: Process
    others: set[str]  # the runs that other tasks hold
    log: logging.Logger
    waiting: Entry | None = None  # what the triggerer waits for
    cancel_on_timeout: bool = True
    run_link: str | None = None
    _claims: list[str] = field(default_factory=list)
    _handle: RunHandle | None = None
    _is_over: bool = False  # the run
    _is_ended: bool = False  # the task, by a person

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._book = self._opened()

    def run(self) -> Ending:
        """Return how the attempt ended."""
        cause: type[FlowError] | None = None
        try:
            with airflow_errors(noted=self.waiting is not None):
                try:
                    entry = self.waiting or self._entry()
                except FlowError as error:
                    cause = type(error)
                    raise
            with airflow_errors(noted=True):
                try:
                    return self._see_through(entry)
                except FlowError as error:
                    cause = type(error)
                    raise
        except (AirflowException, AirflowGoneError) as error:
            return Ending(handle=self._handle, error=type(error), cause=cause)

    def ended(self, run: Run, value: Any) -> Ending:
        """Return how the attempt ended, where its trigger has ended it."""
        return Ending(handle=run.handle, value=value, by_trigger=True)

    def kill(self) -> None:
        """Do what `on_kill` does once Airflow has said that a person ended the task."""
        self._is_ended = True
        if self._handle is not None:
            self._cancel(self._handle)

    def _see_through(self, entry: Entry) -> Ending:
        run = entry.run
        assert run is not None, "an attempt begins with a run"
        self.hook.note("took", run_id=run.handle.run_id)
        self._is_over = run.state.is_terminal
        self._note(run.handle)
        if self.waiting is None:
            self.airflow.xcom["handle"] = run.handle.to_json()
        if not self.task.waits:
            if run.state.is_terminal:
                check_outcome(run)
            return Ending(handle=run.handle)
        if not run.state.is_terminal:
            self._check_wanted()
            run = self._waited(entry, run.handle)
            if (ending := ended_by_trigger(self, run)) is not None:
                return ending
            entry = self._resume(entry)
        return self._finish(entry, run)

    def _entry(self) -> Entry:
        turn, task = self.turn, self.task
        key = {"key": f"task.{turn.try_number}", "try_number": turn.try_number}
        remote = self.rules.remote(
            hook=self.hook,
            order=RunOrder(FLOW, self.inputs, task.way.options or {}, key),
            variant=task.way.variant,
            files=None,
            correlation_input=None,
            wanted=self._check_wanted,
            known=self._note,
            started=self._started,
            cancel=self._cancel,
            keep=self._keep,
            claiming=lambda run: self._claims.append(run.handle.run_id),
            claimed=lambda: [*sorted(self.others), *self._claims],
        )
        if task.on_ambiguous_start == "search":
            remote.check_search()
        return self.rules.attempt(
            now=self._circumstances(remote),
            key=key["key"],
            flow=FLOW,
            timeout=TIMEOUT,
            latest=self._began + task.limit if task.limit else math.inf,
            book=self._book,
            remote=remote,
            clock=self.clock,
            pause=self.process.sleep,
            say=self.log.info,
            warn=self.log.warning,
        ).begin()

    def _circumstances(self, remote: TaskRemote) -> Circumstances:
        turn, task = self.turn, self.task
        return self.rules.circumstances(
            attempt_id=turn.attempt_id,
            try_number=turn.try_number,
            max_tries=turn.max_tries,
            fingerprint=remote.fingerprint(),
            on_ambiguous_start=task.on_ambiguous_start,
            waits=task.waits,
            can_look=remote.can_look,
            can_cancel=remote.can_cancel,
        )

    def _check_wanted(self) -> None:
        if self._is_ended:
            raise EndedError("a person has ended the task")

    def _started(self, run: Run) -> None:
        self._is_over = run.state.is_terminal
        self._note(run.handle)

    def _note(self, handle: RunHandle) -> None:
        self._handle = handle
        if self._is_ended and not self._is_over:
            self._cancel(handle)

    def _cancel(self, handle: RunHandle) -> bool:
        return cancel(self, handle) is not Fate.UNCLEAR  # type: ignore[arg-type]  # no operator, but as good

    def _waited(self, entry: Entry, handle: RunHandle) -> Run:
        if self.task.is_deferrable and self.waiting is None:
            self._book.settle()
            if not self.airflow.defer(self.turn):
                raise AirflowGoneError
            self.waiting = entry
        wait = Wait(
            poll_interval=POLL_INTERVAL,
            max_poll_interval=POLL_INTERVAL,
            until=entry.until,
            unreachable_timeout=UNREACHABLE,
        )
        try:
            run = self.hook.wait_for_run(handle, wait)
        except FlowError:
            self._resume(entry)
            raise
        self._is_over = run.state.is_terminal
        return run

    def _resume(self, entry: Entry) -> Entry:
        """Come back from the triggerer, unless another attempt has taken this one's place."""
        if not self.task.is_deferrable:
            return entry
        if not self.airflow.resume(self.turn):
            raise AirflowGoneError
        self._book = self._opened()
        try:
            return self._book.read() or entry
        except FlowError:
            return entry

    def _finish(self, entry: Entry, run: Run) -> Ending:
        goes_on = not run.state.is_terminal and not time_up(self, self._book, entry, run.handle)  # type: ignore[arg-type]
        check_outcome(run, goes_on=goes_on)
        value = self._result(entry, run)
        self._book.settle()
        if self.airflow.is_current(self.turn):  # Airflow tells a worker that was replaced to end
            self.airflow.xcom["return_value"] = (run.handle.run_id, value)
        return Ending(handle=run.handle, value=value)

    def _keep(self, run: Run) -> Mapping[str, Any]:
        return {"result": run.result} if self.task.keeps_results else {"lost": "nowhere to keep it"}

    def _result(self, entry: Entry, run: Run) -> Any:
        if entry.stage is Stage.RESULT and not run.has_result:
            if entry.kept is None or "result" not in entry.kept:
                raise KeptError("the result could not be kept")
            return entry.kept["result"]
        return self.hook.get_result(run)

    def _opened(self) -> TaskBook:
        return self.rules.book({"task_state_store": self.store}, self.log, self.process.sleep)


class AirflowGoneError(Exception):
    """Airflow takes no more from this attempt: another one has its place."""
