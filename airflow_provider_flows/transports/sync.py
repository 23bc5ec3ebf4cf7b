"""Speaks HTTP from a worker, through urllib3.

Not through `requests`, which stands on it: that takes as long again to import, on every leg of a task, and
its sessions would add cookies, proxies and `~/.netrc` of their own, and read all of a redirect.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_flows.protocol.errors import (
    ConnectionFieldError,
    FlowError,
    NotSentError,
    ResponseLostError,
)
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, Step
from airflow_provider_flows.transports.answers import CHUNK, Body, header_texts
from airflow_provider_flows.transports.driver import drive
from airflow_provider_flows.transports.multipart import MultipartBody
from airflow_provider_flows.transports.options import HEADERS, TransportOptions
from airflow_provider_flows.transports.tls import tls_context

if TYPE_CHECKING:
    from airflow_provider_flows.transports.punctual import PunctualConnections

T = TypeVar("T")
_CONTEXTS: dict[Hashable, ssl.SSLContext] = {}  # the latest; it holds until its files change


class SyncTransport:
    """Performs conversations with urllib3, each on connections of its own."""

    def __init__(self, options: TransportOptions) -> None:
        self._options = options

    def run(self, exchange: Exchange[T]) -> T:
        """Perform a conversation and return what it learned."""
        from airflow_provider_flows.transports.punctual import PunctualConnections

        context = partial(kept_tls_context, self._options)
        if _tls_files(self._options):
            context()  # what is wrong with them shows at an http address too
        with closing(PunctualConnections(context)) as connections:
            return drive(exchange, partial(self._perform, connections))

    def _perform(self, connections: PunctualConnections, step: Step) -> Response | None:
        if isinstance(step, Sleep):
            _sleep(step)
            return None
        from urllib3.exceptions import HTTPError

        file = MultipartBody(step.file) if step.file else None
        with file or nullcontext():
            try:
                return self._send(connections, step, file)
            except FlowError:
                raise
            except (HTTPError, OSError, ValueError) as error:
                raise _translated(error, step, self._options) from error

    def _send(
        self, connections: PunctualConnections, request: Request, file: MultipartBody | None
    ) -> Response:
        from urllib3 import Timeout

        headers = {**HEADERS, **request.headers}
        if file:
            headers |= {"Content-Type": file.content_type, "Content-Length": str(file.len)}
        answer = connections.send(
            request.method,
            request.url,
            headers=headers,
            body=file or request.body,
            timeout=Timeout(connect=self._options.connect_timeout, read=request.read_timeout),
            proxy=self._options.proxy_for(request.url),
        )
        with closing(answer):
            body = Body(request, answer.headers.get("Content-Encoding", ""))
            for piece in answer.stream(CHUNK, decode_content=False):
                body.add(piece)
            return Response(
                request=request,
                status=answer.status,
                headers=header_texts(
                    (name.encode("latin-1"), value.encode("latin-1"))
                    for name, value in answer.headers.items()
                ),
                body=body.whole(),
            )


def _sleep(step: Sleep) -> None:
    if step.until is None:
        time.sleep(step.seconds)
        return
    happened = threading.Event()  # another thread's conversation brings it about
    step.until.when_set(happened.set)
    happened.wait()


def kept_tls_context(options: TransportOptions) -> ssl.SSLContext:
    """Return the TLS settings; a leg has several conversations, and reading many authorities takes 30 ms."""
    try:
        stamps = tuple(Path(name).stat().st_mtime_ns for name in _tls_files(options))
    except OSError:
        return tls_context(options)  # which tells what is wrong
    key = options.verify, options.authorities, options.cert, stamps
    if key not in _CONTEXTS:
        _CONTEXTS.clear()
        _CONTEXTS[key] = tls_context(options)
    return _CONTEXTS[key]


def _tls_files(options: TransportOptions) -> list[str]:
    """Return the files of the user's that the TLS settings are made of."""
    certificates = (options.cert,) if isinstance(options.cert, str) else options.cert or ()
    return [name for name in (options.authorities if options.verify else None, *certificates) if name]


def _translated(error: Exception, request: Request, options: TransportOptions) -> Exception:
    """Return our error for one of the library's: what surely never arrived, and what may have."""
    from urllib3.exceptions import ConnectTimeoutError, ReadTimeoutError

    causes = list(_causes(error))

    def is_due_to(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if is_due_to(ssl.SSLCertVerificationError):
        return NotSentError(f"the server's certificate was rejected: {_innermost(causes)}", request)
    if is_due_to(ConnectTimeoutError):  # the kind of all that goes wrong before anything is sent
        if is_due_to(TimeoutError):
            return NotSentError(
                f"no connection within the connect timeout of {options.connect_timeout:g} s", request
            )
        return NotSentError(f"no connection: {_innermost(causes)}", request)
    if isinstance(error, ValueError):
        return ConnectionFieldError(
            f"{options.subject}: {request} cannot be sent as the connection stands: {error}"
        )
    if is_due_to(TimeoutError, ReadTimeoutError):
        return ResponseLostError(
            f"no whole answer within the read timeout of {request.read_timeout:g} s", request
        )
    return ResponseLostError(f"the connection broke: {_innermost(causes)}", request)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what lies beneath it, in all the ways in which urllib3 nests them."""
    seen: set[int] = set()
    pending: list[object] = [error]
    while pending:
        each = pending.pop(0)
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            pending += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]


def _innermost(causes: list[BaseException]) -> str:
    texts = [str(cause) for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return texts[-1] if texts else f"{type(causes[0]).__name__}: {causes[0]}"
