"""What the emulator remembers of each request, for tests and users to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from airflow_provider_flows.emulator.wire import Json, WireAnswer, WireRequest

KEPT_REQUESTS = 100_000  # then the oldest are forgotten, so that an emulator can be left running
KEPT_BYTES = 1024 * 1024  # of each body; uploads can be large and their digest is kept
SHOWN_CHARACTERS = 2000
HIDDEN = "***"
SECRET_HEADERS = frozenset(
    {"authorization", "x-workflow-secret", "blink-api-key", "xp-api-key", "cookie", "proxy-authorization"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """Holds a request as it came, where it went and what it was answered."""

    platform: str | None
    operation: str | None
    endpoint: str | None
    method: str
    raw_path: str
    host: str
    remote: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: float
    status: int
    fate: str
    flow_id: str | None
    run_id: str | None

    @classmethod
    def of(
        cls,
        request: WireRequest,
        at: float,
        answer: WireAnswer,
        *,
        platform: str | None = None,
        operation: str | None = None,
        endpoint: str | None = None,
        flow_id: str | None = None,
        run_id: str | None = None,
    ) -> RecordedRequest:
        """Record a request with its answer."""
        return cls(
            platform=platform,
            operation=operation,
            endpoint=endpoint,
            method=request.method,
            raw_path=request.raw_path,
            host=request.host,
            remote=request.remote,
            headers=dict(request.headers),
            body=request.body[:KEPT_BYTES],
            at=at,
            status=answer.status,
            fate=answer.fate,
            flow_id=flow_id,
            run_id=run_id,
        )

    @property
    def credentials(self) -> tuple[str, ...]:
        """Return the secrets the request showed in its headers, without their scheme."""
        return tuple(
            value.partition(" ")[2] or value
            for name, value in self.headers.items()
            if name.lower() in SECRET_HEADERS
        )

    def to_json(self) -> dict[str, Json]:
        """Return the request for the control API, its secrets hidden and its body cut short."""
        headers = {
            name: HIDDEN if name.lower() in SECRET_HEADERS else value for name, value in self.headers.items()
        }
        return {
            "platform": self.platform,
            "operation": self.operation,
            "endpoint": self.endpoint,
            "method": self.method,
            "raw_path": self.raw_path,
            "host": self.host,
            "remote": self.remote,
            "headers": headers,
            "body": self._shown_body(),
            "at": self.at,
            "status": self.status,
            "fate": self.fate,
            "flow_id": self.flow_id,
            "run_id": self.run_id,
        }

    def _shown_body(self) -> str:
        """Hide bodies that can hold a secret: a token request's, and one with a callback."""
        if self.operation == "token" or b'"callback"' in self.body:
            return HIDDEN
        return self.body[:SHOWN_CHARACTERS].decode("utf-8", "replace")
