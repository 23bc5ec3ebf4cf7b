"""One leg of a task: what one process does with its run, until it ends, fails or is deferred."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowTaskTimeout

from airflow_provider_flows.journal.attempt import Attempt
from airflow_provider_flows.journal.entry import Entry, Stage
from airflow_provider_flows.journal.errors import EndedError
from airflow_provider_flows.kills import wished
from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.book import TaskBook
from airflow_provider_flows.operators.circumstances import circumstances
from airflow_provider_flows.operators.claims import claimed_runs
from airflow_provider_flows.operators.ending import Fate, cancel, time_up
from airflow_provider_flows.operators.remote import TaskRemote
from airflow_provider_flows.operators.results import ResultKeeper
from airflow_provider_flows.operators.settings import MOST_WAITS, ResultPath, task_key, tell
from airflow_provider_flows.operators.watch import defer, waited, watched
from airflow_provider_flows.outcomes import (
    NO_JOURNAL,
    FlowPermanentError,
    FlowUnavailableError,
    airflow_errors,
    check_outcome,
    read_event,
)
from airflow_provider_flows.platforms.inputs import checked_inputs
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_provider_flows.operators.flow import RunFlowOperator


class Leg:
    """Sees the run of a task through, in one process.

    :param task: the operator, rendered
    :param context: Airflow's
    """

    def __init__(self, task: RunFlowOperator, context: Context) -> None:
        self._task = task
        self._context = context
        self._log = task.log
        self._book = TaskBook(context, task.log)
        with airflow_errors():
            self._keeper = ResultKeeper(task.max_result_bytes, task.result_storage, task_key(context))
        self._began = time.time()
        self._handle: RunHandle | None = None
        self._is_over = False  # the run
        self._is_ended = False  # the task, by a person

    def begin(self) -> Any:
        """Start a run, or find that of an earlier attempt, and see it through."""
        try:
            return self._begun()
        except AirflowTaskTimeout:
            self._out_of_time()
            raise

    def go_on(self, event: Any) -> Any:
        """Take the run up again after the trigger has fired."""
        handle = event.get("handle") if isinstance(event, Mapping) else None
        with suppress(ValueError):
            self._note(RunHandle.from_json(handle or {}))
        entry = self._caught_up()
        run = read_event(event, forgotten=not self._book.holds, noted=self._book.holds)
        with self._errors():
            return self._finish(entry, run)

    def wait_again(self, error: Exception) -> Any:
        """Look at the run after Airflow has ended its trigger, and wait again while there is time."""
        with self._errors():
            entry = self._book.read()
            if entry is None or entry.run is None:
                raise FlowPermanentError(f"Airflow ended the wait in the triggerer: {error}. {NO_JOURNAL}")
            self._log.warning("Airflow ended the wait in the triggerer: %s", error)
            self._note(entry.run.handle)
            run = waited(self._task, entry.run.handle, time.time())
            if run.state.is_terminal or time.time() >= entry.until:
                return self._finish(entry, run)
            if entry.waits >= MOST_WAITS:
                times = f"{entry.waits + 1} times, last: {error}"
                raise FlowUnavailableError(
                    f"Airflow ended the wait for {run.handle} in the triggerer {times}"
                )
            entry = replace(entry, waits=entry.waits + 1)
            self._book.keep(entry)
            return defer(self._task, self._context["ti"], self._book, entry, run.handle)

    def kill(self) -> None:
        """Cancel the run if a person has ended the task, now or as soon as it is known."""
        if not self._task.cancel_on_kill:
            self._log.info("The run goes on, as cancel_on_kill=False asks")
        elif wished(self._context["ti"], self._log):
            self._is_ended = True
            if self._handle is not None:
                cancel(self._task, self._handle)

    def _begun(self) -> Any:
        task = self._task
        with airflow_errors():
            ResultPath(task.result_path)
            self._keeper.check()
            checked_inputs(task.inputs or {}, task.input_schema, tuple(task.files or ()))
            entry = self._entry()
        with self._errors():
            return self._see_through(entry)

    def _entry(self) -> Entry:
        task, key = self._task, task_key(self._context)
        remote = TaskRemote(
            hook=task.hook,
            order=RunOrder(task.flow_id, task.inputs or {}, task.rendered_options or {}, key),
            variant=task.variant,
            files=task.files,
            correlation_input=task.correlation_input,
            wanted=self._check_wanted,
            known=self._note,
            started=self._started,
            cancel=lambda handle: cancel(task, handle) is not Fate.UNCLEAR,
            keep=lambda run: self._keeper.for_journal(run.result),
            claiming=lambda run: tell(self._context, self._log, {"run_id": run.handle.run_id}),
            claimed=lambda: claimed_runs(self._context, self._log),
        )
        if task.on_ambiguous_start == "search":
            remote.check_search()
        if not self._book.holds:
            self._log.warning(NO_STORE)
        limit = task.execution_timeout
        return Attempt(
            now=circumstances(task, self._context, remote),
            key=key["key"],
            flow=f"flow {task.flow_id} on {task.hook.platform(task.variant).title}",
            timeout=task.timeout,
            latest=self._began + limit.total_seconds() if limit else math.inf,
            book=self._book,
            remote=remote,
            clock=time.time,
            pause=time.sleep,
            say=self._log.info,
            warn=self._log.warning,
        ).begin()

    def _check_wanted(self) -> None:
        if self._is_ended:
            raise EndedError("A person has ended this task, so no run was started")

    def _started(self, run: Run) -> None:
        self._is_over = run.state.is_terminal
        self._log.info("Started %s", run.handle)  # before anything else may fail
        self._note(run.handle)

    def _see_through(self, entry: Entry) -> Any:
        run = entry.run
        if run is None:
            raise AssertionError("an attempt began without a run")
        self._is_over = run.state.is_terminal
        self._tell(run.handle)
        if not self._task.wait_for_completion:
            if run.state.is_terminal:  # a platform that answers at once may have said that the run failed
                check_outcome(run, self._task.run_link)
            return run.handle.to_json()
        if not run.state.is_terminal:
            self._check_wanted()
            run = watched(self._task, self._context["ti"], self._book, entry, run.handle)
            self._is_over = run.state.is_terminal
        return self._finish(entry, run)

    def _out_of_time(self) -> None:
        """End the run when Airflow's own `execution_timeout` comes first."""
        if self._handle is None or self._is_over:
            return
        over = time_up(self._task, self._book, self._caught_up(), self._handle)
        if not over and not self._book.holds:
            run = Run(self._handle, RunState.UNKNOWN)
            check_outcome(run, self._task.run_link, goes_on=True, forgotten=True)

    def _finish(self, entry: Entry | None, run: Run) -> Any:
        task = self._task
        goes_on = not run.state.is_terminal and not time_up(task, self._book, entry, run.handle)
        check_outcome(run, task.run_link, goes_on=goes_on, forgotten=not self._book.holds)
        if run.message:
            self._log.info("%s: %s", run.handle, run.message)
        result = ResultPath(task.result_path).pick(self._result(entry, run), self._log)
        self._book.settle()
        return self._keeper.for_xcom(result, comes_once=entry is not None and entry.stage is Stage.RESULT)

    def _result(self, entry: Entry | None, run: Run) -> Any:
        if entry is not None and entry.stage is Stage.RESULT and not run.has_result:
            return self._keeper.from_journal(entry.kept or {})
        return self._task.hook.get_result(run)

    def _caught_up(self) -> Entry | None:
        """Return the journal's entry, with the run where only the intent could be written.

        A leg that already knows its run can do without the journal, so a fault is logged only.
        """
        try:
            entry = self._book.read()
        except FlowError as error:
            self._log.warning("%s", error)
            return None
        handle = self._handle
        if entry is None or entry.run is not None or handle is None:
            return entry
        if self._task.hook.platform(handle.variant).spec.can("status"):
            entry = replace(entry, stage=Stage.RUN, run=Run(handle, RunState.UNKNOWN), since=entry.at)
            self._book.keep(entry)
        return entry

    def _tell(self, handle: RunHandle) -> None:
        """Make the run findable at once: in the log, in XCom, and by the link."""
        self._note(handle)
        link = self._task.run_link
        if link:
            self._log.info("The run is at %s", link)
        shown = {FlowRunLink().xcom_key: link} if link else {}
        tell(self._context, self._log, {"run_id": handle.run_id, "handle": handle.to_json(), **shown})

    def _note(self, handle: RunHandle) -> None:
        self._handle = handle
        self._task.run_link = self._task.hook.platform(handle.variant).link(handle)
        if self._is_ended and not self._is_over:
            cancel(self._task, handle)

    def _errors(self) -> AbstractContextManager[None]:
        """Turn errors into Airflow's once there is a run."""
        return airflow_errors(forgotten=not self._book.holds, noted=self._book.holds)


NO_STORE = (
    "This Airflow has no task state store (3.3 has). If this worker dies while the run is started or waited "
    "for, the task's next attempt starts a second run: give the task retries=0 where that would do harm."
)
