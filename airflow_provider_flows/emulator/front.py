"""The thin HTTP front: carries requests to the core, and its answers back, late, cut or never."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
from aiohttp import web
from yarl import URL

from airflow_provider_flows.emulator.callbacks import Callback
from airflow_provider_flows.emulator.core import EmulatorCore
from airflow_provider_flows.emulator.wire import CUT, HANG, LOST, WireAnswer, WireRequest

ANY_SIZE = 1 << 40  # bytes; whether an upload is too large is the core's matter
CALLBACK_TIMEOUT = aiohttp.ClientTimeout(total=10)

log = logging.getLogger(__name__)


class Front:
    """Serves one core on one port."""

    def __init__(self, core: EmulatorCore, ssl_context: ssl.SSLContext | None = None) -> None:
        self._core = core
        self._ssl_context = ssl_context
        self._host = ""
        self.port = 0

    @property
    def url(self) -> str:
        """Return the address, without a slash at its end."""
        return origin(self._host, self.port, secure=self._ssl_context is not None)

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[None]:
        """Listen while the block lasts; at its end drop what is still waited for."""
        self._stopping = asyncio.Event()
        self._something_happened = asyncio.Event()
        app = web.Application(client_max_size=ANY_SIZE)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, ssl_context=self._ssl_context).start()
            self._host, self.port = host, runner.addresses[0][1]
            async with aiohttp.ClientSession(timeout=CALLBACK_TIMEOUT) as session:
                sender = asyncio.create_task(self._send_callbacks(session))
                yield
                self._stopping.set()
                sender.cancel()
                with suppress(asyncio.CancelledError):
                    await sender
        finally:
            self._stopping.set()
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        answer = self._core.handle(
            WireRequest(
                request.method, request.raw_path, request.headers, body, request.host, request.remote or ""
            )
        )
        log.debug("%s %s: %s %s", request.method, request.path, answer.status, answer.fate)
        self._something_happened.set()
        seconds = None if answer.fate == HANG else answer.delay
        if await self._stopped_within(seconds) or answer.fate == LOST:
            return _drop(request)
        if answer.fate == CUT:
            return await self._cut(request, answer)
        return await _send(request, answer)

    async def _stopped_within(self, seconds: float | None) -> bool:
        """Wait so many seconds, or for ever; tell whether the server stopped meanwhile."""
        if seconds == 0:
            return False
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    async def _cut(self, request: web.Request, answer: WireAnswer) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        await response.write(answer.body[: len(answer.body) // 2])
        request.protocol.force_close()
        return response

    async def _send_callbacks(self, session: aiohttp.ClientSession) -> None:
        while True:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._something_happened.wait(), self._core.next_callback_in())
            self._something_happened.clear()
            for callback in self._core.due_callbacks():
                await _send_callback(session, callback)


def origin(host: str, port: int, *, secure: bool) -> str:
    """Return the address of a host and port; an IPv6 address is put into brackets."""
    bracketed = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{bracketed}:{port}"


async def _send(request: web.Request, answer: WireAnswer) -> web.StreamResponse:
    headers = dict(answer.headers)
    chunked = headers.pop("Transfer-Encoding", "") == "chunked"
    response = web.Response(status=answer.status, headers=headers, body=answer.body)
    if chunked:
        response.enable_chunked_encoding()
    await response.prepare(request)
    return response


def _drop(request: web.Request) -> web.StreamResponse:
    """Drop the connection; the response is for aiohttp only, no byte of it can leave."""
    request.protocol.force_close()
    return web.Response()


async def _send_callback(session: aiohttp.ClientSession, callback: Callback) -> None:
    """Send a callback to this machine; nobody else is ever called, and failures are only logged."""
    if not callback.is_loopback:
        log.warning("the callback of run %s is not sent: its host is not this machine", callback.run_id)
        return
    try:
        async with session.request(
            callback.method,
            URL(callback.url, encoded=True),  # as it was given, not tidied
            headers=callback.headers,
            cookies=callback.cookies,
            json=callback.body,
            ssl=not callback.disable_ssl,
            allow_redirects=False,
        ) as response:
            log.debug("the callback of run %s was answered %s", callback.run_id, response.status)
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        log.warning("the callback of run %s failed: %s", callback.run_id, type(error).__name__)
