"""The easy cases of JSON Schema, decided without jsonschema, which takes 136 ms to import."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

_ABOUT_IT = frozenset({"title", "description", "default"})
_IS: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "string": lambda value: isinstance(value, str),
        "boolean": lambda value: isinstance(value, bool),
        "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
        "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
        "array": lambda value: isinstance(value, list),
        "object": lambda value: isinstance(value, dict),
        "null": lambda value: value is None,
    }
)
_KEEPS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "type": lambda kinds, value: any(_IS[kind](value) for kind in _listed(kinds)),
        "enum": lambda choices, value: any(type(each) is type(value) and each == value for each in choices),
        "minLength": lambda least, value: not isinstance(value, str) or len(value) >= least,
        "minimum": lambda least, value: not isinstance(value, int | float) or value >= least,
        "pattern": lambda text, value: not isinstance(value, str) or bool(re.search(text, value)),
    }
)


def surely_keeps(schema: Mapping[str, Any], value: Any) -> bool:
    """Tell whether a value keeps a schema, where that is easily told; False says nothing.

    The schema must be a right one.
    """
    return all(
        keyword in _ABOUT_IT or (keyword in _KEEPS and _KEEPS[keyword](told, value))
        for keyword, told in schema.items()
    )


def _listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds
