"""What a platform tells of a flow's inputs, in whichever form it tells it, as one JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("string", "str", "text", "textarea", "date", "datetime", "file", "url"), "string"),
        **dict.fromkeys(("integer", "int", "long"), "integer"),
        **dict.fromkeys(("number", "float", "double", "decimal"), "number"),
        **dict.fromkeys(("boolean", "bool", "checkbox", "switch"), "boolean"),
        **dict.fromkeys(("array", "list", "multiselect"), "array"),
        **dict.fromkeys(("object", "dict", "json", "map"), "object"),
    }
)  # fmt: skip
_NAMES = ("name", "key", "id", "identifier")
_MEMBERS = ("title", "description", "default", "enum", "format", "items", "pattern", "minimum", "maximum")
_SAYING_SO = (
    "type",
    "schema",
    "required",
    "default",
    "value",
    "description",
    "title",
    "label",
    "options",
    "enum",
)


def input_schema(found: Any) -> dict[str, Any] | None:
    """Return a JSON Schema of a flow's inputs, None for what tells none.

    Taken are a JSON Schema itself; a mapping of names to what is said of each input; and a list of such, each
    with its name. What is said of an input may be a JSON Schema, hold one under `schema`, or have `type`,
    `required`, `default` and the like beside each other.
    """
    if isinstance(found, Mapping):
        if _is_schema(found):
            return dict(found)
        if found and all(_tells(each) for each in found.values()):
            return _of_members(dict(found))
        return None if found else _of_members({})
    if isinstance(found, list):
        named = {_name(each): each for each in found if _name(each)}
        return _of_members(named) if len(named) == len(found) else None
    return None


def _is_schema(found: Mapping[str, Any]) -> bool:
    if "$schema" in found or isinstance(found.get("properties"), Mapping):
        return True
    return found.get("type") == "object" and not isinstance(found.get("type"), Mapping)


def _tells(each: Any) -> bool:
    return isinstance(each, str) or (
        isinstance(each, Mapping) and (not each or bool(set(_SAYING_SO) & set(each)))
    )


def _name(each: Any) -> str:
    if not isinstance(each, Mapping):
        return ""
    return next((value for name in _NAMES if isinstance(value := each.get(name), str) and value), "")


def _of_members(members: Mapping[str, Any]) -> dict[str, Any]:
    needed = [name for name, each in members.items() if _is_needed(each)]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: _of_member(each) for name, each in members.items()},
    }
    return {**schema, "required": needed} if needed else schema


def _of_member(each: Any) -> dict[str, Any]:
    if isinstance(each, str):
        return _kind(each)
    if isinstance(each.get("schema"), Mapping):  # Airflow's params
        value = each.get("value", each.get("default"))
        inner = dict(each["schema"])
        described = {"description": each["description"]} if isinstance(each.get("description"), str) else {}
        return {**inner, **described, **({"default": value} if value is not None else {})}
    told = {name: each[name] for name in _MEMBERS if each.get(name) is not None}
    if "enum" not in told and isinstance(each.get("options"), list):
        choices = [
            one.get("value", one.get("id")) if isinstance(one, Mapping) else one for one in each["options"]
        ]
        told |= {"enum": choices} if choices and None not in choices else {}
    return {**_kind(each.get("type")), **told}


def _kind(word: Any) -> dict[str, Any]:
    """Return a type, none for a word that nobody knows: then any value will do."""
    if isinstance(word, list):
        known = [_KINDS.get(str(each).lower(), "null" if each == "null" else "") for each in word]
        return {"type": known} if all(known) else {}
    kind = _KINDS.get(str(word).lower()) if word is not None else None
    return {"type": kind} if kind else {}


def _is_needed(each: Any) -> bool:
    """Whether an input must be given: it is said so, or it is one of Airflow's params without a value."""
    if not isinstance(each, Mapping):
        return False
    if isinstance(each.get("required"), bool):
        return bool(each["required"])
    if isinstance(each.get("schema"), Mapping) and "value" in each:
        kinds = each["schema"].get("type")
        may_be_null = kinds is None or "null" in ([kinds] if isinstance(kinds, str) else kinds)
        return each["value"] is None and not may_be_null
    return False
