"""The operator that starts a run of a flow and sees it through."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from airflow.providers.common.compat.sdk import AirflowException, BaseOperator, conf

from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.settings import GRACE, SETTLING, ResultPath, seconds, task_key, tell
from airflow_provider_flows.operators.shown import shown_options
from airflow_provider_flows.outcomes import (
    RUN_STARTED,
    FlowPermanentError,
    airflow_errors,
    check_outcome,
    read_event,
)
from airflow_provider_flows.platforms.inputs import checked_inputs
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.triggers.flow import FlowRunTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context, XComArg

    from airflow_provider_flows.hooks.flow import FlowHook


class RunFlowOperator(BaseOperator):
    """Start a run of a flow on the platform of the connection, wait for it, and return its result.

    Shows up in XCom while the run goes on: `run_id`, `handle` (all that a sensor needs) and the link. The
    return value is the result, or the handle when the operator does not wait. A run that fails, is cancelled
    or is not over in time raises `FlowRunFailedError`, `FlowRunCancelledError` or `FlowRunTimeoutError`
    (`FlowRunLeftError` where it could not be cancelled and goes on); one that was skipped skips the task.
    `FlowPermanentError` and `FlowRunLeftError` end the task without retries, since another attempt would fail
    again or might start a second run; `FlowUnavailableError` says that nothing was started, and leaves it to
    them.

    :param flow_conn_id: id of a connection of type unitelabs, scade, blinkops, wisebot or vishwa
    :param flow_id: the platform's id of the flow
    :param inputs: what the flow takes, as JSON data
    :param options: the platform's options, by the vendor's names; see `docs/platforms.md`
    :param variant: another way to start a run, such as BlinkOps' `sync` or Wisebot's `webhook`
    :param files: local path or `ObjectStoragePath` by input; uploaded first, where the platform takes files
    :param input_schema: a JSON Schema that the inputs must keep, checked before anything is sent
    :param wait_for_completion: whether to wait for the run's end
    :param deferrable: whether to wait in the triggerer, without a worker; by default as Airflow is configured
    :param poll_interval: seconds between two questions how the run stands
    :param timeout: how long the run may take, in seconds or as a `timedelta`; then it is cancelled, where the
        platform can. `execution_timeout` holds too, and also while the task is deferred
    :param defer_after: seconds that the worker waits itself before it defers, for runs that are over at once
    :param result_path: JMESPath that picks the part of the result to return
    """

    template_fields = (
        "flow_conn_id",
        "flow_id",
        "inputs",
        "options",
        "variant",
        "files",
        "input_schema",
        "result_path",
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {
        "inputs": "json",
        "options": "json",
        "files": "json",
        "input_schema": "json",
    }
    operator_extra_links = (FlowRunLink(),)
    conn_type: ClassVar[str | None] = None  # the one type of connection that a typed operator takes
    ui_color = "#d7ecf4"

    def __init__(
        self,
        *,
        flow_conn_id: str,
        flow_id: str | XComArg,
        inputs: Mapping[str, Any] | XComArg | None = None,
        options: Mapping[str, Any] | XComArg | None = None,
        variant: str | None = None,
        files: Mapping[str, Any] | XComArg | None = None,
        input_schema: Mapping[str, Any] | None = None,
        wait_for_completion: bool = True,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        poll_interval: float | timedelta = 5.0,
        timeout: float | timedelta = timedelta(hours=24),
        defer_after: float | timedelta = 1.0,
        result_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.flow_conn_id = flow_conn_id
        self.flow_id: Any = flow_id
        self.inputs: Any = inputs
        self.options: Any = options
        self.variant = variant
        self.files: Any = files
        self.input_schema = input_schema
        self.wait_for_completion = wait_for_completion
        self.deferrable = deferrable
        self.poll_interval = seconds("poll_interval", poll_interval, positive=True)
        self.timeout = seconds("timeout", timeout, positive=True)
        self.defer_after = seconds("defer_after", defer_after)
        self.result_path = result_path
        self.run_link: str | None = None
        self._handle: RunHandle | None = None
        self._rendered_options: Any = None  # with their secret parts, which `options` shows no more
        self._shown_options: Any = None
        self._hook: FlowHook | None = None

    def execute(self, context: Context) -> Any:
        """Start the run, and wait for it here or in the triggerer."""
        began = time.time()
        with airflow_errors():
            result_path = ResultPath(self.result_path)
            checked_inputs(self.inputs or {}, self.input_schema, tuple(self.files or ()))
            run = self.hook.start_run(
                self.flow_id,
                self.inputs,
                options=self._rendered_options if self.options is self._shown_options else self.options,
                variant=self.variant,
                files=self.files,
                task=task_key(context),
            )
        with airflow_errors(started=True):
            until = self._deadline(began)
            self._tell(context, run)
            if not self.wait_for_completion:
                if run.state.is_terminal:  # a platform that answers at once may have said that the run failed
                    check_outcome(run, self.run_link)
                return run.handle.to_json()
            if not run.state.is_terminal:
                run = self._watch(run.handle, until)
            return self._finish(run, result_path)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after the trigger; where Airflow ended it, the run may go on, so nothing is retried."""
        if next_method == self.execute_complete.__name__:
            return super().resume_execution(next_method, next_kwargs, context)
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except AirflowException as error:
            text = f"Airflow ended the wait in the triggerer: {error}. {RUN_STARTED}"
            raise FlowPermanentError(text) from error

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Go on after the trigger has fired."""
        run = read_event(event, started=True)
        with airflow_errors(started=True):
            self._note(run.handle)
            return self._finish(run, ResultPath(self.result_path))

    def on_kill(self) -> None:
        """Cancel the run where the platform can, and say so where it cannot."""
        if self._handle is not None:
            self._cancel(self._handle)

    @property
    def hook(self) -> FlowHook:
        """The hook, made when it is first used: parsing a DAG must not read connections."""
        from airflow_provider_flows.hooks.flow import FlowHook

        if self._hook is None:
            self._hook = FlowHook(self.flow_conn_id, conn_type=self.conn_type)
        return self._hook

    def _watch(self, handle: RunHandle, until: float) -> Run:
        if not self.deferrable:
            return self.hook.wait_for_run(handle, poll_interval=self.poll_interval, until=until)
        here = min(time.time() + self.defer_after, until)
        interval = min(self.poll_interval, max(self.defer_after, 0.1))
        run = self.hook.wait_for_run(handle, poll_interval=interval, until=here)
        if not run.state.is_terminal and time.time() < until:
            self._defer(handle, until)
        return run

    def _defer(self, handle: RunHandle, until: float) -> NoReturn:
        self.log.info("Waiting for %s in the triggerer", handle)
        now = time.time()
        self.defer(
            trigger=FlowRunTrigger(
                self.flow_conn_id, handle.to_json(), self.poll_interval, until, not_before=now + SETTLING
            ),
            method_name="execute_complete",
            timeout=timedelta(seconds=max(until - now, SETTLING) + GRACE),
        )

    def _finish(self, run: Run, result_path: ResultPath) -> Any:
        goes_on = not run.state.is_terminal and not self._cancel(run.handle)
        check_outcome(run, self.run_link, goes_on=goes_on)
        if run.message:
            self.log.info("%s: %s", run.handle, run.message)
        return result_path.pick(self.hook.get_result(run), self.log)

    def _cancel(self, handle: RunHandle) -> bool:
        """Cancel a run that nobody waits for any more, and return whether that worked.

        The task is failing already, so this never raises.
        """
        try:
            if not self.hook.platform(handle.variant).spec.can("cancel"):
                self.log.warning("%s goes on: the platform documents no way to cancel it", handle)
                return False
            cancelled = self.hook.cancel_run(handle)
        except Exception as error:  # noqa: BLE001 - it must not hide why the task fails, nor stop Airflow's kill
            self.log.warning("%s may still go on, cancelling it failed: %s", handle, error)
            return False
        self.log.info("%s %s", handle, "is being cancelled" if cancelled else "was over already")
        return True

    def _tell(self, context: Context, run: Run) -> None:
        """Make the run findable at once: in the log, in XCom, and by the link."""
        self._note(run.handle)
        self.log.info("Started %s%s", run.handle, f": {self.run_link}" if self.run_link else "")
        link = {FlowRunLink().xcom_key: self.run_link} if self.run_link else {}
        tell(context, self.log, {"run_id": run.handle.run_id, "handle": run.handle.to_json(), **link})

    def _note(self, handle: RunHandle) -> None:
        self._handle = handle
        self.run_link = self.hook.platform(handle.variant).link(handle)

    def _deadline(self, began: float) -> float:
        """Airflow does not apply `execution_timeout` to a deferred task, so it joins our own deadline."""
        until = time.time() + self.timeout
        if self.execution_timeout:
            until = min(until, began + self.execution_timeout.total_seconds())
        return until

    def _do_render_template_fields(self, parent: Any, *args: Any, **kwargs: Any) -> None:
        """Render as ever, then keep what was rendered for the start and show a copy without its secret parts.

        The one method that Airflow calls for plain and for mapped tasks, before it stores the rendered
        fields; it calls it for objects inside the fields too.
        """
        super()._do_render_template_fields(parent, *args, **kwargs)
        if parent is self and self.options:
            self._rendered_options = self.options
            self.options = self._shown_options = shown_options(self.hook, self.variant, self.options)
