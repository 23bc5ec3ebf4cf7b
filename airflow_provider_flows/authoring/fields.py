"""The fields that a spec declares: each a JSON Schema that its default keeps, each secret one hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_provider_flows.authoring.drafts import Draft
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.given import Given, is_usable
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.platforms.fields import OURS, Field
from airflow_provider_flows.schemas import schema_problem

# JSON Schema has many more words; these are the ones that say something of the values that a form can hold.
_WORDS = [
    "type",
    "enum",
    "const",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "prefixItems",
    "contains",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "$defs",
    "$ref",
]
_STANDARD = ("host", "login", "password", "schema", "port", "conn_id", "conn_type", "description", "extra")
# What Airflow hides in its pages and logs, by the name of an extra alone:
# https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/mask-sensitive-values.html
_HIDDEN = re.compile(
    "secret|password|passwd|passphrase|proxy|token|api_key|apikey|access_key|private_key|service_key|authorization"
)


def problems(draft: Draft) -> Iterator[Diagnostic]:
    """Yield what is wrong with the fields of a connection and with the options."""
    for name in ("host", "login", "password"):
        yield from _field(name, draft.get("connection", name))
    for name in draft.names("connection", "extra"):
        given = draft.get("connection", "extra", name)
        yield from _field(name, given)
        yield from _extra(name, given)
    for name in draft.names("options"):
        yield from _field(name, draft.get("options", name))


def _field(name: str, given: Given | None) -> Iterator[Diagnostic]:
    if given is None or not isinstance(given.value, dict) or not is_usable(given.value):
        return
    known = (*OURS, *_WORDS)
    for key, member in given.each():
        if key not in known:
            message = guessed(f"`{key}` is no key of a field, and no word of JSON Schema", key, known)
            yield member.found("unknown-key", message, key=True)
            return
    data = {key: value for key, value in given.value.items() if key in known}
    rules = {"type": "string", **{key: value for key, value in data.items() if key not in OURS}}
    if (problem := schema_problem(rules)) is not None:
        yield given.found(
            "bad-schema", f"the field `{name}` is no JSON Schema: {problem.removeprefix('$')}", key=True
        )
        return
    if "title" in data:
        yield from _default(given, Field.from_spec(name, data))


def _default(given: Given, field: Field) -> Iterator[Diagnostic]:
    default = given.get("default")
    if default is None or default.value is None or "${" in str(default.value):
        return
    for problem in field.problems(default.value):
        yield default.found("bad-schema", f"the default breaks the field's own schema: {problem}")


def _extra(name: str, given: Given | None) -> Iterator[Diagnostic]:
    """Yield what is wrong with a field of a connection's extra alone."""
    if given is None or not isinstance(given.value, dict):
        return
    if name in _STANDARD:
        message = f"`{name}` is a field of every connection"
        yield given.found(
            "bad-name", message, f"declare it as `connection: {{{name}: …}}`, or call it otherwise", key=True
        )
    if given.value.get("secret") is True and not _HIDDEN.search(name):
        note = f"call it {name}_secret or {name}_token: Airflow hides an extra by its name alone"
        yield given.found(
            "secret", f"Airflow would show the secret field `{name}` to everyone", note, key=True
        )
