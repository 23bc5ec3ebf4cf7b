"""What a run of a pipeline can be told: JSON Schemas with defaults, as Airflow's trigger form shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.findings import cut
from airflow_provider_flows.pipelines.given import Given, is_usable
from airflow_provider_flows.pipelines.near import near
from airflow_provider_flows.pipelines.secret_shapes import suspicion
from airflow_provider_flows.schemas import path_text, schema_problem, violations
from airflow_provider_flows.schemas.simple import surely_keeps

_SIMPLE = frozenset({"type", "enum", "default", "title", "description"})
_KINDS: Mapping[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
}
# JSON Schema's, and what Airflow's form looks for besides; any other may stand there too, but not by a slip.
_KEYWORDS = (
    *("type", "enum", "const", "default", "title", "description", "examples", "format", "pattern"),
    *("minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems", "properties", "required"),
    *("additionalProperties", "patternProperties", "propertyNames", "minProperties", "maxProperties"),
    *("if", "then", "else", "allOf", "anyOf", "oneOf", "not", "section", "description_md", "values_display"),
)


def params(pipeline: Given) -> dict[str, Mapping[str, Any]]:
    """Return the params of a pipeline that has no errors, each as a JSON Schema."""
    given = pipeline.get("params")
    return {name: schema_of(each.value) for name, each in (given.each() if given is not None else ())}


def problems(pipeline: Given, *, is_scheduled: bool) -> Iterator[Diagnostic]:
    """Yield what is wrong with the params."""
    given = pipeline.get("params")
    for name, each in given.each() if given is not None else ():
        if not isinstance(each.value, dict):
            continue
        yield from _odd_keywords(each)
        if is_scheduled and "default" not in each.value:
            message = f"the param `{name}` has no default, and nobody tells it to a scheduled run"
            yield each.found("bad-param", message, "give it a `default`", key=True)
        if is_usable(each.value):
            yield from _default(name, each)


def schema_of(value: Any) -> Mapping[str, Any]:
    """Return a param's schema; a value that is none is the default, and says the type."""
    if isinstance(value, dict):
        return value
    return {"default": value} if value is None else {"type": _KINDS[type(value)], "default": value}


def _odd_keywords(given: Given) -> Iterator[Diagnostic]:
    for name, each in given.each():
        if name not in _KEYWORDS and (meant := near(name, _KEYWORDS)):
            message = f"`{name}` means nothing in a JSON Schema. Did you mean `{meant}`?"
            yield each.found("unknown-key", message, key=True, is_error=False)


def _default(name: str, given: Given) -> Iterator[Diagnostic]:
    """Yield what is wrong with the schema, or else with the default by it."""
    schema = given.value
    if _is_plain(schema):
        return
    if (problem := schema_problem(schema)) is not None:
        yield given.found("bad-param", f"the param `{name}` is no JSON Schema: {cut(problem, 200)}")
    elif "default" in schema:
        default = given.at("default")
        for path, text in violations(schema, default.value):
            said = f"`default{path_text(path)}`: {text}" if path else _in_json(text)
            said = "" if suspicion(default.path, str(default.value)) else f": {cut(said, 200)}"
            notes = [] if path else _mend(default.value, schema)
            yield default.at(*path).found(
                "bad-param", f"the default of `{name}` breaks its schema{said}", *notes
            )
        yield from _format(name, given)


def _in_json(text: str) -> str:
    """Return what jsonschema says of a value, with the value as YAML and JSON have it, not as Python."""
    words = {"None": "null", "True": "true", "False": "false"}
    first, blank, rest = text.partition(" ")
    return f"{words.get(first, first)}{blank}{rest}"


def _mend(value: Any, schema: Mapping[str, Any]) -> list[str]:
    if schema.get("type") == "string" and isinstance(value, int | float):
        return [f'write "{json.dumps(value)}"']
    return []


def _is_plain(schema: Mapping[str, Any]) -> bool:
    """Tell whether a schema is so simple, and its default so clearly right, that no closer look is needed.

    What the simple keywords may be is a matter of the file's shape.
    """
    return schema.keys() <= _SIMPLE and ("default" not in schema or surely_keeps(schema, schema["default"]))


def _format(name: str, given: Given) -> Iterator[Diagnostic]:
    """Yield that the default is not of its format, which Airflow checks too."""
    from jsonschema import FormatChecker

    form, default = given.value.get("format"), given.value["default"]
    if isinstance(form, str) and isinstance(default, str) and not FormatChecker().conforms(default, form):
        message = f"the default of `{name}` is not of the format {form}"
        yield given.at("default").found("bad-param", message)
