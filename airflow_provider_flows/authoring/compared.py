"""Compares what an example says with what the spec makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.pipelines.findings import cut
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.platforms.documents import VERBS
from airflow_provider_flows.protocol.messages import Request

_LONGEST = 300
_SENDS = (*sorted(VERBS), "headers", "json", "file", "form")


class Mismatch:
    """Something that is not as an example says.

    :param path: what of the call's example
    :param notes: what was expected, what it is, or what to do
    """

    def __init__(self, path: tuple[str, ...], message: str, *notes: str) -> None:
        self.path = path
        self.message = message
        self.notes = notes


def sends_mismatch(sends: Mapping[str, Any], request: Request) -> Mismatch | None:
    """Return in what a request is not the one of the example, None where it is."""
    for key in sends:
        if key not in _SENDS:
            message = guessed(f"`{key}` is no part of a request", key, _SENDS)
            return Mismatch(("sends", key), message, f"parts: {listed(_SENDS)}")
    verb = request.method.lower()
    if verb not in sends:
        return Mismatch(("sends",), f"the request is a {request.method}", f"write `{verb}: {request.url}`")
    if sends[verb] != request.url:
        return _different(("sends", verb), "the address", sends[verb], request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    for name, value in sends.get("headers", {}).items():
        if headers.get(name.lower()) != value:
            return _different(
                ("sends", "headers", name), f"the header `{name}`", value, headers.get(name.lower())
            )
    file = request.file.field_name if request.file else None
    if sends.get("file") != file:
        return _different(("sends", "file"), "the part that holds the file", sends.get("file"), file)
    kind = "form" if "urlencoded" in headers.get("content-type", "") else "json"
    return _body_mismatch(kind, sends, request)


def _body_mismatch(kind: str, sends: Mapping[str, Any], request: Request) -> Mismatch | None:
    body = _body(kind, request)
    if sends.get(kind) == body and (kind in sends) is (request.body is not None):
        return None
    return _different(("sends", kind), "the body", sends.get(kind), body)


def _body(kind: str, request: Request) -> Any:
    if request.body is None:
        return None
    return json.loads(request.body) if kind == "json" else request.body.decode()


def gives_mismatch(gives: Mapping[str, Any], given: Mapping[str, Any]) -> Mismatch | None:
    """Return in what an answer gives something else than the example says, None where it doesn't."""
    for key, value in gives.items():
        if key not in given:
            message = guessed(f"`{key}` is nothing that this call gives", key, given)
            return Mismatch(("gives", key), message, f"it gives: {listed(given)}")
        if given[key] != value:
            return _different(("gives", key), f"`{key}`", value, given[key])
    return None


def _different(path: tuple[str, ...], what: str, said: Any, found: Any) -> Mismatch:
    notes = f"the example says: {_shown(said)}", f"by the spec it is: {_shown(found)}"
    return Mismatch(path, f"{what} is another one", *notes)


def _shown(value: Any) -> str:
    return "nothing" if value is None else cut(json.dumps(value, ensure_ascii=False, default=str), _LONGEST)
