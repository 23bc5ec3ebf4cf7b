"""The trigger that waits for a run without holding a worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_flows.kills import awished
from airflow_provider_flows.protocol.errors import FlowError, NotSupportedError
from airflow_provider_flows.protocol.runs import RunHandle
from airflow_provider_flows.triggers.undisturbed import undisturbed


class FlowRunTrigger(BaseTrigger):
    """Fires once, when a run is over or its time is up. Holds a connection id, never a credential.

    The event holds handle, state and a short message, never a result: events are stored and logged. A
    `FlowError` becomes an event too, with its kind, so that the task ends as it would have on a worker; any
    other exception goes to Airflow, which fails the task with its text. All triggers of one connection on one
    event loop share one HTTP session.

    :param flow_conn_id: id of the connection
    :param handle: the run, as `RunHandle.to_json` wrote it
    :param poll_interval: seconds between two questions
    :param until: when to give up, in seconds since the epoch
    :param not_before: when to fire at the earliest, in seconds since the epoch: Airflow 3.3 fails a task that
        is resumed before its worker's end was noticed (https://github.com/apache/airflow/issues/67287)
    :param unreachable_timeout: for how many seconds the platform may give no readable answer
    :param cancel_on_kill: whether the run is cancelled when a person marks its task
    """

    def __init__(
        self,
        flow_conn_id: str,
        handle: Mapping[str, Any],
        poll_interval: float,
        until: float,
        not_before: float = 0.0,
        *,
        unreachable_timeout: float = 600.0,
        cancel_on_kill: bool = True,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in Airflow
        self.flow_conn_id = flow_conn_id
        self.handle = dict(handle)
        self.poll_interval = poll_interval
        self.until = until
        self.not_before = not_before
        self.unreachable_timeout = unreachable_timeout
        self.cancel_on_kill = cancel_on_kill

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments, as Airflow stores them."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {
            name: getattr(self, name) for name in _ARGUMENTS
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, and fire."""
        from airflow_provider_flows.hooks.flow import FlowHook

        try:
            run = await FlowHook(self.flow_conn_id).await_for_run(
                RunHandle.from_json(self.handle),
                poll_interval=self.poll_interval,
                until=self.until,
                not_before=self.not_before,
                unreachable_timeout=self.unreachable_timeout,
            )
            event = run.to_event()
        except FlowError as error:
            event = {"handle": self.handle, "fault": type(error).__name__, "message": str(error)}
            await asyncio.sleep(self.not_before - time.time())
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]  # untyped in Airflow

    async def on_kill(self) -> None:
        """Cancel the run if a person has marked the task and the platform can; never raises.

        Airflow also calls this when the trigger merely moves to another triggerer
        (https://github.com/apache/airflow/pull/73454), and after a clear, where the next attempt decides.
        """
        await undisturbed(self._cancel_if_wished())

    async def _cancel_if_wished(self) -> None:
        handle = RunHandle.from_json(self.handle)
        if not self.cancel_on_kill or not await awished(self.task_instance, self.log):
            return
        from airflow_provider_flows.hooks.flow import FlowHook

        hook = FlowHook(self.flow_conn_id)
        try:
            cancelled = await asyncio.wait_for(hook.acancel_run(handle), _SECONDS_TO_CANCEL)
        except NotSupportedError as error:
            self.log.warning("%s goes on: %s", handle, error)
        except Exception as error:  # noqa: BLE001 - Airflow is ending this trigger; there is nobody to raise to
            self.log.warning("%s may still go on, cancelling it failed: %s", handle, error)
        else:
            self.log.info("%s %s", handle, "is being cancelled" if cancelled else "was over already")


_ARGUMENTS = (
    "flow_conn_id",
    "handle",
    "poll_interval",
    "until",
    "not_before",
    "unreachable_timeout",
    "cancel_on_kill",
)
_SECONDS_TO_CANCEL = 15.0  # Airflow grants 30 to all of `on_kill`, the question before it included
