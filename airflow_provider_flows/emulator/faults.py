"""What can go wrong on purpose: scripted faults and continuous rate limiting."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from airflow_provider_flows.emulator.flows import PLATFORMS
from airflow_provider_flows.emulator.wire import CUT, HANG, LOST, Json, WireAnswer, json_answer

OPERATIONS = ("token", "start", "status", "result", "cancel", "upload", "test", "list", "describe")

DETAILS: Mapping[str, Mapping[str, Json]] = MappingProxyType(
    {
        "status": {"status": 500, "headers": {}, "body": None, "after": False},
        "rate_limit": {"retry_after": 1, "after": False},
        "redirect": {"status": 307, "location": "https://elsewhere.invalid/", "after": False},
        "not_json": {"body": "<html><body>Sign in</body></html>", "after": False},
        "expire_tokens": {},
        "lost": {},
        "hang": {"after": True},
        "cut": {},
        "slow": {"seconds": 1.0},
        "no_run_id": {},
        "huge": {"bytes": 33 * 1024 * 1024, "chunked": False},
    }
)
"""The kinds of fault, each with its details and their defaults. ``after``: the request took effect."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """Waits for the requests it fits and spoils their answers."""

    kind: str
    platform: str | None
    operation: str | None
    flow_id: str | None
    times: int
    details: Mapping[str, Json]

    def fits(self, platform: str, operation: str, flow_id: str | None) -> bool:
        """Tell whether a request is one this fault waits for."""
        wanted = ((self.platform, platform), (self.operation, operation), (self.flow_id, flow_id))
        return all(want in (None, got) for want, got in wanted)

    @property
    def comes_after(self) -> bool:
        """Tell whether the request takes effect before it goes wrong."""
        return bool(self.details.get("after", self.kind != "expire_tokens"))

    def spoil(self, answer: WireAnswer, run_id_field: str) -> WireAnswer:
        """Return what is sent instead of an answer; before the effect that answer is empty."""
        details = self.details
        if answer.fate == HANG:
            return answer  # nothing comes back that could be spoiled
        match self.kind:
            case "status" | "rate_limit" | "redirect" | "not_json":
                return self._replacement()
            case "lost" | "hang" | "cut":
                return replace(answer, fate={"lost": LOST, "hang": HANG, "cut": CUT}[self.kind])
            case "slow":
                return replace(answer, delay=answer.delay + details["seconds"])
            case "no_run_id":
                return _without(answer, run_id_field)
            case _:
                return _grown(answer, details["bytes"], chunked=details["chunked"])

    def _replacement(self) -> WireAnswer:
        details = self.details
        match self.kind:
            case "status":
                body = {"message": "emulated fault"} if details["body"] is None else details["body"]
                return json_answer(details["status"], body, details["headers"])
            case "rate_limit":
                headers = {"Retry-After": str(details["retry_after"])}
                return json_answer(429, {"message": "Too Many Requests"}, headers)
            case "redirect":
                return WireAnswer(details["status"], {"Location": details["location"]})
            case _:
                return WireAnswer(200, {"Content-Type": "text/html"}, details["body"].encode())


class Faults:
    """Keeps the faults in their order; each spoils so many requests and is gone."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self,
        kind: str,
        *,
        platform: str | None = None,
        operation: str | None = None,
        flow_id: str | None = None,
        times: int = 1,
        **details: Json,
    ) -> None:
        """Add a fault. Raises ``ValueError`` for a kind, place or detail that does not exist."""
        _known("kind of fault", [kind], DETAILS)
        _known("platform", [platform] if platform else [], PLATFORMS)
        _known("operation", [operation] if operation else [], OPERATIONS)
        _known(f"detail of {kind}", details, DETAILS[kind])
        if times < 1:
            raise ValueError(f"times is {times}, must be at least 1")
        self._waiting.append(
            Fault(
                kind=kind, platform=platform, operation=operation, flow_id=flow_id, times=times,
                details={**DETAILS[kind], **details},
            )
        )  # fmt: skip

    def take(self, platform: str, operation: str, flow_id: str | None) -> Fault | None:
        """Return the first fault that fits, using it up once."""
        fault = next((fault for fault in self._waiting if fault.fits(platform, operation, flow_id)), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.times == 0:
            self._waiting.remove(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults that still wait."""
        self._waiting.clear()


class RateLimiter:
    """Lets through so many requests a second for each platform, and that many at once."""

    def __init__(self, per_second: float | None) -> None:
        self._per_second = per_second
        self._left: dict[str, tuple[float, float]] = {}  # platform: requests left, at a time

    def refusal(self, platform: str, now: float) -> WireAnswer | None:
        """Return a 429 with the whole seconds to wait, or ``None`` when there is room."""
        if self._per_second is None:
            return None
        most = max(self._per_second, 1.0)
        left, at = self._left.get(platform, (most, now))
        left = min(most, left + (now - at) * self._per_second)
        if left >= 1:
            self._left[platform] = (left - 1, now)
            return None
        self._left[platform] = (left, now)
        wait = math.ceil((1 - left) / self._per_second)
        return json_answer(429, {"message": "Too Many Requests"}, {"Retry-After": str(wait)})


def _without(answer: WireAnswer, name: str) -> WireAnswer:
    """Leave one field out of an answer that is a JSON object."""
    value = answer.json()
    if not isinstance(value, dict):
        return answer
    body = {key: kept for key, kept in value.items() if key != name}
    return json_answer(answer.status, body, delay=answer.delay)


def _grown(answer: WireAnswer, size: int, *, chunked: bool) -> WireAnswer:
    """Pad a JSON answer to a size; a chunked one does not announce it."""
    headers = {**answer.headers, **({"Transfer-Encoding": "chunked"} if chunked else {})}
    value = answer.json()
    padded = {**value, "padding": ""} if isinstance(value, dict) else {"value": value, "padding": ""}
    padded["padding"] = "x" * max(size - len(json_answer(200, padded).body), 0)
    return json_answer(answer.status, padded, headers, answer.delay)


def _known(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(f"unknown {what}: {', '.join(unknown)}; known are {', '.join(known) or 'none'}")
