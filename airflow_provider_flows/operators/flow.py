"""The operator that starts a run of a flow and sees it through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.common.compat.sdk import AirflowException, BaseOperator, conf

from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.leg import Leg
from airflow_provider_flows.operators.settings import (
    chosen,
    longest_interval,
    seconds,
    with_retry_policy,
)
from airflow_provider_flows.operators.shown import shown_options
from airflow_provider_flows.protocol.polling import FIRST
from airflow_provider_flows.triggers.reasons import AUTO, who_ends

if TYPE_CHECKING:
    from airflow.sdk import Context, XComArg

    from airflow_provider_flows.hooks.flow import FlowHook


class RunFlowOperator(BaseOperator):
    """Start a run of a flow on the platform of the connection, wait for it, and return its result.

    Shows up in XCom while the run goes on: `run_id`, `handle` (all that a sensor needs) and the link. The
    return value is the result, or the handle when the operator does not wait. A run that fails, is cancelled
    or is not over in time raises `FlowRunFailedError`, `FlowRunCancelledError` or `FlowRunTimeoutError`
    (`FlowRunLeftError` where it was not cancelled and goes on); one that was skipped skips the task.
    `FlowPermanentError` ends the task without retries, since another attempt would fail again or might start
    a second run; `FlowUnavailableError` leaves it to them.

    What an attempt started is noted in Airflow's task state store (3.3), so that the next attempt goes on
    with that run instead of starting another; `docs/reliability.md` tells which attempt does what.

    :param flow_conn_id: id of a connection of type unitelabs, scade, blinkops, wisebot or vishwa
    :param flow_id: the platform's id of the flow
    :param inputs: what the flow takes, as JSON data
    :param options: the platform's options, by the vendor's names; see `docs/platforms.md`
    :param variant: another way to start a run, such as BlinkOps' `sync` or Wisebot's `webhook`
    :param files: local path or `ObjectStoragePath` by input; uploaded first, where the platform takes files
    :param input_schema: a JSON Schema that the inputs must keep, checked before anything is sent
    :param wait_for_completion: whether to wait for the run's end
    :param deferrable: whether to wait in the triggerer, without a worker; by default as Airflow is configured
    :param poll_interval: seconds between the first two questions how the run stands; the time between them
        grows with the run's age, as `docs/reliability.md` tells
    :param max_poll_interval: seconds between any two at most, by default 300, or `poll_interval` where that
        is more; the same as `poll_interval` for a fixed interval
    :param timeout: how long the run may take, in seconds or as a `timedelta`; then it is cancelled, where the
        platform can. `execution_timeout` counts from the attempt and holds too, deferred or not
    :param defer_after: seconds that the worker waits itself before it defers, for runs that are over at once;
        with 0 it doesn't even ask
    :param result_path: JMESPath that picks the part of the result to return
    :param max_result_bytes: the largest result that is put into XCom
    :param result_storage: URL of an `ObjectStoragePath` under which larger results are put; XCom then holds
        the reference that `read_result` reads. Without it a larger result fails the task
    :param on_ambiguous_start: what to do when it is not known whether a start began a run: `fail`, `search`
        for the run at the platform, or `restart` at the next attempt, which may run the flow twice
    :param correlation_input: the input that carries a key of your own, by which `search` knows the run
    :param unreachable_timeout: for how long the platform may give no readable answer amid the wait
    :param cancel_on_timeout: whether a run whose time is up is cancelled, where the platform can
    :param cancel_on_kill: whether a run is cancelled when a person marks or clears its task
    :param end_from_trigger: whether the triggerer ends the deferred task when its run did well, which saves a
        second start of a worker: `auto` where nothing is lost by it, `True` where nothing gets wrong by it,
        or `False`. `docs/scale.md` has the tables
    """

    template_fields: Collection[str] = (
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
    conn_type: str | None = None  # the one type of connection that a typed operator takes
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
        poll_interval: float | timedelta = FIRST,
        max_poll_interval: float | timedelta | None = None,
        timeout: float | timedelta = timedelta(hours=24),
        defer_after: float | timedelta = 1.0,
        result_path: str | None = None,
        max_result_bytes: int = 4 * 1024 * 1024,
        result_storage: str | None = None,
        on_ambiguous_start: str = "fail",
        correlation_input: str | None = None,
        unreachable_timeout: float | timedelta = 600.0,
        cancel_on_timeout: bool = True,
        cancel_on_kill: bool = True,
        end_from_trigger: str | bool = AUTO,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        with_retry_policy(self)
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
        self.max_poll_interval = longest_interval(self.poll_interval, max_poll_interval)
        self.timeout = seconds("timeout", timeout, positive=True)
        self.defer_after = seconds("defer_after", defer_after)
        self.result_path = result_path
        self.max_result_bytes = max_result_bytes
        self.result_storage = result_storage
        self.on_ambiguous_start = chosen(
            "on_ambiguous_start", on_ambiguous_start, ("fail", "search", "restart")
        )
        self.correlation_input = correlation_input
        self.unreachable_timeout = seconds("unreachable_timeout", unreachable_timeout)
        self.cancel_on_timeout = cancel_on_timeout
        self.cancel_on_kill = cancel_on_kill
        # Not under its own name: wherever a plugin listens, Airflow refuses a DAG with a task that has such
        # an attribute and not a false one (airflow/dag_processing/dagbag.py); `auto` leaves it to a worker.
        self.ends_from_trigger = who_ends(end_from_trigger)
        self.run_link: str | None = None
        self._leg: Leg | None = None
        self._rendered_options: Any = None  # with their secret parts, which `options` shows no more
        self._shown_options: Any = None
        self._hook: FlowHook | None = None

    def execute(self, context: Context) -> Any:
        """Start the run, or find that of an earlier attempt, and wait for it here or in the triggerer."""
        return self._new_leg(context).begin()

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Go on after the trigger has fired."""
        return self._new_leg(context).go_on(event)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after the trigger; where Airflow ended it, look at the run and wait once more."""
        if next_method == self.execute_complete.__name__:
            return super().resume_execution(next_method, next_kwargs, context)
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except AirflowException as error:
            return self._new_leg(context).wait_again(error)

    def on_kill(self) -> None:
        """Cancel the run where a person has ended the task and the platform can; else leave it."""
        if self._leg is not None:
            self._leg.kill()

    @property
    def hook(self) -> FlowHook:
        """The hook, made when it is first used: parsing a DAG must not read connections."""
        from airflow_provider_flows.hooks.flow import FlowHook

        if self._hook is None:
            self._hook = FlowHook(self.flow_conn_id, conn_type=self.conn_type)
        return self._hook

    @property
    def rendered_options(self) -> Any:
        """The options with their secret parts, which the attribute `options` shows no more once rendered."""
        return self._rendered_options if self.options is self._shown_options else self.options

    def _new_leg(self, context: Context) -> Leg:
        self._leg = Leg(self, context)
        return self._leg

    def _do_render_template_fields(self, parent: Any, *args: Any, **kwargs: Any) -> None:
        """Render as ever, then keep what was rendered for the start and show a copy without its secret parts.

        The one method that Airflow calls for plain and for mapped tasks, before it stores the rendered
        fields; it calls it for objects inside the fields too.
        """
        super()._do_render_template_fields(parent, *args, **kwargs)
        if parent is self and self.options:
            self._rendered_options = self.options
            self.options = self._shown_options = shown_options(self.hook, self.variant, self.options)
