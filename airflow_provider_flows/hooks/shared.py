"""A connection and its session that all conversations of one event loop share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias, TypeVar

from airflow_provider_flows.hooks.errands import Errand
from airflow_provider_flows.hooks.line import Line
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import ConnectionFieldError
from airflow_provider_flows.protocol.messages import Exchange, Response, Step
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.together import Together
from airflow_provider_flows.transports.aio import AsyncTransport
from airflow_provider_flows.transports.driver import adrive
from airflow_provider_flows.transports.gate import Gate

T = TypeVar("T")
OpenLine: TypeAlias = Callable[[], Coroutine[None, None, Line]]
_PATIENCE = 60.0  # seconds for a connection to be read again; nobody waits for it

log = logging.getLogger(__name__)


def accept(raw: RawConnection) -> None:
    """Find no fault with a connection."""


class SharedLine:
    """One connection, session, token and limit; the first user opens what it needs.

    The connection is read again now and then, since its secrets may change. If nothing changed, everything
    stays; otherwise those who wait for a run use the new contents from their next question on. If it can't be
    read, or is no good any more, the old contents serve on.
    """

    def __init__(self, open_line: OpenLine, gate: Gate) -> None:
        self.users = 0
        self._open_line = open_line
        self._gate = gate
        self._line: Line | None = None
        self._errands: dict[str, Errand[Any]] = {}
        self._transports: list[
            AsyncTransport
        ] = []  # the last serves; before it somebody may still be speaking
        self._performs = self._perform  # bound once, and not for each of thousands of runs
        self._apis: dict[tuple[str | None, RetryPolicy], FlowApi] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._is_troubled = False

    def run(
        self,
        variant: str | None,
        say: Callable[[FlowApi], Exchange[T]],
        retry: RetryPolicy | None = None,
        check: Callable[[RawConnection], None] = accept,
    ) -> Coroutine[None, None, T]:
        """Perform a conversation on the shared session.

        Once the line is open this is no coroutine of its own: thousands of runs wait at once, and the
        collector of garbage halts the loop while it looks at all that each of them keeps.

        :param variant: the platform's variant
        :param say: begins the conversation
        :param retry: which requests are sent again, if not as the line says
        :param check: raises where the connection is none for this user
        """
        if self._line is None or not self._transports:
            return self._run_first(variant, say, retry, check)
        check(self._line.raw)
        return adrive(say(self._api(self._line, variant, retry or self._line.retry)), self._performs)

    async def close(self) -> None:
        """Close the session, or stop opening it."""
        self._read_no_more()
        while self._errands:
            await next(iter(self._errands.values())).stop()
        self._read_no_more()
        for transport in self._transports:
            await transport.__aexit__(None, None, None)

    async def _run_first(
        self,
        variant: str | None,
        say: Callable[[FlowApi], Exchange[T]],
        retry: RetryPolicy | None,
        check: Callable[[RawConnection], None],
    ) -> T:
        if (line := self._line) is None:
            line = await self._once("read", self._read)
        check(line.raw)
        api = self._api(line, variant, retry or line.retry)
        if not self._transports:
            await self._once("connect", partial(self._open, line, variant))
        return await adrive(say(api), self._performs)

    def _perform(self, step: Step) -> Awaitable[Response | None]:
        return self._transports[-1].perform(step)

    def _api(self, line: Line, variant: str | None, retry: RetryPolicy) -> FlowApi:
        if (api := self._apis.get((variant, retry))) is None:

            def newer() -> FlowApi | None:
                now = self._line
                return None if now is line or now is None else self._api(now, variant, retry)

            api = line.api(variant, retry, newer)
            api = self._apis[variant, retry] = replace(api, together=Together(api.platform, api.clock))
        return api

    async def _once(self, what: str, work: Callable[[], Coroutine[None, None, T]]) -> T:
        """Do something once for all who need it now; if it fails, the next one tries anew."""
        result: T = await (self._errands.get(what) or self._begin(what, work)).result()
        return result

    def _begin(self, what: str, work: Callable[[], Coroutine[None, None, T]]) -> Errand[T]:
        errand = self._errands[what] = Errand(work(), then=partial(self._errands.pop, what))
        return errand

    async def _read(self) -> Line:
        self._line = line = await self._open_line()
        return line

    async def _open(self, line: Line, variant: str | None) -> None:
        await self._connect(line, variant)
        self._read_again_later(line, variant)

    async def _connect(self, line: Line, variant: str | None) -> None:
        options = line.options(variant)
        if not self._transports or self._transports[-1].options != options:
            self._transports.append(await AsyncTransport(options, self._gate).__aenter__())
        limits = line.limits(variant)
        self._gate.set_limits(limits.per_second, limits.in_flight)

    def _read_again_later(self, line: Line, variant: str | None) -> None:
        self._timer = asyncio.get_running_loop().call_later(
            line.limits(variant).fresh_for,
            partial(self._begin, "renew", partial(self._renew, line, variant)),
            context=Context(),  # its warnings are no task's
        )

    def _read_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def _renew(self, old: Line, variant: str | None) -> None:
        now = old
        try:
            read = await asyncio.wait_for(self._open_line(), _PATIENCE)
            if read.raw != old.raw:
                await self._succeed(read, old, variant)
                now = read
        except Exception as error:  # noqa: BLE001 - whatever it is, the old contents are better than none
            self._warn(old, error)
        else:
            self._is_troubled = False
        self._read_again_later(now, variant)

    async def _succeed(self, line: Line, old: Line, variant: str | None) -> None:
        """Go on with a connection's new contents, unless those who use the old ones could not."""
        if line.raw.conn_type != old.raw.conn_type:
            raise ConnectionFieldError(
                f"connection {line.raw.conn_id!r} has become one of type {line.raw.conn_type!r}"
            )
        for each in old.variants:
            line.platform(each)
        await self._connect(line, variant)
        self._line = line
        self._apis.clear()

    def _warn(self, line: Line, error: Exception) -> None:
        if self._is_troubled:
            return
        self._is_troubled = True
        log.warning(
            "connection %r cannot be read again, or not be used as it is now: %s: %s. "
            "What is under way goes on with what was read before.",
            line.raw.conn_id,
            type(error).__name__,
            error,
        )
