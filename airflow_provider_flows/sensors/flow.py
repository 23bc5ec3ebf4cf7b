"""The sensor that waits for a run that somebody else started."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowSensorTimeout,
    AirflowSkipException,
    BaseSensorOperator,
    PokeReturnValue,
    conf,
)

from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.settings import GRACE, SETTLING, ResultPath, tell
from airflow_provider_flows.outcomes import (
    FlowRunTimeoutError,
    FlowUnavailableError,
    airflow_errors,
    check_outcome,
    read_event,
    sentence,
)
from airflow_provider_flows.protocol.errors import NotSupportedError, OptionsError
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.triggers.flow import FlowRunTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context, XComArg

    from airflow_provider_flows.hooks.flow import FlowHook
    from airflow_provider_flows.platforms.spec_platform import SpecPlatform


class FlowRunSensor(BaseSensorOperator):
    """Wait for a run of a flow, and return its result.

    A run that fails, was cancelled or is not over in time fails the sensor, or skips it with `soft_fail`, in
    every mode alike; a platform that cannot be reached leaves it to the task's retries. `poke_interval` and
    `timeout` are Airflow's own.

    :param flow_conn_id: id of a connection of type unitelabs, scade, blinkops or vishwa; Wisebot cannot tell
    :param run: the run's id, or the handle that an operator left in XCom (`operator.output` of one that does
        not wait, or its XCom `handle`)
    :param flow_id: the run's flow, where `run` is an id and the path needs it (vishwa.ai, UniteLabs)
    :param options: the run's options, where `run` is an id and the path needs them (BlinkOps: workspace)
    :param deferrable: whether to wait in the triggerer, without a worker; by default as Airflow is configured
    :param result_path: JMESPath that picks the part of the result to return
    """

    template_fields = ("flow_conn_id", "run", "flow_id", "options", "result_path")
    template_fields_renderers: ClassVar[dict[str, str]] = {"run": "json", "options": "json"}
    operator_extra_links = (FlowRunLink(),)
    ui_color = "#d7ecf4"

    def __init__(
        self,
        *,
        flow_conn_id: str,
        run: str | Mapping[str, Any] | XComArg,
        flow_id: str | None = None,
        options: Mapping[str, Any] | None = None,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        result_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.flow_conn_id = flow_conn_id
        self.run: Any = run
        self.flow_id = flow_id
        self.options = options
        self.deferrable = deferrable
        self.result_path = result_path
        self.run_link: str | None = None
        self._last: Run | None = None
        self._hook: FlowHook | None = None

    def execute(self, context: Context) -> Any:
        """Wait on the worker as sensors do, or ask once and go on in the triggerer."""
        if not self.deferrable:
            return self._wait_here(context)
        found = self.poke(context)
        if isinstance(found, PokeReturnValue):
            return found.xcom_value
        return self._defer(self._target(context))

    def poke(self, context: Context) -> bool | PokeReturnValue:
        """Ask once how the run stands."""
        with self._softly():
            result_path = ResultPath(self.result_path)
            run = self.hook.get_run(self._target(context))
            self._report(run)
            if not run.state.is_terminal:
                return False
            return PokeReturnValue(is_done=True, xcom_value=self._finish(run, result_path))

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after the trigger; Airflow's own way would skip what may pass too, unlike other modes."""
        if next_method != self.execute_complete.__name__:  # Airflow ended the trigger and knows what to say
            return super().resume_execution(next_method, next_kwargs, context)
        with self._softly():
            return self.execute_complete(context, **(next_kwargs or {}))

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Go on after the trigger has fired."""
        run = read_event(event)
        self.run_link = self.hook.platform(run.handle.variant).link(run.handle)
        return self._finish(run, ResultPath(self.result_path))

    @property
    def hook(self) -> FlowHook:
        """The hook, made when it is first used: parsing a DAG must not read connections."""
        from airflow_provider_flows.hooks.flow import FlowHook

        if self._hook is None:
            self._hook = FlowHook(self.flow_conn_id)
        return self._hook

    def _wait_here(self, context: Context) -> Any:
        """Wait as sensors do; Airflow's own message of a timeout does not tell what the run was doing."""
        try:
            return super().execute(context)
        except (AirflowSensorTimeout, AirflowSkipException) as error:
            last = self._last
            if error.__cause__ or last is None or last.state.is_terminal:  # no timeout of Airflow's
                raise
            raise type(error)(f"{error} {sentence(last, self.run_link)}") from error

    def _target(self, context: Context) -> RunHandle:
        """Return the handle of the run; raises before anything is sent when it can't be asked for."""
        platform = self.hook.platform()
        if not platform.spec.can("status"):
            raise NotSupportedError(
                f"{platform.title} documents no way to tell how a run stands, so there is nothing to wait "
                "for: start the flow with an operator, which waits for the answer itself"
            )
        handle = self._handle(platform)
        if handle.platform != platform.spec.name:
            raise OptionsError(
                f"run is on {handle.platform}, but connection {self.flow_conn_id!r} leads to "
                f"{platform.spec.name}"
            )
        link = platform.link(handle)
        if link != self.run_link:
            self.run_link = link
            tell(context, self.log, {FlowRunLink().xcom_key: link})
        return handle

    def _handle(self, platform: SpecPlatform) -> RunHandle:
        if isinstance(self.run, str) and (self.run == "None" or self.run.lstrip().startswith("{")):
            raise OptionsError(
                f"run is {self.run!r:.60}, the text of another value: a template turns what it finds into "
                'text. Take a task\'s XCom as it is, such as run=task.output["handle"]'
            )
        if isinstance(self.run, str | int) and self.run != "":
            return platform.handle(str(self.run), self.flow_id or "", self.options)
        try:
            return RunHandle.from_json(self.run)
        except ValueError as error:
            what = "a run's id, or the handle that an operator left in XCom"
            raise OptionsError(f"run must be {what}: {error}") from error

    def _report(self, run: Run) -> None:
        """Log how the run stands, once for each state."""
        last, self._last = self._last, run
        if last is None or (run.state, run.raw_state) != (last.state, last.raw_state):
            word = f" ({run.raw_state})" if run.raw_state else ""
            self.log.info("%s is %s%s", run.handle, run.state.value, word)
            if run.message and not run.state.is_terminal:
                self.log.warning("%s: %s", run.handle, run.message)

    def _defer(self, handle: RunHandle) -> NoReturn:
        now = time.time()
        self.defer(
            trigger=FlowRunTrigger(
                self.flow_conn_id,
                handle.to_json(),
                self.poke_interval,
                now + self.timeout,
                not_before=now + SETTLING,
            ),
            method_name="execute_complete",
            timeout=timedelta(seconds=max(self.timeout, SETTLING) + GRACE),
        )

    def _finish(self, run: Run, result_path: ResultPath) -> Any:
        try:
            check_outcome(run, self.run_link, goes_on=True)  # a sensor cancels nothing
        except FlowRunTimeoutError as error:
            raise AirflowSensorTimeout(str(error)) from error
        return result_path.pick(self.hook.get_result(run), self.log)

    @contextmanager
    def _softly(self) -> Iterator[None]:
        """Skip instead of failing where that is asked for, in every mode alike.

        With `soft_fail` what may pass is still left to the task's retries.
        """
        try:
            with airflow_errors():
                yield
        except AirflowSkipException:
            raise
        except AirflowException as error:
            may_pass = isinstance(error, FlowUnavailableError)
            if self.never_fail or (self.soft_fail and not may_pass):
                raise AirflowSkipException(
                    f"Skipped instead of failed, as soft_fail or never_fail asks: {error}"
                ) from error
            raise
