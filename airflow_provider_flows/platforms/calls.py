"""One call of a spec, compiled: how to build its request and how to read its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from airflow_provider_flows.platforms.addresses import path_part
from airflow_provider_flows.platforms.answers import Reading, read_reading
from airflow_provider_flows.platforms.documents import VERBS, Document
from airflow_provider_flows.platforms.expressions import Template, compiled, expression, filled, template
from airflow_provider_flows.platforms.listings import Listing, read_listing
from airflow_provider_flows.protocol.errors import ConnectionFieldError, SpecError
from airflow_provider_flows.protocol.messages import FilePart, Request

_ASKING = {"Accept": "application/json"}
_TELLING = {**_ASKING, "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: the request's templates and the answer's reading."""

    purpose: str
    method: str
    path: Template
    query: Mapping[Template, Any]
    json: Any
    file_field: str
    read_timeout: Any
    reading: Reading
    listing: Listing
    settings: Mapping[str, str]  # which connection field stands for which part
    already_over: frozenset[int]  # statuses of a cancel that came too late
    no_result: frozenset[int]  # statuses that say that there is no result
    option: str  # without which, of those that are remembered, a run has no such call; empty for none

    def request(self, base: str, names: Mapping[str, Any], file: FilePart | None = None) -> Request:
        """Return the request for these names; raises `UsageError` when something cannot be sent."""
        path = self.path.fill(names, path_part)
        query = {} if "?" in path else filled(self.query, names)  # a setting's path may bring its own
        body = filled(self.json, names)
        return Request(
            purpose=self.purpose,
            method=self.method,
            url=base + path + _query_text(query),
            headers=_ASKING if body is None else _TELLING,
            body=None if body is None else json.dumps(body, allow_nan=False).encode(),
            file=file,
            read_timeout=self._seconds(names),
            max_response_bytes=names["conn"]["max_response_bytes"],
            is_repeatable=self.method == "GET" or self.purpose == "cancel",
        )

    def _seconds(self, names: Mapping[str, Any]) -> float:
        """Return how long to wait for the answer; raises `SpecError` for what is no number."""
        seconds = filled(self.read_timeout, names)
        try:
            return float(names["conn"]["read_timeout"] if seconds is None else seconds)
        except (TypeError, ValueError) as error:
            raise SpecError(f"{self.purpose}.read_timeout must be a number, not {seconds!r}") from error


def read_call(document: Document, purpose: str, public: Mapping[str, Any]) -> Call | None:
    """Compile one call of a spec, None where the spec has none.

    `settings` of a call says which connection field, when it is filled in, replaces which of its texts, and
    `needs` without which field (`conn.…`) or option (`options.…`) there is no such call. Raises
    `ConnectionFieldError` when such a text is malformed.
    """
    call = document.data.get(purpose)
    if not isinstance(call, Mapping):
        return None
    whose, _, needed = call.get("needs", "").partition(".")
    if whose == "conn" and not public.get(needed):
        return None
    settings = call.get("settings", {})
    filled_in = {part: field for part, field in settings.items() if public.get(field)}

    def where(*path: str | int) -> str:
        field = filled_in.get(path[0])
        return f"extra {field}" if field else document.where(purpose, *path)

    for part, field in filled_in.items():
        _check_setting(part, field, public, _known(document, purpose))
    call = {**call, **{part: public[field] for part, field in filled_in.items()}}
    verb = next(verb for verb in VERBS if verb in call)
    return Call(
        purpose=purpose,
        method=verb.upper(),
        path=template(call[verb], where(verb)),
        query=compiled(call.get("query", {}), partial(where, "query")),
        json=compiled(call.get("json"), partial(where, "json")),
        file_field=call.get("multipart", ""),
        read_timeout=compiled(call.get("read_timeout"), partial(where, "read_timeout")),
        reading=read_reading(call, where),
        listing=read_listing(call, where),
        settings=settings,
        already_over=frozenset(call.get("already_over", ())),
        no_result=frozenset(call.get("no_result", ())),
        option=needed if whose == "options" else "",
    )


def _known(document: Document, purpose: str) -> dict[str, Any]:
    """Return the names that a path of this call may speak of, beside those of the connection."""
    if purpose == "search":
        options = dict.fromkeys(document.data.get("options", ()), "x")
        return {"flow": "flow", "options": options, "page": {"skip": 0}}
    options = dict.fromkeys(document.data.get("remember", ()), "x")
    return {"flow": "flow", "run": {"id": "run"}, "options": options}


def _check_setting(part: str, field: str, public: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Raise `ConnectionFieldError` for a text that will not do: it is used only once a run was started."""
    try:
        if part in VERBS:
            template(public[field], f"extra {field}").fill({"conn": public, **known}, path_part)
        else:
            expression(public[field], f"extra {field}")
    except SpecError as error:
        raise ConnectionFieldError(str(error)) from error


def _query_text(query: Mapping[str, Any]) -> str:
    pairs = [f"{quote(name, safe='')}={quote(_as_text(value), safe='')}" for name, value in query.items()]
    return "?" + "&".join(pairs) if pairs else ""


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
