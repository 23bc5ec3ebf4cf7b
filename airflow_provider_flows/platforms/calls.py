"""One call of a spec, compiled: how to build its request and how to read its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from airflow_provider_flows.platforms.addresses import path_part
from airflow_provider_flows.platforms.answers import Reading, read_reading
from airflow_provider_flows.platforms.documents import VERBS, Document
from airflow_provider_flows.platforms.expressions import Template, compiled, filled, template
from airflow_provider_flows.protocol.errors import ConnectionFieldError, SpecError
from airflow_provider_flows.protocol.messages import FilePart, Request


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
    already_over: frozenset[int]  # statuses of a cancel that came too late
    no_result: frozenset[int]  # statuses of a look at a result that is none

    def request(self, base: str, names: Mapping[str, Any], file: FilePart | None = None) -> Request:
        """Return the request for these names; raises `UsageError` when something cannot be sent."""
        query = filled(self.query, names)
        body = filled(self.json, names)
        seconds = filled(self.read_timeout, names)
        return Request(
            purpose=self.purpose,
            method=self.method,
            url=base + self.path.fill(names, path_part) + _query_text(query),
            headers={"Accept": "application/json"}
            | ({} if body is None else {"Content-Type": "application/json"}),
            body=None if body is None else json.dumps(body, allow_nan=False).encode(),
            file=file,
            read_timeout=float(names["conn"]["read_timeout"] if seconds is None else seconds),
            max_response_bytes=names["conn"]["max_response_bytes"],
            is_repeatable=self.method == "GET",
        )


def read_call(document: Document, purpose: str, public: Mapping[str, Any]) -> Call | None:
    """Compile one call of a spec, None where the spec has none.

    `settings` of a call says which connection field, when it is filled in, replaces which of its texts.
    """
    call = document.data.get(purpose)
    if not isinstance(call, Mapping):
        return None
    where = document.where(purpose)
    settings = {part: field for part, field in call.get("settings", {}).items() if public.get(field)}
    _check_settings(settings, public)
    call = {**call, **{part: public[field] for part, field in settings.items()}}
    verb = next(verb for verb in VERBS if verb in call)
    return Call(
        purpose=purpose,
        method=verb.upper(),
        path=template(call[verb], f"{where}.{verb}"),
        query=compiled(call.get("query", {}), f"{where}.query"),
        json=compiled(call.get("json"), f"{where}.json"),
        file_field=call.get("multipart", ""),
        read_timeout=compiled(call.get("read_timeout"), f"{where}.read_timeout"),
        reading=read_reading(call, where),
        already_over=frozenset(call.get("already_over", ())),
        no_result=frozenset(call.get("no_result", ())),
    )


def _check_settings(settings: Mapping[str, str], public: Mapping[str, Any]) -> None:
    for part, field in settings.items():
        where = f"connection extra {field!r}"
        try:
            if part in VERBS:
                template(public[field], where)
            else:
                read_reading({part: public[field]}, where)
        except SpecError as error:
            raise ConnectionFieldError(str(error)) from error


def _query_text(query: Mapping[str, Any]) -> str:
    pairs = [f"{quote(name, safe='')}={quote(_as_text(value), safe='')}" for name, value in query.items()]
    return "?" + "&".join(pairs) if pairs else ""


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
