"""What changed between two descriptions of a flow's inputs, and whether runs break by it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LIMITS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
)
_SAYING_NOTHING = frozenset({"title", "description", "default", "examples", "$comment", "deprecated"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    :param name: the input, empty for the inputs as a whole
    :param text: what changed, in words: "is required now"
    :param breaks: whether a run that was right before may be wrong now
    """

    name: str
    text: str
    breaks: bool


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return what changed from one JSON Schema of inputs to another, those that break something first."""
    return sorted(_changes(old, new), key=lambda each: (not each.breaks, each.name, each.text))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = _properties(old), _properties(new)
    needed, needs = set(old.get("required", ())), set(new.get("required", ()))
    for name in before.keys() - after.keys():
        yield Change(name, "is gone", breaks=True)
    for name in after.keys() - before.keys():
        text = "is new and required" if name in needs else "is new"
        yield Change(name, text, breaks=name in needs)
    for name in before.keys() & after.keys():
        if name in needs - needed:
            yield Change(name, "is required now", breaks=True)
        if name in needed - needs:
            yield Change(name, "is no longer required", breaks=False)
        yield from _of_input(name, before[name], after[name])
    others = {
        key: value for key, value in new.items() if key not in {"properties", "required", *_SAYING_NOTHING}
    }
    if others != {
        key: value for key, value in old.items() if key not in {"properties", "required", *_SAYING_NOTHING}
    }:
        yield Change("", "the rules for all inputs together changed", breaks=True)


def _of_input(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    kinds, kinds_now = _kinds(old), _kinds(new)
    if kinds != kinds_now:
        text = f"was {_listed(kinds)} and is {_listed(kinds_now)}"
        yield Change(name, text, breaks=kinds_now is not None and not _within(kinds, kinds_now))
    choices, choices_now = old.get("enum"), new.get("enum")
    if choices != choices_now:
        gone = [each for each in choices or () if each not in (choices_now or ())]
        if choices_now is None:
            yield Change(name, "may be anything now", breaks=False)
        elif choices is None:
            yield Change(name, f"must be one of {_shown(choices_now)} now", breaks=True)
        elif gone:
            yield Change(name, f"can't be {_shown(gone)} any more", breaks=True)
        else:
            yield Change(
                name,
                f"may also be {_shown([each for each in choices_now if each not in choices])}",
                breaks=False,
            )
    for limit in _LIMITS:
        if old.get(limit) != new.get(limit):
            said = f"{_shown(old[limit])} before" if limit in old else "no such limit before"
            yield Change(name, f"{limit} is {_shown(new.get(limit))} ({said})", breaks=limit in new)
    if old.get("default") != new.get("default"):
        yield Change(
            name,
            f"its default was {_shown(old.get('default'))} and is {_shown(new.get('default'))}",
            breaks=False,
        )
    rest = {"type", "enum", *_LIMITS, *_SAYING_NOTHING}
    if {key: value for key, value in old.items() if key not in rest} != {
        key: value for key, value in new.items() if key not in rest
    }:
        yield Change(name, "its inner rules changed", breaks=True)


def _properties(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = schema.get("properties")
    if not isinstance(found, Mapping):
        return {}
    return {name: each if isinstance(each, Mapping) else {} for name, each in found.items()}


def _kinds(schema: Mapping[str, Any]) -> frozenset[str] | None:
    kinds = schema.get("type")
    return None if kinds is None else frozenset([kinds] if isinstance(kinds, str) else kinds)


def _within(old: frozenset[str] | None, new: frozenset[str]) -> bool:
    """Whether all that was allowed still is; a whole number is a number."""
    wider = new | {"integer"} if "number" in new else new
    return old is not None and old <= wider


def _listed(kinds: frozenset[str] | None) -> str:
    return "of any type" if kinds is None else " or ".join(sorted(kinds))


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
