"""Speaks HTTP from the triggerer, through `aiohttp`, on one session for all that its owner has to say."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_flows.protocol.errors import (
    ConnectionFieldError,
    FlowError,
    NotSentError,
    ResponseLostError,
)
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, Step
from airflow_provider_flows.transports.answers import CHUNK, Body, header_texts
from airflow_provider_flows.transports.driver import adrive
from airflow_provider_flows.transports.multipart import MultipartBody
from airflow_provider_flows.transports.options import HEADERS, TransportOptions
from airflow_provider_flows.transports.tls import tls_context

if TYPE_CHECKING:
    from types import TracebackType

    import aiohttp
    from yarl import URL

T = TypeVar("T")
AT_ONCE = 100  # requests; waiting for one's turn takes nothing off a request's time
LONGEST_LINE = 64 * 1024  # bytes of a header, as in `http.client`
SLOWEST_UPLOAD = 16 * 1024  # bytes a second


class AsyncTransport:
    """Performs conversations with `aiohttp`; an asynchronous context manager that owns the session."""

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> AsyncTransport:
        import aiohttp

        context = await asyncio.to_thread(tls_context, self._options)  # it reads files
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=HEADERS,
            auto_decompress=False,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            trust_env=False,  # else ~/.netrc would sign what must not be signed
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def run(self, exchange: Exchange[T]) -> T:
        """Perform a conversation and return what it learned."""
        return await adrive(exchange, self._perform)

    async def _perform(self, step: Step) -> Response | None:
        if isinstance(step, Sleep):
            await asyncio.sleep(step.seconds)
            return None
        import aiohttp

        if self._session is None:
            raise RuntimeError("an AsyncTransport speaks only inside its `async with`")
        async with self._turns:
            file = await asyncio.to_thread(MultipartBody, step.file) if step.file else None
            with file or nullcontext():
                try:
                    return await self._send(self._session, step, file)
                except FlowError:
                    raise
                except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
                    raise _translated(error, step, self._options) from error

    async def _send(
        self, session: aiohttp.ClientSession, request: Request, file: MultipartBody | None
    ) -> Response:
        from yarl import URL

        url = URL(request.url, encoded=True)
        proxy, credentials = _proxy_and_credentials(self._options.proxy_for(request.url))
        headers = {**request.headers, **(credentials if url.scheme == "http" else {})}
        if file:
            headers |= {"Content-Type": file.content_type, "Content-Length": str(file.len)}
        async with session.request(
            request.method,
            url,
            headers=headers,
            data=file or request.body,
            allow_redirects=False,
            proxy=proxy,
            proxy_headers=credentials,  # of the request for a tunnel
            timeout=self._timeout(request),
            skip_auto_headers=("Content-Type",),
        ) as answer:
            body = Body(request, answer.headers.get("Content-Encoding", ""))
            async for piece in answer.content.iter_chunked(CHUNK):
                body.add(piece)
            return Response(
                request=request,
                status=answer.status,
                headers=header_texts(answer.raw_headers),
                body=body.whole(),
            )

    def _timeout(self, request: Request) -> aiohttp.ClientTimeout:
        import aiohttp

        upload = request.file.size / SLOWEST_UPLOAD if request.file else 0
        return aiohttp.ClientTimeout(
            total=self._options.connect_timeout + upload + request.read_timeout,
            sock_connect=self._options.connect_timeout,
            sock_read=request.read_timeout,
        )


def _proxy_and_credentials(address: str | None) -> tuple[URL | None, dict[str, str]]:
    """Return a proxy and the header with its credentials; errors would show them in the address."""
    from yarl import URL

    if address is None:
        return None, {}
    proxy = URL(address)
    if proxy.user is None:
        return proxy, {}
    credentials = b64encode(f"{proxy.user}:{proxy.password or ''}".encode("latin-1")).decode()
    return proxy.with_user(None), {"Proxy-Authorization": f"Basic {credentials}"}


def _translated(error: Exception, request: Request, options: TransportOptions) -> Exception:
    """Return our error for one of the library's: what surely never arrived, and what may have."""
    if _never_arrived(error):
        return NotSentError(_why_not_sent(error, options), request)
    if isinstance(error, ValueError):
        return ConnectionFieldError(
            f"{options.subject}: {request} cannot be sent as the connection stands: {error}"
        )
    if isinstance(error, asyncio.TimeoutError):
        return ResponseLostError(
            f"no whole answer within the read timeout of {request.read_timeout:g} s", request
        )
    reason = error.__cause__ or error  # a file that cannot be read on lies beneath
    return ResponseLostError(f"the connection broke: {type(reason).__name__}: {reason}", request)


def _never_arrived(error: Exception) -> bool:
    """Tell what surely never arrived from a handshake that broke: there the host was reached at least."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return True
    if isinstance(error, aiohttp.ClientConnectorError):
        broke = isinstance(error.os_error, ConnectionError | ssl.SSLError)
        return not broke or isinstance(error.os_error, ConnectionRefusedError)
    return isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientHttpProxyError)


def _why_not_sent(error: Exception, options: TransportOptions) -> str:
    import aiohttp

    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection within the connect timeout of {options.connect_timeout:g} s"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the server's certificate was rejected: {error}"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"no connection: the proxy answered {error.status} {error.message}"
    return f"no connection: {error}"
