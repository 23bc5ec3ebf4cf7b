"""One leg of a task: what one process does with its run, until it ends, fails or is deferred."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowTaskTimeout

from airflow_provider_flows.journal.attempt import Attempt
from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.journal.entry import Entry, Stage
from airflow_provider_flows.kills import wished
from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.book import TaskBook
from airflow_provider_flows.operators.claims import claimed_runs
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
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_provider_flows.operators.flow import RunFlowOperator


class Fate(Enum):
    """What becomes of a run that is no longer waited for."""

    CANCELLED = "is being cancelled"
    OVER = "was over already"
    GOES_ON = "goes on"


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
        self._is_ended = False  # a person has ended the task

    def begin(self) -> Any:
        """Start a run, or find that of an earlier attempt, and see it through."""
        task = self._task
        with airflow_errors():
            ResultPath(task.result_path)
            self._keeper.check()
            checked_inputs(task.inputs or {}, task.input_schema, tuple(task.files or ()))
            entry = self._entry()
        with self._errors():
            return self._see_through(entry)

    def go_on(self, event: Any) -> Any:
        """Take the run up again after the trigger has fired."""
        run = read_event(event, forgotten=not self._book.holds)
        with self._errors():
            self._note(run.handle)
            return self._finish(self._remembered(), run)

    def wait_again(self, error: Exception) -> Any:
        """Look at the run after Airflow has ended its trigger, and wait again while there is time."""
        with self._errors():
            entry = self._remembered()
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
            return defer(self._task, self._book, entry, run.handle)

    def kill(self) -> None:
        """Cancel the run if a person has ended the task, now or as soon as the platform has named it."""
        if not self._task.cancel_on_kill:
            self._log.info("The run goes on, as cancel_on_kill=False asks")
        elif wished(self._context["ti"], self._log):
            self._is_ended = True
            if self._handle is not None:
                self._cancel(self._handle)

    def _entry(self) -> Entry:
        task, key = self._task, task_key(self._context)
        remote = TaskRemote(
            hook=task.hook,
            order=RunOrder(task.flow_id, task.inputs or {}, task.rendered_options or {}, key),
            variant=task.variant,
            files=task.files,
            correlation_input=task.correlation_input,
            started=self._started,
            cancel=self._cancel,
            keep=self._keep,
            claimed=lambda: claimed_runs(self._context, self._log),
        )
        if task.on_ambiguous_start == "search":
            remote.check_search()
        if not self._book.holds:
            self._log.warning(NO_STORE)
        limit = task.execution_timeout
        return Attempt(
            now=self._circumstances(remote),
            key=key["key"],
            flow=f"flow {task.flow_id} on {task.hook.platform(task.variant).title}",
            timeout=task.timeout,
            latest=self._began + limit.total_seconds() if limit else math.inf,
            book=self._book,
            remote=remote,
            clock=time.time,
            pause=time.sleep,
            say=self._log.info,
        ).begin()

    def _circumstances(self, remote: TaskRemote) -> Circumstances:
        task, ti = self._task, self._context["ti"]
        return Circumstances(
            attempt_id=str(getattr(ti, "id", "")),
            try_number=ti.try_number,
            max_tries=getattr(ti, "max_tries", 0),
            fingerprint=remote.fingerprint(task.options),
            on_ambiguous_start=task.on_ambiguous_start,
            waits=task.wait_for_completion,
            can_look=remote.can_look,
            can_cancel=remote.can_cancel,
        )

    def _started(self, run: Run) -> None:
        self._note(run.handle)
        if self._is_ended and not run.state.is_terminal:
            self._cancel(run.handle)

    def _see_through(self, entry: Entry) -> Any:
        run = entry.run
        if run is None:
            raise AssertionError("an attempt began without a run")
        self._tell(run.handle)
        if not self._task.wait_for_completion:
            if run.state.is_terminal:  # a platform that answers at once may have said that the run failed
                check_outcome(run, self._task.run_link)
            return run.handle.to_json()
        if not run.state.is_terminal:
            try:
                run = watched(self._task, self._book, entry, run.handle)
            except AirflowTaskTimeout:
                self._end(entry, run.handle)
                raise
        return self._finish(entry, run)

    def _finish(self, entry: Entry | None, run: Run) -> Any:
        task = self._task
        goes_on = not run.state.is_terminal and not self._end(entry, run.handle)
        check_outcome(run, task.run_link, goes_on=goes_on, forgotten=not self._book.holds)
        if run.message:
            self._log.info("%s: %s", run.handle, run.message)
        result = ResultPath(task.result_path).pick(self._result(entry, run), self._log)
        self._book.settle()
        return self._keeper.for_xcom(result)

    def _result(self, entry: Entry | None, run: Run) -> Any:
        if entry is not None and entry.stage is Stage.RESULT and not run.has_result:
            return self._keeper.from_journal(entry.kept or {})
        return self._task.hook.get_result(run)

    def _end(self, entry: Entry | None, handle: RunHandle) -> bool:
        """Cancel a run whose time is up, where that is wanted and possible, and note what came of it."""
        fate = self._cancel(handle) if self._task.cancel_on_timeout else Fate.GOES_ON
        if fate is Fate.GOES_ON:
            link = f": {self._task.run_link}" if self._task.run_link else ""
            self._log.warning("The time of %s is up, and it goes on%s", handle, link)
        if entry is not None:
            entry = replace(entry, ending=fate is Fate.CANCELLED, left=fate is Fate.GOES_ON)
            self._book.keep(entry)
        return fate is not Fate.GOES_ON

    def _cancel(self, handle: RunHandle) -> Fate:
        """Cancel a run that nobody waits for any more, and return what becomes of it; never raises."""
        hook = self._task.hook
        try:
            if not hook.platform(handle.variant).spec.can("cancel"):
                self._log.warning("%s goes on: the platform documents no way to cancel it", handle)
                return Fate.GOES_ON
            cancelled = hook.cancel_run(handle)
        except Exception as error:  # noqa: BLE001 - it must not hide why the task ends, nor stop Airflow's kill
            self._log.warning("%s may still go on, cancelling it failed: %s", handle, error)
            return Fate.GOES_ON
        self._log.info("%s %s", handle, "is being cancelled" if cancelled else "was over already")
        return Fate.CANCELLED if cancelled else Fate.OVER

    def _keep(self, run: Run) -> Mapping[str, Any]:
        return self._keeper.for_journal(run.result)

    def _remembered(self) -> Entry | None:
        """Return the journal's entry where it can be had: a leg that already has its run can do without."""
        try:
            return self._book.read()
        except FlowError as error:
            self._log.warning("%s", error)
            return None

    def _tell(self, handle: RunHandle) -> None:
        """Make the run findable at once: in the log, in XCom, and by the link."""
        self._note(handle)
        link = self._task.run_link
        self._log.info("The task's run is %s%s", handle, f": {link}" if link else "")
        shown = {FlowRunLink().xcom_key: link} if link else {}
        tell(self._context, self._log, {"run_id": handle.run_id, "handle": handle.to_json(), **shown})

    def _note(self, handle: RunHandle) -> None:
        self._handle = handle
        self._task.run_link = self._task.hook.platform(handle.variant).link(handle)

    def _errors(self) -> AbstractContextManager[None]:
        """Turn errors into Airflow's once there is a run."""
        return airflow_errors(forgotten=not self._book.holds)


NO_STORE = (
    "This Airflow has no task state store (3.3 has). If this worker dies while the run is started or waited "
    "for, the task's next attempt starts a second run: give the task retries=0 where that would do harm."
)
