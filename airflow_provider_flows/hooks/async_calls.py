"""What can be said to a platform from an event loop, such as the triggerer's."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from airflow_provider_flows import seen
from airflow_provider_flows.aside import Aside
from airflow_provider_flows.hooks.connected import ConnectedHook
from airflow_provider_flows.hooks.files import file_parts
from airflow_provider_flows.hooks.wishes import Reporter, order_of
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.candidates import Candidate, Quest
from airflow_provider_flows.protocol.messages import Exchange
from airflow_provider_flows.protocol.polling import FIRST
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder
from airflow_provider_flows.protocol.waiting import PATIENCE, Wait

if TYPE_CHECKING:
    from airflow_provider_flows.platforms.spec_platform import SpecPlatform


class AsyncCalls(ConnectedHook):
    """Each call is a coroutine; all of one connection on one loop share a session."""

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep connection, session and token between several calls: `async with hook.held(): …`."""
        from airflow_provider_flows.hooks.lines import shared_line  # which no worker needs

        async with shared_line(self.flow_conn_id, self._open_line) as line:
            self._held = line
            try:
                yield
            finally:  # whoever else holds on speaks on the same line, looked up anew
                self._held = None

    def hold(self) -> None:
        """Keep connection, session and token from now on until `let_go`; not twice.

        For those of whom thousands wait at once; all others use `held`.
        """
        from airflow_provider_flows.hooks.lines import lend_line  # which no worker needs

        if self._held is not None:
            raise RuntimeError("this hook holds its connection already: use `held`, or another hook")
        self._held = lend_line(self.flow_conn_id, self._open_line)

    async def let_go(self) -> None:
        """Keep no longer what `hold` keeps; nothing happens where nothing is kept."""
        from airflow_provider_flows.hooks.lines import give_back

        line, self._held = self._held, None
        if line is not None:
            await give_back(self.flow_conn_id, line)

    async def aplatform(self, variant: str | None = None) -> SpecPlatform:
        """Do what `platform` does, for an event loop, with what its users share."""
        return await self._aperform(_platform, variant)

    async def astart_run(
        self,
        flow_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        variant: str | None = None,
        files: Mapping[str, Any] | None = None,
        task: Mapping[str, Any] | None = None,
    ) -> Run:
        """Do what `start_run` does, for an event loop."""
        parts = await asyncio.to_thread(file_parts, files)  # it looks at each, wherever that is
        return await self._aperform(
            partial(FlowApi.start, order=order_of(flow_id, inputs, options, task), files=parts), variant
        )

    async def aprepare_run(
        self,
        flow_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        variant: str | None = None,
        files: Mapping[str, Any] | None = None,
        task: Mapping[str, Any] | None = None,
    ) -> RunOrder:
        """Do what `prepare_run` does, for an event loop."""
        parts = await asyncio.to_thread(file_parts, files)
        order = order_of(flow_id, inputs, options, task)
        return await self._aperform(partial(FlowApi.prepare, order=order, files=parts), variant)

    async def astart_prepared_run(self, order: RunOrder, *, variant: str | None = None) -> Run:
        """Do what `start_prepared_run` does, for an event loop."""
        return await self._aperform(partial(FlowApi.start_prepared, order=order), variant)

    async def aget_run(self, handle: RunHandle, *, until: float = math.inf) -> Run:
        """Do what `get_run` does, for an event loop."""
        say = seen.polls(partial(FlowApi.get, handle=handle, until=until), handle.platform)
        return await self._aperform(say, handle.variant)

    async def aget_result(self, run: Run) -> Any:
        """Do what `get_result` does, for an event loop."""
        return await self._aperform(partial(FlowApi.result, run=run), run.handle.variant)

    def await_for_run(
        self,
        handle: RunHandle,
        *,
        poll_interval: float = FIRST,
        until: float,
        max_poll_interval: float | None = None,
        since: float | None = None,
        not_before: float = 0.0,
        unreachable_timeout: float = PATIENCE,
    ) -> Coroutine[None, None, Run]:
        """Do what `wait_for_run` does, for an event loop.

        It is no coroutine function itself: each of thousands of runs would keep one object more. So a wrong
        argument raises `ValueError` when this is called, not when it is awaited.
        """
        wait = Wait(
            poll_interval=poll_interval,
            until=until,
            max_poll_interval=max_poll_interval,
            since=since,
            not_before=not_before,
            unreachable_timeout=unreachable_timeout,
            report=Reporter(_aside(type(self)), since),
        )
        say = seen.polls(partial(FlowApi.wait, handle=handle, wait=wait), handle.platform)
        return self._aperform(say, handle.variant)

    async def acancel_run(self, handle: RunHandle) -> bool:
        """Do what `cancel_run` does, for an event loop."""
        return await self._aperform(partial(FlowApi.cancel, handle=handle), handle.variant)

    async def afind_runs(self, quest: Quest, variant: str | None = None) -> list[Candidate]:
        """Do what `find_runs` does, for an event loop."""
        return await self._aperform(partial(FlowApi.find, quest=quest), variant)

    async def aupload_file(self, path: Any, *, options: Mapping[str, Any] | None = None) -> Any:
        """Do what `upload_file` does, for an event loop."""
        parts = await asyncio.to_thread(file_parts, {"path": path})
        return await self._aperform(partial(FlowApi.upload, file=parts["path"], options=options))

    async def adescribe_flow(self, flow_id: str) -> Any:
        """Do what `describe_flow` does, for an event loop."""
        return await self._aperform(partial(FlowApi.describe, flow_id=flow_id))


_ASIDES: dict[type[ConnectedHook], Aside] = {}


def _aside(hook: type[ConnectedHook]) -> Aside:
    """Return the logger of a class of hooks; one for all of them, since each would keep a kilobyte."""
    if hook not in _ASIDES:
        _ASIDES[hook] = Aside(hook.logger())
    return _ASIDES[hook]


def _platform(api: FlowApi) -> Exchange[SpecPlatform]:
    yield from ()  # a conversation without a word
    return cast("SpecPlatform", api.platform)
