"""A reverse proxy on a thread of its own: it can hold requests, answer for the server, and be away."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Protocol, TypeVar

from aiohttp import (
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    web,
)
from yarl import URL

from airflow_provider_flows.demo.environment import free_port
from tests.faults.holds import Hold, Passed

T = TypeVar("T")
_NOT_FORWARDED = frozenset({"host", "connection", "keep-alive", "transfer-encoding", "content-length"})
_NOT_RETURNED = _NOT_FORWARDED | {"date", "server"}


Answer = Callable[[Passed], int | None]
"""Decides what is answered: a status, `DROPPED` for nothing at all, None for what the server says."""
DROPPED = 0


class Owners(Protocol):
    """Knows the cells by what requests name."""

    def owner(self, request: web.Request) -> str | None:
        """Name the cell that a request is of, None where that isn't known."""
        ...

    def learn(self, passed: Passed, answer: bytes) -> None:
        """Take note of what an answer tells."""
        ...


class Proxy:
    """Forwards to one server while its `with` block lasts; `owners` tell whose a request is."""

    def __init__(
        self,
        target: str,
        owners: Owners | None = None,
    ) -> None:
        self.target = target
        self.port = free_port()
        self.log: list[Passed] = []
        self.answer: Answer = lambda _: None
        self._owners = owners
        self._holds: list[Hold] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    @property
    def url(self) -> str:
        """Return its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hold in self._holds:
            hold.drop()
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def hold(self, hold: Hold) -> Hold:
        """Stop the first request that fits, once it comes."""
        self._holds.append(hold)
        return hold

    def away(self) -> None:
        """Refuse connections and drop those that are open, as a server does that was killed."""
        self._do(self._leave())

    def back(self) -> None:
        """Take connections again, on the same port."""
        self._do(self._listen())

    def of(self, cell: str, method: str = "", path: str = "") -> list[Passed]:
        """Return the requests of a cell so far, oldest first."""
        return [
            each for each in list(self.log)
            if each.cell == cell and each.method.startswith(method) and re.search(path, each.path)
        ]  # fmt: skip

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open(self) -> None:
        self._client = ClientSession(
            timeout=ClientTimeout(total=None), auto_decompress=False, cookie_jar=DummyCookieJar(),
            connector=TCPConnector(limit=0),
        )  # fmt: skip
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await self._listen()

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()

    async def _leave(self) -> None:
        await self._site.stop()
        for connection in list(self._runner.server.connections if self._runner.server else ()):
            if connection.transport is not None:
                connection.transport.abort()

    async def _close(self) -> None:
        await self._runner.cleanup()
        await self._client.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.read()
        except OSError:  # its sender was killed
            return _nothing(request)
        cell = self._owners.owner(request) if self._owners else None
        passed = Passed(time.time(), request.method, request.path_qs, cell, body)
        self.log.append(passed)
        if (own := self.answer(passed)) is not None:
            passed.status = own
            return web.Response(status=own) if own else _nothing(request)
        hold = next((each for each in self._holds if each.fits(passed)), None)
        if hold and not hold.answered and not await hold.held():
            return _nothing(request)
        try:
            return await self._ask(request, passed, hold)
        except (ClientError, OSError):
            return _nothing(request)

    async def _ask(self, request: web.Request, passed: Passed, hold: Hold | None) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items()
                   if name.lower() not in _NOT_FORWARDED}  # fmt: skip
        headers["Accept-Encoding"] = "identity"
        url = URL(self.target + request.raw_path, encoded=True)
        async with self._client.request(
            request.method, url, headers=headers, data=passed.body, allow_redirects=False
        ) as answer:
            content, whole = await _content(answer)
            passed.status = answer.status
            if self._owners:
                self._owners.learn(passed, content)
            if hold and hold.answered and not await hold.held():
                return _nothing(request)
            return await _send(request, answer, content, whole=whole)


async def _content(answer: ClientResponse) -> tuple[bytes, bool]:
    """Return what came of a body, and whether that is all of it."""
    parts: list[bytes] = []
    try:
        async for part in answer.content.iter_any():
            parts.append(part)  # noqa: PERF401 - what came before it broke off is kept
    except ClientPayloadError:
        return b"".join(parts), False
    return b"".join(parts), True


async def _send(
    request: web.Request, answer: ClientResponse, content: bytes, *, whole: bool
) -> web.StreamResponse:
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_RETURNED}
    response = web.StreamResponse(status=answer.status, headers=kept)
    response.content_length = len(content) if whole else answer.content_length or len(content) + 1
    await response.prepare(request)
    await response.write(content)
    if not whole and request.transport is not None:
        request.transport.close()
    return response


def _nothing(request: web.Request) -> web.Response:
    """Drop the connection without a byte."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)
