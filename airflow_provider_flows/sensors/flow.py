"""The sensor that waits for a run that somebody else started."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from airflow.providers.common.compat.sdk import (
    AirflowSensorTimeout,
    AirflowSkipException,
    BaseSensorOperator,
    PokeReturnValue,
    conf,
)

from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.settings import GRACE, SETTLING, ResultPath
from airflow_provider_flows.outcomes import FlowRunError, FlowRunTimeoutError, airflow_errors, check_outcome
from airflow_provider_flows.protocol.errors import NotSupportedError, OptionsError
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.triggers.flow import FlowRunTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_provider_flows.hooks.flow import FlowHook


class FlowRunSensor(BaseSensorOperator):
    """Wait for a run of a flow, and return its result.

    A run that fails or was cancelled fails the sensor, or skips it with `soft_fail`, in every mode alike.
    `poke_interval` and `timeout` are Airflow's own.

    :param flow_conn_id: id of a connection of type unitelabs, scade, blinkops or vishwa; Wisebot cannot be asked
    :param run: the run's id, or the handle that an operator left in XCom (`operator.output` of one that does
        not wait, or its XCom `handle`)
    :param flow_id: the run's flow, where `run` is an id and the platform's path needs it (vishwa.ai, UniteLabs)
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
        run: str | Mapping[str, Any],
        flow_id: str | None = None,
        options: Mapping[str, Any] | None = None,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        result_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.flow_conn_id = flow_conn_id
        self.run = run
        self.flow_id = flow_id
        self.options = options
        self.deferrable = deferrable
        self.result_path = result_path
        self.run_link: str | None = None
        self._hook: FlowHook | None = None

    def execute(self, context: Context) -> Any:
        """Wait on the worker as sensors do, or ask once and go on in the triggerer."""
        if not self.deferrable:
            return super().execute(context)
        found = self.poke(context)
        return found.xcom_value if isinstance(found, PokeReturnValue) else self._defer()

    def poke(self, context: Context) -> bool | PokeReturnValue:  # noqa: ARG002 - Airflow's signature
        """Ask once how the run stands."""
        with airflow_errors():
            result_path = ResultPath(self.result_path)
            run = self.hook.get_run(self._target())
            if not run.state.is_terminal:
                self.log.info(
                    "%s is %s%s", run.handle, run.state.value, f" ({run.raw_state})" if run.raw_state else ""
                )
                return False
            return PokeReturnValue(is_done=True, xcom_value=self._finish(run, result_path))

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:  # noqa: ARG002 - Airflow's signature
        """Go on after the trigger has fired."""
        run = Run.from_event(event)
        with airflow_errors():
            self.run_link = self.hook.platform(run.handle.variant).link(run.handle)
            return self._finish(run, ResultPath(self.result_path))

    @property
    def hook(self) -> FlowHook:
        """The hook, made when it is first used: parsing a DAG must not read connections."""
        from airflow_provider_flows.hooks.flow import FlowHook

        if self._hook is None:
            self._hook = FlowHook(self.flow_conn_id)
        return self._hook

    def _target(self) -> RunHandle:
        """Return the handle of the run; raises before anything is sent when it can't be asked for."""
        platform = self.hook.platform()
        if not platform.spec.can("status"):
            raise NotSupportedError(
                f"{platform.title} documents no way to tell how a run stands, so there is nothing to wait for: "
                "start the flow with an operator, which waits for the answer itself"
            )
        if isinstance(self.run, str):
            handle = platform.handle(self.run, self.flow_id or "", self.options)
        else:
            handle = RunHandle.from_json(self.run)
        if handle.platform != platform.spec.name:
            raise OptionsError(
                f"run is on {handle.platform}, but connection {self.flow_conn_id!r} leads to {platform.spec.name}"
            )
        self.run_link = platform.link(handle)
        return handle

    def _defer(self) -> NoReturn:
        now = time.time()
        until = now + self.timeout
        self.defer(
            trigger=FlowRunTrigger(
                self.flow_conn_id,
                self._target().to_json(),
                self.poke_interval,
                until,
                not_before=now + SETTLING,
            ),
            method_name="execute_complete",
            timeout=timedelta(seconds=max(self.timeout, SETTLING) + GRACE),
        )

    def _finish(self, run: Run, result_path: ResultPath) -> Any:
        try:
            check_outcome(run, self.run_link)
        except FlowRunTimeoutError as error:
            raise AirflowSensorTimeout(str(error)) from error
        except FlowRunError as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(
                    f"Skipped instead of failed, as soft_fail or never_fail asks: {error}"
                ) from error
            raise
        return result_path.pick(self.hook.get_result(run), self.log)
