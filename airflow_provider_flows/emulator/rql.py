"""The small part of BlinkOps' query language whose meaning is public.

``{"filter": {"playbook_id": "x", "started_at": {"$gt": 0}}, "sort": ["-started_at"], "limit": 1}``
from blinkops/blink-code-builder; further operators are refused rather than guessed.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence

from airflow_provider_flows.emulator.routing import Refused
from airflow_provider_flows.emulator.wire import Json

DEFAULT_LIMIT = 25  # Invented
_OPERATORS: Mapping[str, Callable[[Json, Json], bool]] = {"$eq": operator.eq, "$gt": operator.gt}
_KEYS = frozenset({"filter", "sort", "limit", "offset"})


def select(items: Sequence[dict[str, Json]], query: str) -> dict[str, Json]:
    """Return a page of the items the query asks for; refuses with 400 what it cannot read."""
    asked = _read(query)
    known = items[0].keys() if items else None
    found = [item for item in items if _fits(item, asked.get("filter", {}))]
    for name in reversed(asked.get("sort", [])):
        field = name.lstrip("+-")
        if known is not None and field not in known:
            raise Refused(400, f"q: cannot sort by {field}")
        found = _sorted(found, field, descending=name.startswith("-"))
    offset, limit = asked.get("offset", 0), asked.get("limit", DEFAULT_LIMIT)
    page = found[offset : offset + limit]
    return {"limit": limit, "offset": offset, "total": len(found), "results": page}


def _read(query: str) -> dict[str, Json]:
    try:
        asked = json.loads(query)
    except ValueError as error:
        raise Refused(400, f"q is not JSON: {error}") from error
    if not isinstance(asked, dict):
        raise Refused(400, "q must be a JSON object")
    if unknown := sorted(asked.keys() - _KEYS):
        raise Refused(400, f"q: unknown keys: {', '.join(unknown)}")
    numbers = [asked.get("limit", DEFAULT_LIMIT), asked.get("offset", 0)]
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise Refused(400, "q: limit and offset must be numbers that are not negative")
    sort = asked.get("sort", [])
    if not isinstance(sort, list) or not all(isinstance(name, str) for name in sort):
        raise Refused(400, "q: sort must be a list of field names")
    if not isinstance(asked.get("filter", {}), dict):
        raise Refused(400, "q: filter must be an object")
    return asked


def _fits(item: Mapping[str, Json], wanted: Mapping[str, Json]) -> bool:
    return all(_field_fits(item, name, condition) for name, condition in wanted.items())


def _field_fits(item: Mapping[str, Json], name: str, condition: Json) -> bool:
    if name not in item:
        raise Refused(400, f"q: cannot filter by {name}")
    conditions = condition if isinstance(condition, dict) else {"$eq": condition}
    if unknown := sorted(conditions.keys() - _OPERATORS.keys()):
        raise Refused(400, f"q: unknown operators: {', '.join(unknown)}")
    try:
        return all(_OPERATORS[sign](item[name], value) for sign, value in conditions.items())
    except TypeError as error:
        raise Refused(400, f"q: {name} cannot be compared so: {error}") from error


def _sorted(items: Sequence[dict[str, Json]], field: str, *, descending: bool) -> list[dict[str, Json]]:
    """Sort numbers by value and all else by its text."""

    def key(item: Mapping[str, Json]) -> tuple[int, Json]:
        value = item[field]
        return (0, value) if isinstance(value, int | float) else (1, str(value))

    return sorted(items, key=key, reverse=descending)
