"""Speaks HTTP from the triggerer, through `aiohttp`, on one session for all that its owner has to say."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any, TypeVar

from airflow_provider_flows.protocol.errors import (
    ConnectionFieldError,
    NotSentError,
    OversizedError,
    ResponseLostError,
)
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, Step
from airflow_provider_flows.transports.driver import adrive
from airflow_provider_flows.transports.multipart import MultipartBody
from airflow_provider_flows.transports.options import USER_AGENT, TransportOptions

if TYPE_CHECKING:
    from types import TracebackType

    import aiohttp

T = TypeVar("T")
CHUNK = 64 * 1024


class AsyncTransport:
    """Performs conversations with `aiohttp`; an asynchronous context manager that owns the session."""

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> AsyncTransport:
        import aiohttp

        context = await asyncio.to_thread(_ssl_context, self._options)  # it reads files
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT},
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

        try:
            return await self._send(step)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise _translated(error, step) from error

    async def _send(self, request: Request) -> Response:
        import aiohttp
        from yarl import URL

        if self._session is None:
            raise RuntimeError("an AsyncTransport speaks only inside its `async with`")
        headers = dict(request.headers)
        body: bytes | MultipartBody | None = request.body
        if request.file:
            body = await asyncio.to_thread(MultipartBody, request.file)
            headers |= {"Content-Type": body.content_type, "Content-Length": str(body.len)}
        timeout = aiohttp.ClientTimeout(
            total=self._options.connect_timeout + request.read_timeout,
            sock_connect=self._options.connect_timeout,
            sock_read=request.read_timeout,
        )
        async with self._session.request(
            request.method,
            URL(request.url, encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            proxy=self._options.proxy_for(request.url),
            timeout=timeout,
            skip_auto_headers=() if body is not None else ("Content-Type",),
        ) as answer:
            return Response(
                request=request,
                status=answer.status,
                headers={name.lower(): value for name, value in answer.headers.items()},
                body=await _read(answer, request),
            )


async def _read(answer: aiohttp.ClientResponse, request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in answer.content.iter_chunked(CHUNK):
        size += len(chunk)
        if size > request.max_response_bytes:
            answer.close()
            raise OversizedError(
                f"the answer is larger than max_response_bytes ({request.max_response_bytes}) of the connection",
                request,
            )
        chunks.append(chunk)
    return b"".join(chunks)


def _translated(error: Exception, request: Request) -> Exception:
    """Return our error for one of the library's: what surely never arrived, and what may have."""
    import aiohttp

    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NotSentError(f"no connection within the connect timeout: {error}", request)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return NotSentError(f"the server's certificate was rejected: {error}", request)
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return ResponseLostError(f"the connection broke: {error}", request)
    if isinstance(error, aiohttp.ClientConnectorError):
        return NotSentError(f"no connection: {error}", request)
    if isinstance(error, aiohttp.InvalidURL):
        return ConnectionFieldError(f"{request} cannot be sent as the connection stands: {error}")
    if isinstance(error, asyncio.TimeoutError):
        return ResponseLostError(f"no answer within the read timeout of {request.read_timeout:g} s", request)
    return ResponseLostError(f"the connection broke: {type(error).__name__}: {error}", request)


def _ssl_context(options: TransportOptions) -> Any:
    """Return the TLS settings; the roots of trust are those of `requests`, so that both colours trust alike."""
    import certifi

    try:
        if options.verify is False:
            context = ssl._create_unverified_context()  # noqa: S323, SLF001 - the user asked for it, as `requests` does
        else:
            trusted = certifi.where() if options.verify is True else str(options.verify)
            context = ssl.create_default_context(cafile=trusted)
        if options.cert is not None:
            context.load_cert_chain(*((options.cert,) if isinstance(options.cert, str) else options.cert))
    except OSError as error:
        raise ConnectionFieldError(
            f"verify or cert of the connection names no usable file: {error}"
        ) from error
    return context
