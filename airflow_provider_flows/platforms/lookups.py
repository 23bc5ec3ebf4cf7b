"""Plain JMESPath expressions as functions: most of what specs say is `a`, `a.b` and `a || b`.

An answer is read at each poll of each run, and jmespath walks its tree in Python, node by node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Lookup: TypeAlias = Callable[[Any], Any]


def lookup(tree: Mapping[str, Any]) -> Lookup | None:
    """Return a function that finds what jmespath finds by this parsed expression, None for other kinds."""
    kind = tree["type"]
    if kind == "current":
        return _itself
    if kind == "field":
        return _field(tree["value"])
    if kind not in _COMBINED:
        return None
    parts = [lookup(child) for child in tree["children"]]
    known = [part for part in parts if part is not None]
    return _COMBINED[kind](known) if len(known) == len(parts) else None


def _itself(data: Any) -> Any:
    return data


def _field(name: str) -> Lookup:
    def find(data: Any) -> Any:
        try:
            return data.get(name)
        except AttributeError:
            return None

    return find


def _path(parts: list[Lookup]) -> Lookup:
    def find(data: Any) -> Any:
        for part in parts:
            data = part(data)
        return data

    return find


def _first_true(parts: list[Lookup]) -> Lookup:
    def find(data: Any) -> Any:
        for part in parts:
            found = part(data)
            if found is not None and found is not False and found not in ("", [], {}):
                return found
        return found

    return find


_COMBINED: Mapping[str, Callable[[list[Lookup]], Lookup]] = {
    "subexpression": _path,
    "or_expression": _first_true,
}
