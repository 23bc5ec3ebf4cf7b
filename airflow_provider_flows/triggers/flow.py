"""The trigger that waits for a run without holding a worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

from airflow_provider_flows import seen
from airflow_provider_flows.aside import written
from airflow_provider_flows.kills import awished
from airflow_provider_flows.protocol.errors import FlowError, NotSupportedError
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.triggers.ending import end_task
from airflow_provider_flows.triggers.undisturbed import undisturbed

if TYPE_CHECKING:
    from airflow_provider_flows.hooks.flow import FlowHook


class FlowRunTrigger(BaseTrigger):
    """Fires once, when a run is over or its time is up. Holds a connection id, never a credential.

    With `end` it ends the task itself where the run did well, once the result is in XCom.

    The event holds handle, state and a short message, never a result: events are stored and logged. A
    `FlowError` becomes an event too, with its kind, so that the task ends as it would have on a worker; any
    other exception goes to Airflow, which fails the task with its text. All triggers of one connection on one
    event loop share one HTTP session.

    :param flow_conn_id: id of the connection
    :param handle: the run, as `RunHandle.to_json` wrote it; raises `ValueError` for anything else
    :param poll_interval: seconds between the first two questions; the time between them grows from there
    :param until: when to give up, in seconds since the epoch
    :param not_before: when to fire at the earliest, in seconds since the epoch: Airflow 3.3 fails a task that
        is resumed before its worker's end was noticed (https://github.com/apache/airflow/issues/67287)
    :param unreachable_timeout: for how many seconds the platform may give no readable answer
    :param cancel_on_kill: whether the run is cancelled when a person marks its task
    :param max_poll_interval: seconds between any two questions at most, by default 300, or `poll_interval`
        where that is more; the same as `poll_interval` for a fixed interval
    :param since: when the run began, in seconds since the epoch; by default when this wait does
    :param end: what is needed to end the task here, as `Ending.to_json` wrote it; None to resume it always
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
        max_poll_interval: float | None = None,
        since: float | None = None,
        end: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in Airflow
        self.flow_conn_id = flow_conn_id
        self._handle = RunHandle.from_json(handle)
        self.poll_interval = poll_interval
        self.until = until
        self.not_before = not_before
        self.unreachable_timeout = unreachable_timeout
        self.cancel_on_kill = cancel_on_kill
        self.max_poll_interval = max_poll_interval
        self.since = since
        self.end = None if end is None else dict(end)
        self._is_over = False  # the run

    @property
    def handle(self) -> dict[str, Any]:
        """The run, as `RunHandle.to_json` writes it."""
        return self._handle.to_json()

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments, as Airflow stores them."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {
            name: getattr(self, name) for name in _ARGUMENTS
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, and fire; or end the task, which needs no time for Airflow to settle."""
        from airflow_provider_flows.hooks.flow import FlowHook

        hook = FlowHook(self.flow_conn_id)
        hook.hold()  # and no `async with`, nor a method around it: of what waits there are thousands
        try:
            run = await self._wait(hook)
            event = await self._told(run, hook)
        except FlowError as error:
            event = {"handle": self.handle, "fault": type(error).__name__, "message": str(error)}
        finally:
            await hook.let_go()
        await written()  # while Airflow still knows that the lines are this trigger's
        if event is None:
            yield TaskSuccessEvent()
            return
        await asyncio.sleep(self.not_before - time.time())
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]  # untyped in Airflow

    async def on_kill(self) -> None:
        """Cancel the run if a person has marked the task and the platform can; never raises.

        Airflow also calls this when the trigger merely moves to another triggerer
        (https://github.com/apache/airflow/pull/73454), and after a clear, where the next attempt decides.
        """
        await undisturbed(self._cancel_if_wished())

    def _wait(self, hook: FlowHook) -> Coroutine[None, None, Run]:
        return hook.await_for_run(
            self._handle,
            poll_interval=self.poll_interval,
            max_poll_interval=self.max_poll_interval,
            since=self.since,
            until=self.until,
            not_before=self.not_before if self.end is None else 0.0,
            unreachable_timeout=self.unreachable_timeout,
        )

    async def _told(self, run: Run, hook: FlowHook) -> dict[str, Any] | None:
        """Return what the event tells; None where the task may end."""
        self._is_over = run.state.is_terminal
        if self.end is not None and await end_task(run, self.end, self.task_instance, hook, self.log):
            return None
        return run.to_event()

    async def _cancel_if_wished(self) -> None:
        if self._is_over:
            return
        handle = self._handle
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
            seen.cancel(handle, cancelled=cancelled)


_ARGUMENTS = (
    "flow_conn_id",
    "handle",
    "poll_interval",
    "until",
    "not_before",
    "unreachable_timeout",
    "cancel_on_kill",
    "max_poll_interval",
    "since",
    "end",
)
_SECONDS_TO_CANCEL = 15.0  # Airflow grants 30 to all of `on_kill`, the question before it included
