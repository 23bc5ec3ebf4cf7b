"""JSON Schemas that ship with the package, and checking against any schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the shipped schema `<name>.schema.json`."""
    text = (files(__name__) / f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def violations(schema: Mapping[str, Any], value: Any) -> list[tuple[str, str]]:
    """Return every way in which the value breaks the schema, as (path, text), in the value's order.

    The path is JSONPath without its `$`, empty for the value as a whole. The schema itself is taken to be
    right: `schema_problem` tells.
    """
    found = sorted(_validator(schema)(schema).iter_errors(value), key=lambda error: error.json_path)
    return [(error.json_path[1:], error.message) for error in found]


def schema_problem(schema: Any) -> str | None:
    """Return why a value is no JSON Schema, None when it is one."""
    from jsonschema.exceptions import SchemaError

    if not isinstance(schema, Mapping):
        return f"a JSON Schema is a mapping, not {type(schema).__name__}"
    try:
        _validator(schema).check_schema(dict(schema))
    except SchemaError as error:
        return f"{error.json_path}: {error.message}"
    return None


def _validator(schema: Mapping[str, Any]) -> type[Validator]:
    from jsonschema import Draft202012Validator  # 136 ms cold: only where something is checked
    from jsonschema.validators import validator_for

    return validator_for(schema, default=Draft202012Validator)
