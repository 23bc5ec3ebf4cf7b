"""A connection made ready to talk, and its one shared session for each event loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.fields import unknown_name
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.messages import Exchange
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.transports.aio import AsyncTransport
from airflow_provider_flows.transports.options import TransportOptions

T = TypeVar("T")
FRESH = 300.0  # seconds; a new user after that reads the connection anew, since its secrets may have changed

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Line:
    """One connection in all its variants; each is read and checked when it is first used."""

    raw: RawConnection
    retry: RetryPolicy
    _platforms: dict[str | None, SpecPlatform] = field(default_factory=dict, repr=False)

    def platform(self, variant: str | None = None) -> SpecPlatform:
        """Return the platform in one variant; raises `UsageError` for a wrong connection or variant."""
        if variant not in self._platforms:
            spec = specs.load(self.raw.conn_type)
            platform = SpecPlatform(spec, self.raw, clock=time.time, retry=self.retry, variant=variant)
            if not self._platforms:
                _warn_of_unknown_extras(self.raw, spec)
            self._platforms[variant] = platform
        return self._platforms[variant]

    def api(self, variant: str | None = None) -> FlowApi:
        """Return everything that can be said in one variant."""
        return FlowApi(platform=self.platform(variant), clock=time.time, retry=self.retry)

    def options(self, variant: str | None = None) -> TransportOptions:
        """Return how to reach the platform."""
        settings = self.platform(variant).settings
        return TransportOptions.from_settings(settings.conn_id, settings.public, settings.secret)


OpenLine: TypeAlias = Callable[[], Coroutine[None, None, Line]]


class SharedLine:
    """A connection and its session that all triggers of one event loop share; the first one opens both."""

    def __init__(self, open_line: OpenLine, born: float) -> None:
        self.users = 0
        self.born = born
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


_LINES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, SharedLine]] = WeakKeyDictionary()
# keyed by the loop itself: ids of loops are used again


@asynccontextmanager
async def shared_line(
    key: Hashable, open_line: OpenLine, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[SharedLine]:
    """Lend the line of a key on the running loop; it is closed when its last user leaves.

    Users whose lines would differ in anything but the connection's contents need different keys.
    """
    lines = _LINES.setdefault(asyncio.get_running_loop(), {})
    line = lines.get(key)
    if line is None or clock() - line.born >= FRESH:
        line = lines[key] = SharedLine(open_line, clock())
    line.users += 1
    try:
        yield line
    finally:
        line.users -= 1
        if line.users == 0:
            if lines.get(key) is line:
                del lines[key]
            await _to_its_end(line.close())


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Wait for something that must happen even though whoever waits is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _warn_of_unknown_extras(raw: RawConnection, spec: PlatformSpec) -> None:
    for name in sorted(set(raw.extra) - set(spec.standard) - set(spec.extra)):
        log.warning("connection %r: %s; it is ignored", raw.conn_id, unknown_name(name, spec.extra, "extra"))
