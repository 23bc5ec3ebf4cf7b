"""Requests, answers and conversations: the values that cross the edge between the core and a transport.

A conversation (`Exchange`) is a generator. It yields what to do next, a `Request` to send or a `Sleep`
to keep, is sent each answer, and returns what was learned. Nothing happens until a driver runs it
(`airflow_provider_flows.transports.driver`), so the same conversation serves workers and triggerer,
and tests run it against simulated time. Only `ask`, `pause` and `happened` contain a bare `yield`.
"""

from __future__ import annotations

import json
import math
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
    # What is to be sent instead when its turn has come; for transports in which requests wait for turns.
    at_turn: Callable[[Request], Request] | None = field(default=None, repr=False, compare=False)
    # Two fields and not a pair, of which each of thousands of runs would keep two.
    _maker: object = field(default=None, init=False, repr=False, compare=False)
    _made: Any = field(default=None, init=False, repr=False, compare=False)

    def kept(self, maker: object) -> Any:
        """Return what a signer or a transport has made of this request before, None where it has not."""
        return self._made if self._maker is maker else None

    def keep(self, maker: object, made: Any) -> None:
        """Keep what a signer or a transport has made of this request, so that asking again costs less."""
        object.__setattr__(self, "_maker", maker)
        object.__setattr__(self, "_made", made)

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One complete HTTP answer; header names are in lower case.

    `sent_at` is when its request was sent after it had waited for its turn, in seconds since the epoch; None
    where no transport has noted it.
    """

    request: Request
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    sent_at: float | None = field(default=None, compare=False)

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


class Signal:
    """Something that one conversation brings about, and others wait for."""

    __slots__ = ("_callbacks", "is_set")

    def __init__(self) -> None:
        self.is_set = False
        self._callbacks: list[Callable[[], object]] = []

    def set(self) -> None:
        """Tell all who wait."""
        self.is_set = True
        while self._callbacks:
            self._callbacks.pop()()

    def when_set(self, callback: Callable[[], object]) -> None:
        """Have something called once it is set, perhaps at once; perhaps from another thread."""
        self._callbacks.append(callback)
        if self.is_set:
            self.set()


@dataclass(frozen=True, slots=True)
class Sleep:
    """A wish to go on only after some seconds, or once something has happened."""

    seconds: float
    until: Signal | None = None


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


def happened(signal: Signal) -> Exchange[None]:
    """Let time pass until another conversation has set the signal."""
    if not signal.is_set:
        yield Sleep(math.inf, signal)
