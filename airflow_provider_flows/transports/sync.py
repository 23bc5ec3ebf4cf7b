"""Speaks HTTP from a worker, through the adapter of `requests`.

Not through a session: that would add cookies, proxies and `~/.netrc` of its own, and read all of a redirect.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import partial
from ssl import SSLCertVerificationError
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
    from requests.adapters import HTTPAdapter

T = TypeVar("T")


class SyncTransport:
    """Performs conversations with `requests`, each on connections of its own."""

    def __init__(self, options: TransportOptions) -> None:
        self._options = options

    def run(self, exchange: Exchange[T]) -> T:
        """Perform a conversation and return what it learned."""
        from airflow_provider_flows.transports.punctual import PunctualAdapter

        with closing(PunctualAdapter(tls_context(self._options))) as adapter:
            return drive(exchange, partial(self._perform, adapter))

    def _perform(self, adapter: HTTPAdapter, step: Step) -> Response | None:
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
            return None
        import requests
        from urllib3.exceptions import HTTPError

        file = MultipartBody(step.file) if step.file else None
        with file or nullcontext():
            try:
                return self._send(adapter, step, file)
            except FlowError:
                raise
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                raise _translated(error, step, self._options) from error

    def _send(self, adapter: HTTPAdapter, request: Request, file: MultipartBody | None) -> Response:
        import requests

        headers = {**HEADERS, **request.headers, **({"Content-Type": file.content_type} if file else {})}
        prepared = requests.Request(request.method, request.url, headers, data=file or request.body).prepare()
        prepared.url = request.url  # `requests` would spell some percent signs its own way
        proxy = self._options.proxy_for(request.url)
        answer = adapter.send(
            prepared,
            stream=True,
            timeout=(self._options.connect_timeout, request.read_timeout),
            proxies={"all": proxy} if proxy else None,
        )
        with closing(answer):
            body = Body(request, answer.headers.get("Content-Encoding", ""))
            for piece in answer.raw.stream(CHUNK, decode_content=False):
                body.add(piece)
            return Response(
                request=request,
                status=answer.status_code,
                headers=header_texts(
                    (name.encode("latin-1"), value.encode("latin-1"))
                    for name, value in answer.headers.items()
                ),
                body=body.whole(),
            )


def _translated(error: Exception, request: Request, options: TransportOptions) -> Exception:
    """Return our error for one of the library's: what surely never arrived, and what may have."""
    from urllib3.exceptions import ConnectTimeoutError, ReadTimeoutError

    causes = list(_causes(error))

    def is_due_to(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if is_due_to(SSLCertVerificationError):
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
    """Yield the error and what lies beneath it, in all the ways in which `requests` and urllib3 nest them."""
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
