"""The operator that starts a run of a flow and sees it through."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.common.compat.sdk import BaseOperator, conf
from airflow.sdk.log import mask_secret

from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.settings import GRACE, SETTLING, ResultPath, seconds, task_key
from airflow_provider_flows.outcomes import airflow_errors, check_outcome
from airflow_provider_flows.platforms.inputs import checked_inputs
from airflow_provider_flows.platforms.options import secret_parts, without_secrets
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.protocol.secrecy import HIDDEN
from airflow_provider_flows.triggers.flow import FlowRunTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_provider_flows.hooks.flow import FlowHook


class RunFlowOperator(BaseOperator):
    """Start a run of a flow on the platform of the connection, wait for it, and return its result.

    Shows up in XCom while the run goes on: `run_id`, `handle` (all that a sensor needs) and the link. The
    return value is the result, or the handle when the operator does not wait. A run that fails, is cancelled
    or is not over in time raises `FlowRunFailedError`, `FlowRunCancelledError` or `FlowRunTimeoutError`; one
    that was skipped skips the task.

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
    :param timeout: how long the run may take, in seconds or as a `timedelta`
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
    ui_color = "#d7ecf4"

    def __init__(
        self,
        *,
        flow_conn_id: str,
        flow_id: str,
        inputs: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        variant: str | None = None,
        files: Mapping[str, Any] | None = None,
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
        self.flow_id = flow_id
        self.inputs = inputs
        self.options = options
        self.variant = variant
        self.files = files
        self.input_schema = input_schema
        self.wait_for_completion = wait_for_completion
        self.deferrable = deferrable
        self.poll_interval = seconds("poll_interval", poll_interval, positive=True)
        self.timeout = seconds("timeout", timeout, positive=True)
        self.defer_after = seconds("defer_after", defer_after)
        self.result_path = result_path
        self.run_link: str | None = None
        self._handle: RunHandle | None = None
        self._sent_options: Mapping[str, Any] | None = options
        self._hook: FlowHook | None = None

    def execute(self, context: Context) -> Any:
        """Start the run, and wait for it here or in the triggerer."""
        with airflow_errors():
            result_path = ResultPath(self.result_path)
            checked_inputs(self.inputs or {}, self.input_schema, tuple(self.files or ()))
            run = self.hook.start_run(
                self.flow_id,
                self.inputs,
                options=self._sent_options,
                variant=self.variant,
                files=self.files,
                task=task_key(context),
            )
            until = self._deadline(time.time())
            self._tell(context, run)
            if not self.wait_for_completion:
                return run.handle.to_json()
            if not run.state.is_terminal:
                run = self._watch(run.handle, until)
            return self._finish(run, result_path)

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:  # noqa: ARG002 - Airflow's signature
        """Go on after the trigger has fired."""
        run = Run.from_event(event)
        with airflow_errors():
            self._handle = run.handle
            self.run_link = self.hook.platform(run.handle.variant).link(run.handle)
            return self._finish(run, ResultPath(self.result_path))

    def on_kill(self) -> None:
        """Cancel the run where the platform can, and say so where it cannot."""
        if self._handle is None:
            return
        try:
            self._cancel(self._handle)
        except Exception as error:  # noqa: BLE001 - Airflow is ending this process: whatever fails must not stop that
            self.log.warning("%s may still go on: %s", self._handle, error)

    @property
    def hook(self) -> FlowHook:
        """The hook, made when it is first used: parsing a DAG must not read connections."""
        from airflow_provider_flows.hooks.flow import FlowHook

        if self._hook is None:
            self._hook = FlowHook(self.flow_conn_id)
        return self._hook

    def _watch(self, handle: RunHandle, until: float) -> Run:
        if not self.deferrable:
            return self.hook.wait_for_run(handle, poll_interval=self.poll_interval, until=until)
        here = min(time.time() + self.defer_after, until)
        interval = min(self.poll_interval, max(self.defer_after, 0.1))
        run = self.hook.wait_for_run(handle, poll_interval=interval, until=here)
        if run.state.is_terminal:
            return run
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
        if run.state is RunState.SUCCESS:
            result = self.hook.get_result(run)
            if run.message:
                self.log.info("%s: %s", run.handle, run.message)
            return result_path.pick(result, self.log)
        if not run.state.is_terminal:
            self._cancel(run.handle)
        check_outcome(run, self.run_link)
        raise AssertionError(f"{run} has no outcome")  # check_outcome returns for a success only

    def _cancel(self, handle: RunHandle) -> None:
        if not self.hook.platform(handle.variant).spec.can("cancel"):
            self.log.warning("%s goes on: the platform documents no way to cancel it", handle)
            return
        cancelled = self.hook.cancel_run(handle)
        self.log.info("%s %s", handle, "is being cancelled" if cancelled else "was over already")

    def _tell(self, context: Context, run: Run) -> None:
        """Make the run findable at once: in the log, in XCom, and by the link."""
        self._handle = run.handle
        self.run_link = self.hook.platform(run.handle.variant).link(run.handle)
        self.log.info("Started %s%s", run.handle, f": {self.run_link}" if self.run_link else "")
        ti = context["ti"]
        ti.xcom_push("run_id", run.handle.run_id)
        ti.xcom_push("handle", run.handle.to_json())
        ti.xcom_push(FlowRunLink().xcom_key, self.run_link or "")

    def _deadline(self, now: float) -> float:
        """Airflow does not apply `execution_timeout` to a deferred task, so it joins our own deadline."""
        limits = [self.timeout]
        if self.execution_timeout:
            limits.append(self.execution_timeout.total_seconds())
        return now + min(limits)

    def _do_render_template_fields(self, *args: Any, **kwargs: Any) -> None:
        """Render as ever, then keep what was rendered for the start and show a copy without its secret parts.

        The one method that Airflow calls for plain and for mapped tasks, before it stores the rendered fields.
        """
        super()._do_render_template_fields(*args, **kwargs)
        self._sent_options = self.options
        if self.options:
            self.options = self._shown(self.options)

    def _shown(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            fields = self.hook.platform(self.variant).spec.options
        except Exception:  # noqa: BLE001 - `execute` meets the same fault and tells of it; until then hide all
            return dict.fromkeys(options, HIDDEN)
        for secret in secret_parts(fields, options):
            mask_secret(secret)
        return without_secrets(fields, options)
