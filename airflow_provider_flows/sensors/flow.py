"""The sensor that waits for a run that somebody else started."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    PokeReturnValue,
    conf,
)

from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.operators.settings import MOST_WAITS, ResultPath, seconds, with_retry_policy
from airflow_provider_flows.outcomes import (
    FlowUnavailableError,
    check_outcome,
    read_event,
)
from airflow_provider_flows.protocol.runs import Run, sentence
from airflow_provider_flows.protocol.waiting import Heard
from airflow_provider_flows.sensors.deferral import defer, poll_intervals
from airflow_provider_flows.sensors.endings import softly
from airflow_provider_flows.sensors.looks import LookingSensor
from airflow_provider_flows.sensors.notes import Note, WaitNotes
from airflow_provider_flows.sensors.start import start
from airflow_provider_flows.triggers.reasons import AUTO, who_ends

if TYPE_CHECKING:
    from airflow.sdk import Context, XComArg


class FlowRunSensor(LookingSensor):
    """Wait for a run of a flow, and return its result.

    A run that fails, was cancelled or is not over in time fails the sensor, or skips it with `soft_fail`, in
    every mode alike. A platform that can't be asked is forgiven for `unreachable_timeout`, and then leaves it
    to the task's retries; a refusal (a run not found, not allowed) is forgiven for a minute. `timeout` is
    Airflow's own; deferred, `execution_timeout` counts from the attempt and holds too.

    :param flow_conn_id: id of a connection of type unitelabs, scade, blinkops or vishwa; Wisebot cannot tell
    :param run: the run's id, or the handle that an operator left in XCom (`operator.output` of one that does
        not wait, or its XCom `handle`)
    :param flow_id: the run's flow, where `run` is an id and the path needs it (vishwa.ai, UniteLabs)
    :param options: the run's options, where `run` is an id and the path needs them (BlinkOps: workspace)
    :param deferrable: whether to wait in the triggerer, without a worker; by default as Airflow is configured
    :param poke_interval: Airflow's own, a fixed time between two questions. By default a worker asks every 60
        seconds, the triggerer after 1 second and then less and less often, as `docs/reliability.md` tells
    :param max_poll_interval: how long the triggerer lets the time between two questions become, in seconds or
        as a `timedelta`; by default 300 seconds, or `poke_interval` where that is given
    :param result_path: JMESPath that picks the part of the result to return
    :param max_result_bytes: the largest result that is put into XCom
    :param result_storage: URL of an `ObjectStoragePath` under which larger results are put; XCom then holds
        the reference that `read_result` reads. Without it a larger result fails the task
    :param unreachable_timeout: for how long the platform may give no readable answer, in seconds or as a
        `timedelta`
    :param end_from_trigger: as for `RunFlowOperator`
    :param start_from_trigger: whether the scheduler puts the wait into the triggerer at once, without any
        worker; implies `deferrable`. A mapped sensor goes to a worker all the same, and so does every one of
        an Airflow before 3.3. Raises `ValueError` for templates that the triggerer can't render
    """

    template_fields: Collection[str] = ("flow_conn_id", "run", "flow_id", "options", "result_path")
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
        poke_interval: float | timedelta | None = None,
        max_poll_interval: float | timedelta | None = None,
        result_path: str | None = None,
        max_result_bytes: int = 4 * 1024 * 1024,
        result_storage: str | None = None,
        unreachable_timeout: float | timedelta = 600.0,
        end_from_trigger: str | bool = AUTO,
        start_from_trigger: bool = False,
        **kwargs: Any,
    ) -> None:
        if poke_interval is not None:
            kwargs["poke_interval"] = poke_interval
        super().__init__(**kwargs)
        with_retry_policy(self)
        self.flow_conn_id = flow_conn_id
        self.run: Any = run
        self.flow_id = flow_id
        self.options = options
        self.deferrable = deferrable
        self.poll_interval, self.max_poll_interval = poll_intervals(poke_interval, max_poll_interval)
        self.result_path = result_path
        self.max_result_bytes = max_result_bytes
        self.result_storage = result_storage
        self.unreachable_timeout = seconds("unreachable_timeout", unreachable_timeout)
        # Not under its own name: see RunFlowOperator.
        self.ends_from_trigger = who_ends(end_from_trigger)
        self.awaited_run = run  # the same for `start_from_trigger`: in a trigger `run` is a method
        if start_from_trigger:
            start(self)

    def execute(self, context: Context) -> Any:
        """Wait on the worker as sensors do, or ask once and go on in the triggerer."""
        self._watch = None  # whatever an earlier attempt in this process met
        if not self.deferrable:
            return self._wait_here(context)
        with softly(self):
            return self._begin(context)

    def poke(self, context: Context) -> bool | PokeReturnValue:
        """Ask once how the run stands."""
        with softly(self):
            run = self._look(context)
            if not run.state.is_terminal:
                return False
            return PokeReturnValue(is_done=True, xcom_value=self._finish(context, run))

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after the trigger; Airflow's own way would skip what may pass too, unlike other modes.

        Where Airflow ended the trigger, the run is looked at once more, and waited for again.
        """
        if next_method == self.execute_complete.__name__:
            with softly(self):
                return self.execute_complete(context, **(next_kwargs or {}))
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except AirflowException as error:
            self._watch = None
            self.log.warning("Airflow ended the wait in the triggerer: %s", error.__cause__ or error)
            with softly(self):
                return self._wait_again(context, error)

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Go on after the trigger has fired."""
        run = read_event(event)
        self.run_link = self.hook.platform(run.handle.variant).link(run.handle)
        return self._finish(context, run)

    def _wait_here(self, context: Context) -> Any:
        """Wait as sensors do; Airflow's own message of a timeout does not tell what the run was doing."""
        try:
            return super().execute(context)
        except (AirflowSensorTimeout, AirflowSkipException, AirflowTaskTimeout) as error:
            watch = self._watch
            if error.__cause__ or watch is None or watch.told.state.is_terminal:  # no timeout of Airflow's
                raise
            kind = AirflowSkipException if self.soft_fail or self.never_fail else type(error)
            raise kind(f"{error} {sentence(watch.told, self.run_link)}") from error

    def _begin(self, context: Context) -> Any:
        """Ask once on the worker, and go on in the triggerer."""
        limit = self.execution_timeout
        longest = min(self.timeout, limit.total_seconds() if limit else math.inf)
        since = self.clock()
        until = since + longest
        run = self._look(context)
        if self._is_due(run, until):
            return self._finish(context, run)
        WaitNotes(context, self.log).keep(Note(heard=Heard(run), until=until, since=since))
        return defer(self, context["ti"], run.handle, until, since)

    def _wait_again(self, context: Context, error: AirflowException) -> Any:
        """Look at the run after Airflow has ended its trigger, and wait again while there is time."""
        if isinstance(error, AirflowSensorTimeout) or isinstance(error.__cause__, AirflowSensorTimeout):
            return self._finish(context, self._look(context, math.inf))
        notes = WaitNotes(context, self.log)
        note = notes.read(self._target(context))
        if note is None:
            if self.start_from_trigger:  # no worker has had this attempt before
                return self._begin(context)
            raise error
        run = self._look(context)
        if self._is_due(run, note.until):
            return self._finish(context, run)
        if note.waits >= MOST_WAITS:
            times = f"{note.waits + 1} times, last: {error.__cause__ or error}"
            raise FlowUnavailableError(f"Airflow ended the wait for {run.handle} in the triggerer {times}")
        notes.keep(replace(note, waits=note.waits + 1))
        return defer(self, context["ti"], run.handle, note.until, note.since)

    def _is_due(self, run: Run, until: float) -> bool:
        return run.state.is_terminal or self.clock() >= until

    def _finish(self, context: Context, run: Run) -> Any:
        if not run.state.is_terminal:
            seen = sentence(run, self.run_link).rstrip(".")
            raise AirflowSensorTimeout(
                f"{seen}. The sensor's timeout is {self.timeout:g} s; it cancels no run"
            )
        check_outcome(run, self.run_link)
        result = ResultPath(self.result_path).pick(self.hook.get_result(run), self.log)
        return self._keeper(context).for_xcom(result)
