"""Speaks HTTP from the triggerer, through `aiohttp`, on one session for all that its owner has to say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Signal, Step
from airflow_provider_flows.protocol.pace import Pace
from airflow_provider_flows.protocol.retry import LONGEST_RETRY_AFTER, wished_hold
from airflow_provider_flows.transports.aio_faults import translated
from airflow_provider_flows.transports.alarm import Alarm
from airflow_provider_flows.transports.answers import CHUNK, Body, RawHeaders
from airflow_provider_flows.transports.driver import adrive
from airflow_provider_flows.transports.gate import Crowd, Gate
from airflow_provider_flows.transports.multipart import MultipartBody
from airflow_provider_flows.transports.options import HEADERS, TransportOptions
from airflow_provider_flows.transports.prepared import Preparer
from airflow_provider_flows.transports.tls import tls_context

if TYPE_CHECKING:
    from types import TracebackType

    import aiohttp

T = TypeVar("T")
AT_ONCE = 100  # requests
LONGEST_LINE = 64 * 1024  # bytes of a header, as in `http.client`


class AsyncTransport:
    """Performs conversations with `aiohttp`; an asynchronous context manager that owns the session.

    :param options: how to reach the platform
    :param gate: where requests wait for their turns, by default one of its own without a limit per second;
        waiting there takes nothing off a request's time
    :param longest_hold: for how many seconds at most an answer's Retry-After closes the gate
    """

    def __init__(
        self,
        options: TransportOptions,
        gate: Gate | None = None,
        longest_hold: float = LONGEST_RETRY_AFTER,
    ) -> None:
        self.options = options
        self._gate = gate or Gate(Pace(0, AT_ONCE))
        self._longest_hold = longest_hold
        self._session: aiohttp.ClientSession | None = None
        self._preparer = Preparer(options)
        self._crowds: dict[Signal, Crowd] = {}
        self._alarm = Alarm()

    async def __aenter__(self) -> AsyncTransport:
        import aiohttp

        context = await asyncio.to_thread(tls_context, self.options)  # it reads files
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=HEADERS,
            auto_decompress=False,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            trust_env=False,  # else ~/.netrc would sign what must not be signed
        )
        # Else it would send a GET again by itself, past the gate and our policy; it has no public switch.
        self._session._retry_connection = False  # noqa: SLF001
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def run(self, exchange: Exchange[T]) -> T:
        """Perform a conversation and return what it learned."""
        return await adrive(exchange, self.perform)

    def perform(self, step: Step) -> Awaitable[Response | None]:
        """Perform one step of a conversation."""
        if isinstance(step, Request):
            return self._ask(step)
        if step.until is not None:
            return self._crowd(step.until).wait()
        return self._alarm.sleep(step.seconds) if step.seconds > 0 else _no_time()

    async def _ask(self, request: Request) -> Response:
        import aiohttp

        if self._session is None:
            raise RuntimeError("an AsyncTransport speaks only inside its `async with`")
        if not self._gate.enters_now():
            turn = self._gate.queue(request.purpose)
            try:
                await turn
            except asyncio.CancelledError:
                self._gate.give_up(turn)
                raise
        sent_at = time.time()
        try:
            if request.at_turn is not None:
                request = request.at_turn(request)
            if request.file is None:
                response = await self._send(self._session, request, None, sent_at)
            else:
                with await asyncio.to_thread(MultipartBody, request.file) as file:
                    response = await self._send(self._session, request, file, sent_at)
        except FlowError:
            raise
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            raise translated(error, request, self.options, sent_at) from error
        finally:
            self._gate.leave()
        if (wished := wished_hold(response, time.time(), self._longest_hold)) > 0:
            self._gate.hold(wished)
        return response

    async def _send(
        self, session: aiohttp.ClientSession, request: Request, file: MultipartBody | None, sent_at: float
    ) -> Response:
        if (prepared := request.kept(self)) is None:
            prepared = self._preparer.prepared(request)
            request.keep(self, prepared)
        async with session.request(
            request.method,
            prepared.url,
            headers=prepared.headers or self._preparer.headers(request, file),
            allow_redirects=False,
            timeout=prepared.timeout,
            **({} if prepared.is_plain else self._preparer.more(request, file)),
        ) as answer:
            encoding = answer.headers.get("Content-Encoding", "")
            size = answer.content_length
            if not encoding and size is not None and size <= request.max_response_bytes:
                whole = await answer.read()  # cannot be longer than it said
            else:
                body = Body(request, encoding)
                async for piece in answer.content.iter_chunked(CHUNK):
                    body.add(piece)
                whole = body.whole()
            return Response(
                request=request,
                status=answer.status,
                headers=RawHeaders(answer.raw_headers),
                body=whole,
                sent_at=sent_at,
            )

    def _crowd(self, signal: Signal) -> Crowd:
        if (crowd := self._crowds.get(signal)) is None:
            crowd = self._crowds[signal] = Crowd()
            loop = asyncio.get_running_loop()

            def tell() -> None:
                del self._crowds[signal]
                crowd.dissolve()

            signal.when_set(lambda: loop.call_soon_threadsafe(tell))
        return crowd


async def _no_time() -> None:
    """Go on without a turn of the loop, which costs as much as a third of a question."""
