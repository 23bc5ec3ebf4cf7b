"""JSON Schemas that ship with the package, and checking against any schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands in JSON-like data: names and indices, from the outside in."""

LONGEST_PROBLEM = 300  # jsonschema quotes the value, which may be all of somebody's inputs


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the shipped schema `<name>.schema.json`."""
    text = (files(__name__) / f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def violations(schema: Mapping[str, Any], value: Any) -> list[tuple[Path, str]]:
    """Return every way in which the value breaks the schema, as (path, text), by path.

    The schema itself is taken to be right: `schema_problem` tells.
    """
    from referencing.exceptions import Unresolvable

    try:
        errors = list(_ready(schema).iter_errors(value))
    except Unresolvable as error:
        return [((), f"the schema's $ref {error.ref!r} leads nowhere; nothing is fetched for it")]
    except RecursionError:
        return [((), "the schema leads back to itself without an end, by its $ref")]
    found = [(tuple(error.absolute_path), _shortened(error.message)) for error in errors]
    return sorted(found, key=lambda each: [(isinstance(part, str), part) for part in each[0]])


def path_text(path: Path) -> str:
    """Return a path as JSONPath writes it, without the leading `$`: `.plates[0].name`."""
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" if part.isidentifier() else f"[{part!r}]"
        for part in path
    )


def schema_problem(schema: Any) -> str | None:
    """Return why a value is no JSON Schema, None when it is one."""
    from jsonschema.exceptions import SchemaError

    if not isinstance(schema, Mapping):
        return f"a JSON Schema is a mapping, not {type(schema).__name__}"
    if not isinstance(schema.get("$schema", ""), str):
        return "$.$schema: it must be a text"
    try:
        _validator(schema).check_schema(dict(schema))
    except SchemaError as error:
        return f"{error.json_path}: {_shortened(error.message)}"
    return None


def _validator(schema: Mapping[str, Any]) -> type[Validator]:
    from jsonschema import Draft202012Validator  # 136 ms cold: only where something is checked
    from jsonschema.validators import validator_for

    return validator_for(schema, default=Draft202012Validator)


def _ready(schema: Mapping[str, Any]) -> Validator:
    """Return a validator of the schema; building one takes longer than most of its checks."""
    try:
        return _ready_for(json.dumps(schema, default=dict))
    except (TypeError, ValueError):  # a value that YAML has and JSON has not, such as a date
        return _built(schema)


@lru_cache(maxsize=256)
def _ready_for(text: str) -> Validator:
    return _built(json.loads(text))


def _built(schema: Mapping[str, Any]) -> Validator:
    from referencing import Registry

    here_only: Registry[Any] = Registry()  # else jsonschema would fetch what a `$ref` names
    return _validator(schema)(schema, registry=here_only)


def _shortened(text: str) -> str:
    return (
        text
        if len(text) <= LONGEST_PROBLEM
        else f"{text[: LONGEST_PROBLEM // 2]} … {text[-LONGEST_PROBLEM // 2 :]}"
    )
