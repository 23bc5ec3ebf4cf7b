"""A connection made ready to talk, and its one shared session for each event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.messages import Exchange
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.transports.aio import AsyncTransport
from airflow_provider_flows.transports.options import TransportOptions

T = TypeVar("T")


@dataclass(slots=True)
class Line:
    """One connection in all its variants; each is read and checked when it is first used."""

    raw: RawConnection
    retry: RetryPolicy
    _platforms: dict[str | None, SpecPlatform] = field(default_factory=dict, repr=False)

    def platform(self, variant: str | None = None) -> SpecPlatform:
        """Return the platform in one variant; raises `UsageError` for a connection or variant that is wrong."""
        if variant not in self._platforms:
            spec = specs.load(self.raw.conn_type)
            self._platforms[variant] = SpecPlatform(
                spec, self.raw, clock=time.time, retry=self.retry, variant=variant
            )
        return self._platforms[variant]

    def api(self, variant: str | None = None) -> FlowApi:
        """Return everything that can be said in one variant."""
        return FlowApi(platform=self.platform(variant), clock=time.time, retry=self.retry)

    def options(self, variant: str | None = None) -> TransportOptions:
        """Return how to reach the platform."""
        settings = self.platform(variant).settings
        return TransportOptions.from_settings(settings.public, settings.secret)


OpenLine: TypeAlias = Callable[[], Coroutine[None, None, Line]]


class SharedLine:
    """A connection and its session that all triggers of one event loop share; the first of them opens both."""

    def __init__(self, open_line: OpenLine) -> None:
        self.users = 0
        self._line = asyncio.ensure_future(open_line())
        self._transport: asyncio.Future[AsyncTransport] | None = None

    async def run(self, variant: str | None, say: Callable[[FlowApi], Exchange[T]]) -> T:
        """Perform a conversation on the shared session."""
        line = await asyncio.shield(self._line)  # one user's end must not end the opening for the others
        api = line.api(variant)
        if self._transport is None:
            self._transport = asyncio.ensure_future(AsyncTransport(line.options(variant)).__aenter__())
        transport = await asyncio.shield(self._transport)
        return await transport.run(say(api))

    async def close(self) -> None:
        """Close the session, or stop opening it."""
        self._line.cancel()
        if self._transport is not None:
            [transport] = await asyncio.gather(self._transport, return_exceptions=True)
            if isinstance(transport, AsyncTransport):
                await transport.__aexit__(None, None, None)


_LINES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, SharedLine]] = WeakKeyDictionary()
# keyed by the loop itself: ids of loops are used again


@asynccontextmanager
async def shared_line(conn_id: str, open_line: OpenLine) -> AsyncIterator[SharedLine]:
    """Lend the line of a connection on the running loop; it is closed when its last user leaves."""
    lines = _LINES.setdefault(asyncio.get_running_loop(), {})
    line = lines.get(conn_id)
    if line is None:
        line = lines[conn_id] = SharedLine(open_line)
    line.users += 1
    try:
        yield line
    finally:
        line.users -= 1
        if line.users == 0:
            del lines[conn_id]
            await line.close()
