"""A network without a network: conversations meet the emulator's core, in time that only they move.

`Sleep` moves the clock, and so does the time an answer takes. Faults of the network between the two are
scripted here; faults of the platforms are scripted at the emulator (`link.core.fault`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from airflow_provider_flows.emulator import EmulatorConfig, EmulatorCore, WireRequest, airflow_connections
from airflow_provider_flows.emulator.wire import CUT, HANG, SENT
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import (
    NotSentError,
    OversizedError,
    ResponseLostError,
    TransportError,
)
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, Step
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.transports.driver import adrive, drive
from airflow_provider_flows.transports.multipart import MultipartBody

T = TypeVar("T")
ADDRESS = "http://platforms.test"
BEGINNING = 1_700_000_000.0
STEADY = RetryPolicy(jitter=lambda: 0.5)

REFUSED = "refused"  # the network's own fault before the request is out
SWALLOWED = "swallowed"  # the request never arrives, and nobody knows
DROPPED = "dropped"  # the request takes effect, its answer is dropped on the way


@dataclass
class Clock:
    """Shows the time it was told, in seconds since the epoch."""

    now: float = BEGINNING

    def __call__(self) -> float:
        return self.now


@dataclass
class Link:
    """Performs the steps of conversations against an emulator's core.

    `script` holds what the network does to the next requests, one word each; then it behaves. `sent` and
    `slept` remember what was asked for, `told` what came of each request.
    """

    config: EmulatorConfig = field(default_factory=EmulatorConfig)
    script: list[str | None] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    sent: list[Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    told: list[Response | TransportError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.core = EmulatorCore(self.config, self.clock)

    def api(
        self,
        platform: str,
        variant: str | None = None,
        *,
        retry: RetryPolicy = STEADY,
        extra: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> FlowApi:
        """Return the conversations of a platform on the emulator's own connection, some fields changed."""
        raw = connection(platform, self.config, extra=extra, **fields)
        spec = SpecPlatform(specs.load(platform), raw, clock=self.clock, retry=retry, variant=variant)
        return FlowApi(platform=spec, clock=self.clock, retry=retry)

    def run(self, exchange: Exchange[T]) -> T:
        """Perform a conversation as a worker does."""
        return drive(exchange, self.perform)

    def arun(self, exchange: Exchange[T]) -> T:
        """Perform a conversation as the triggerer does."""
        return asyncio.run(adrive(exchange, self.aperform))

    async def aperform(self, step: Step) -> Response | None:
        await asyncio.sleep(0)
        return self.perform(step)

    def perform(self, step: Step) -> Response | None:
        if isinstance(step, Sleep):
            assert step.seconds > 0, "nobody sleeps for nothing"
            self.slept.append(step.seconds)
            self.clock.now += step.seconds
            return None
        self.sent.append(step)
        try:
            answered = self._answer(step, self.script.pop(0) if self.script else None)
        except TransportError as error:
            self.told.append(error)
            raise
        self.told.append(answered)
        return answered

    def starts(self) -> int:
        """Return how many runs took effect."""
        return sum(self.core.count_starts().values())

    def log(self) -> list[tuple[str, str, bytes | None, float]]:
        """Return what a bystander would see: method, address, body and time of each request."""
        return [(each.method, each.raw_path, each.body, each.at) for each in self.core.requests]

    def _answer(self, request: Request, trouble: str | None) -> Response:
        if trouble == REFUSED:
            raise NotSentError("connection refused", request)
        if trouble == SWALLOWED:
            self.clock.now += request.read_timeout
            raise ResponseLostError("no answer", request)
        answer = self.core.handle(_on_the_wire(request))
        late = answer.delay > request.read_timeout
        if late or answer.fate == HANG:
            self.clock.now += request.read_timeout
            raise ResponseLostError("no answer within the read timeout", request)
        self.clock.now += answer.delay
        if trouble == DROPPED or answer.fate != SENT:
            raise ResponseLostError("cut off" if answer.fate == CUT else "the connection broke", request)
        if len(answer.body) > request.max_response_bytes:
            raise OversizedError("the answer is larger than max_response_bytes", request)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(request=request, status=answer.status, headers=headers, body=answer.body)


def connection(
    platform: str,
    config: EmulatorConfig | None = None,
    *,
    extra: Mapping[str, Any] | None = None,
    **fields: Any,
) -> RawConnection:
    """Return a connection to the emulator; `extra` adds to its extras, None takes one away."""
    known = airflow_connections(ADDRESS, config)[f"{platform}_default"]
    extras = {**known.get("extra", {}), **(extra or {})}
    given = {**known, **fields, "extra": {name: value for name, value in extras.items() if value is not None}}
    return RawConnection(conn_id=f"{platform}_default", **given)


def answer(
    request: Request, status: int = 200, body: Any = b"", headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer to a request; a body that is not bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(request=request, status=status, headers=headers or {}, body=raw)


def _on_the_wire(request: Request) -> WireRequest:
    parts = urlsplit(request.url)
    headers, body = dict(request.headers), request.body or b""
    if request.file:
        with MultipartBody(request.file) as multipart:
            headers["Content-Type"] = multipart.content_type
            body = multipart.read()
    raw_path = parts.path + (f"?{parts.query}" if parts.query else "")
    return WireRequest(request.method, raw_path, headers, body, host=parts.netloc)
