"""Finds the route of a raw path. Each segment is decoded on its own, so ``%2F`` stays inside an id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from airflow_provider_flows.emulator.wire import Json, WireAnswer, WireRequest


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """Ends a request with an error answer; the platform gives it its own body."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        detail: Json = None,
        code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail
        self.code = code
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Route:
    """Says which handler answers a method and a path such as ``/v1/assets/{flow}``.

    ``endpoint`` names the route among all of them; ``operation`` is the kind that faults ask for.
    """

    method: str
    template: str
    operation: str
    endpoint: str
    handler: Callable[[Call], WireAnswer]


@dataclass(frozen=True, slots=True)
class Call:
    """Holds a request together with what its path and query say, decoded."""

    request: WireRequest
    now: float
    params: Mapping[str, str]
    query: Mapping[str, str]


class Router:
    """Knows every route of every platform."""

    def __init__(self, routes: Iterable[tuple[str, Route]]) -> None:
        self._routes = [(platform, route, route.template.split("/")) for platform, route in routes]

    def matches(self, raw_path: str) -> list[tuple[str, Route, dict[str, str]]]:
        """Return each route the path fits, with its platform and its parameters, of any method."""
        segments = raw_path.partition("?")[0].split("/")
        found = ((platform, route, _fit(parts, segments)) for platform, route, parts in self._routes)
        return [(platform, route, params) for platform, route, params in found if params is not None]


def read_query(raw_path: str) -> dict[str, str]:
    """Decode the query string; of a name given twice the last value counts."""
    return dict(parse_qsl(raw_path.partition("?")[2], keep_blank_values=True))


def _fit(template: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    params: dict[str, str] = {}
    for part, segment in zip(template, segments, strict=True):
        if part.startswith("{") and segment:
            params[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    return params
