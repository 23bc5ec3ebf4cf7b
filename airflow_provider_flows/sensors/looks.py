"""How a sensor asks for its run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseSensorOperator

from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.results import ResultKeeper
from airflow_provider_flows.operators.settings import ONE_LOOK, ResultPath, task_key, tell
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.protocol.waiting import Heard, Watch
from airflow_provider_flows.sensors.notes import Note, WaitNotes
from airflow_provider_flows.sensors.target import target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from airflow_provider_flows.hooks.flow import FlowHook


class LookingSensor(BaseSensorOperator):
    """Finds its run and asks how it stands; one `Watch` for each attempt judges what it hears."""

    flow_conn_id: str
    run: Any
    flow_id: str | None
    options: Mapping[str, Any] | None
    deferrable: bool
    result_path: str | None
    max_result_bytes: int
    result_storage: str | None
    unreachable_timeout: float
    run_link: str | None = None
    _watch: Watch | None = None
    _hook: FlowHook | None = None

    @staticmethod
    def clock() -> float:
        """Return the time in seconds since the epoch, by which waits are counted."""
        return time.time()

    @property
    def hook(self) -> FlowHook:
        """The hook, made when it is first used: parsing a DAG must not read connections."""
        from airflow_provider_flows.hooks.flow import FlowHook

        if self._hook is None:
            self._hook = FlowHook(self.flow_conn_id)
        return self._hook

    def _look(self, context: Context, patience: float | None = None) -> Run:
        """Ask once how the run stands; where that is forgiven, the run's message tells the fault."""
        ResultPath(self.result_path)
        self._keeper(context)
        handle = self._target(context)
        notes = WaitNotes(context, self.log) if self.reschedule and not self.deferrable else None
        if self._watch is None:
            note = notes.read(handle) if notes else None
            heard = note.heard if note else Heard.nothing(handle)
            patience = self.unreachable_timeout if patience is None else patience
            self._watch = Watch(heard, patience, self._report)
        with self._watch.forgiving(self.clock):
            self._watch.hear(self.hook.get_run(handle, until=self.clock() + ONE_LOOK), self.clock())
        if notes and not self._watch.told.state.is_terminal:
            notes.keep(Note(heard=self._watch.heard))
        return self._watch.told

    def _target(self, context: Context) -> RunHandle:
        """Return the handle of the run; raises before anything is sent when it can't be asked for."""
        platform = self.hook.platform()
        handle = target(self.run, platform, self.flow_conn_id, self.flow_id or "", self.options)
        link = platform.link(handle)
        if link != self.run_link:
            self.run_link = link
            tell(context, self.log, {FlowRunLink().xcom_key: link})
        return handle

    def _report(self, run: Run) -> None:
        word = f" ({run.raw_state})" if run.raw_state else ""
        self.log.info("%s is %s%s", run.handle, run.state.value, word)
        if run.message and not run.state.is_terminal:
            self.log.warning("%s: %s", run.handle, run.message)

    def _keeper(self, context: Context) -> ResultKeeper:
        return ResultKeeper(self.max_result_bytes, self.result_storage, task_key(context))
