"""The trigger of a sensor that no worker has started."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_flows.aside import Aside
from airflow_provider_flows.links.flow import FlowRunLink
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.runs import RunHandle
from airflow_provider_flows.sensors.target import target
from airflow_provider_flows.triggers.ending import Ending, leave, tidy
from airflow_provider_flows.triggers.flow import FlowRunTrigger
from airflow_provider_flows.triggers.reasons import AUTO, hindrance, loss

if TYPE_CHECKING:
    from airflow_provider_flows.hooks.flow import FlowHook

AWAITED = "awaited_run"  # what the sensor calls `run`, which is a method of every trigger
TEMPLATED = ("flow_conn_id", AWAITED, "flow_id", "options", "result_path")
_TRIED_AGAIN = "this is not its first attempt, and Airflow would keep the end of the one before"
_PLAIN = (
    "poll_interval",
    "max_poll_interval",
    "unreachable_timeout",
    "longest",
    "patience",
    "max_result_bytes",
    "end_from_trigger",
    "worker",
)


class FlowSensorTrigger(BaseTrigger):
    """Finds the run that a sensor is given, waits for it, and ends the sensor or sends it to a worker.

    Airflow renders the arguments that are template fields of the sensor, too. A wait goes on with its time
    when it moves to another triggerer. The run is never cancelled.

    :param flow_conn_id: id of the connection
    :param awaited_run: the run's id, its handle, or the handle's text
    :param flow_id: the run's flow, where the run is given by its id
    :param options: the run's options, likewise
    :param result_path: JMESPath that picks the part of the result to leave
    :param poll_interval: as for `FlowRunTrigger`, and so are `max_poll_interval` and `unreachable_timeout`
    :param longest: for how many seconds to wait
    :param patience: after how many seconds Airflow itself gives the trigger up
    :param max_result_bytes: the largest result that goes into XCom from here
    :param end_from_trigger: the sensor's choice: `auto`, `True` or `False`
    :param worker: why a worker has to end the sensor, as far as that was known when the DAG was parsed
    """

    def __init__(
        self,
        *,
        flow_conn_id: str,
        awaited_run: Any,
        flow_id: str | None,
        options: Mapping[str, Any] | None,
        result_path: str | None,
        poll_interval: float,
        max_poll_interval: float | None,
        unreachable_timeout: float,
        longest: float,
        patience: float,
        max_result_bytes: int,
        end_from_trigger: str | bool,
        worker: str | None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in Airflow
        self.flow_conn_id = flow_conn_id
        self.awaited_run = awaited_run
        self.flow_id = flow_id
        self.options = options
        self.result_path = result_path
        self.poll_interval = poll_interval
        self.max_poll_interval = max_poll_interval
        self.unreachable_timeout = unreachable_timeout
        self.longest = longest
        self.patience = patience
        self.max_result_bytes = max_result_bytes
        self.end_from_trigger = end_from_trigger
        self.worker = worker

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments, as Airflow stores them."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {name: getattr(self, name) for name in (*TEMPLATED, *_PLAIN)}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Find the run, wait, and fire or end the sensor."""
        from airflow_provider_flows.hooks.flow import FlowHook

        hook = FlowHook(self.flow_conn_id)
        async with hook.held():
            event = await self._event(hook)
        yield event

    async def _event(self, hook: FlowHook) -> TriggerEvent:
        began = self._began()
        try:
            handle, link = await self._found(hook)
        except FlowError as error:
            fault = {"handle": None, "fault": type(error).__name__, "message": str(error)}
            return TriggerEvent(fault)  # type: ignore[no-untyped-call]  # untyped in Airflow
        waiting = FlowRunTrigger(
            self.flow_conn_id,
            handle.to_json(),
            self.poll_interval,
            began + self.longest,
            unreachable_timeout=self.unreachable_timeout,
            cancel_on_kill=False,
            max_poll_interval=self.max_poll_interval,
            since=began,
            end=self._ending(),
        )
        waiting.task_instance = self.task_instance
        # Beside the wait, and not before it: Airflow takes the links of many sensors one after the other.
        shown = asyncio.create_task(leave(link, self.task_instance, self.log))
        try:
            [event] = [event async for event in waiting.run()]
            await shown
        finally:
            shown.cancel()
        return event

    def _began(self) -> float:
        """Return when the scheduler started the wait, which Airflow tells by when it gives the trigger up."""
        gives_up = getattr(self, "timeout_after", None)
        return time.time() if gives_up is None else gives_up.timestamp() - self.patience

    async def _found(self, hook: FlowHook) -> tuple[RunHandle, dict[str, str]]:
        """Return the run's handle, and its link as XCom has it, where the connection says how to make one."""
        await tidy(self.task_instance, self.log)
        platform = await hook.aplatform()
        handle = target(self.awaited_run, platform, self.flow_conn_id, self.flow_id or "", self.options)
        link = platform.link(handle)
        return handle, {FlowRunLink().xcom_key: link} if link else {}

    def _ending(self) -> dict[str, Any] | None:
        """Return what is needed to end the sensor here, None where a worker has to; log why."""
        ti, task = self.task_instance, getattr(self.task_instance, "task", None)
        if self.end_from_trigger is False or ti is None or task is None:
            return None
        # Only a worker's leg makes Airflow forget when the attempt before this one ended.
        again = _TRIED_AGAIN if ti.try_number > 1 else None
        reason = again or self.worker or hindrance(task, is_mapped=ti.map_index not in (None, -1))
        if reason is None and self.end_from_trigger == AUTO:
            reason = loss(task, no_worker=True)
        if reason is not None:
            Aside(self.log).info("A worker is going to end this task: %s", reason)
            return None
        return Ending(result_path=self.result_path, max_result_bytes=self.max_result_bytes).to_json()
