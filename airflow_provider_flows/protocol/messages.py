"""Requests, answers and conversations: the values that cross the edge between the core and a transport.

A conversation (`Exchange`) is a generator. It yields what to do next, a `Request` to send or a `Sleep`
to keep, is sent each answer, and returns what was learned. Nothing happens until a driver runs it
(`airflow_provider_flows.transports.driver`), so the same conversation serves workers and triggerer,
and tests run it against simulated time. Only `ask` and `pause` contain a bare `yield`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, TypeAlias, TypeVar

DEFAULT_READ_TIMEOUT = 30.0
DEFAULT_MAX_RESPONSE_BYTES = 32 * 1024 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """One file of a multipart body; it is opened and streamed by the transport, never held whole."""

    field_name: str
    file_name: str
    size: int
    content_type: str
    open: Callable[[], IO[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, complete and unsent; its URL is final, down to the percent signs."""

    purpose: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold credentials
    body: bytes | None = field(default=None, repr=False)
    file: FilePart | None = None
    read_timeout: float = DEFAULT_READ_TIMEOUT
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES
    is_repeatable: bool = False  # whether sending it twice does no more than sending it once

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One complete HTTP answer; header names are in lower case."""

    request: Request
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def is_ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body's JSON value; raises `ValueError` when it is none."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the body is nested too deeply") from None

    @property
    def text(self) -> str:
        """The body as text, whatever it is; not for people's eyes before a `Scrubber` has seen it."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Sleep:
    """A wish to go on only after some seconds."""

    seconds: float


Step: TypeAlias = Request | Sleep
Exchange: TypeAlias = Generator[Step, "Response | None", T]
"""A conversation: yields what to do next, is sent each answer, returns what was learned."""


def ask(request: Request) -> Exchange[Response]:
    """Send one request and return its answer."""
    response = yield request
    if response is None:
        raise TypeError("a driver must answer a Request with a Response")
    return response


def pause(seconds: float) -> Exchange[None]:
    """Let some seconds pass; nothing when there are none."""
    if seconds > 0:
        yield Sleep(seconds)
