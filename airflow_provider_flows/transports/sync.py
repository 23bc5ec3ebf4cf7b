"""Speaks HTTP from a worker, through `requests`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_flows.protocol.errors import (
    ConnectionFieldError,
    NotSentError,
    OversizedError,
    ResponseLostError,
    TransportError,
)
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, Step
from airflow_provider_flows.transports.driver import drive
from airflow_provider_flows.transports.multipart import MultipartBody
from airflow_provider_flows.transports.options import USER_AGENT, TransportOptions

if TYPE_CHECKING:
    import requests

T = TypeVar("T")
CHUNK = 64 * 1024


class SyncTransport:
    """Performs conversations with `requests`, each on a session of its own."""

    def __init__(self, options: TransportOptions) -> None:
        self._options = options

    def run(self, exchange: Exchange[T]) -> T:
        """Perform a conversation and return what it learned."""
        import requests

        with requests.Session() as session:
            session.auth = _leave_as_it_is
            return drive(exchange, lambda step: self._perform(session, step))

    def _perform(self, session: requests.Session, step: Step) -> Response | None:
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
            return None
        import requests

        try:
            return self._send(session, step)
        except (requests.RequestException, OSError) as error:
            raise _translated(error, step) from error

    def _send(self, session: requests.Session, request: Request) -> Response:
        import requests

        deadline = time.monotonic() + self._options.connect_timeout + request.read_timeout
        headers = {"User-Agent": USER_AGENT, **request.headers}
        body: bytes | MultipartBody | None = request.body
        if request.file:
            body = MultipartBody(request.file)
            headers["Content-Type"] = body.content_type
        prepared = session.prepare_request(
            requests.Request(request.method, request.url, headers=headers, data=body)
        )
        prepared.url = request.url  # `requests` would spell some percent signs its own way
        proxy = self._options.proxy_for(request.url)
        proxies = {"http": proxy, "https": proxy} if proxy else {"no_proxy": "*"}
        settings = session.merge_environment_settings(
            request.url, proxies, True, self._options.verify, self._options.cert
        )
        timeout = (self._options.connect_timeout, request.read_timeout)
        answer = session.send(prepared, allow_redirects=False, timeout=timeout, **settings)
        with closing(answer):
            return Response(
                request=request,
                status=answer.status_code,
                headers={name.lower(): value for name, value in answer.headers.items()},
                body=b"".join(_chunks(answer, request, deadline)),
            )


def _chunks(answer: requests.Response, request: Request, deadline: float) -> Iterator[bytes]:
    size = 0
    for chunk in answer.iter_content(CHUNK):
        size += len(chunk)
        if size > request.max_response_bytes:
            raise OversizedError(
                f"the answer is larger than max_response_bytes ({request.max_response_bytes}) of the connection",
                request,
            )
        if time.monotonic() > deadline:
            raise ResponseLostError(f"the answer was not complete after {request.read_timeout:g} s", request)
        yield chunk


def _translated(error: Exception, request: Request) -> Exception:
    """Return our error for one of the library's: what surely never arrived, and what may have."""
    import requests
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    text = _innermost(error)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return NotSentError(f"no connection within the connect timeout: {text}", request)
    causes = list(_causes(error))
    if any(isinstance(cause, SSLCertVerificationError) for cause in causes):
        return NotSentError(f"the server's certificate was rejected: {text}", request)
    if any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes):
        return NotSentError(f"no connection: {text}", request)
    if isinstance(error, requests.ReadTimeout):
        return ResponseLostError(f"no answer within the read timeout of {request.read_timeout:g} s", request)
    if isinstance(error, requests.RequestException) and not isinstance(error, ValueError):
        return ResponseLostError(f"the connection broke: {text}", request)
    return ConnectionFieldError(f"{request} cannot be sent as the connection stands: {error}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what lies beneath it, in the several ways in which `requests` and urllib3 nest them."""
    seen: set[int] = set()
    pending: list[object] = [error]
    while pending:
        each = pending.pop(0)
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            pending += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]


def _innermost(error: BaseException) -> str:
    texts = [str(cause) for cause in _causes(error) if isinstance(cause, OSError) and cause.strerror]
    return texts[-1] if texts else f"{type(error).__name__}: {error}"


def _leave_as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sign nothing: our headers are complete, and `~/.netrc` must not replace them."""
    return prepared
