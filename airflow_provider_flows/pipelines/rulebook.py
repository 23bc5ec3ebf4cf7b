"""Reads the rules of a pipeline file, or of a platform spec, from the JSON Schema that editors use too.

Not by jsonschema: it takes 136 ms to import, and its errors speak of schemas, not of pipelines. Only what our
own schema needs is understood; a test holds the two against each other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Any

from airflow_provider_flows.pipelines.findings import either
from airflow_provider_flows.pipelines.mappings import Members, Shapes
from airflow_provider_flows.pipelines.rules import Check, Items, Number, Rule, Text
from airflow_provider_flows.schemas import schema

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),  # no 2.0: Airflow would get it as it is
    "number": (int, float),
    "null": (NoneType,),
}
_WORDS: Mapping[type, str] = {
    dict: "a mapping",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a whole number",
}
_CODES = {  # of whatever breaks the definition of this name
    "condition": "bad-condition",
    "date": "bad-date",
    "duration_or_null": "bad-duration",
    "group": "bad-name",
    "json_type": "bad-param",
    "param": "bad-param",
    "pipeline_id": "bad-name",
    "positive_duration": "bad-duration",
    "positive_duration_or_null": "bad-duration",
    "schedule": "bad-schedule",
    "step_name": "bad-name",
    "template_name": "bad-name",
}

_OF_PLATFORMS = {"name": "bad-name"}


@cache
def rulebook() -> Rule:
    """Return the rules of a whole pipeline file, or file of defaults."""
    return _Book("pipeline", _CODES).rule({"oneOf": schema("pipeline")["oneOf"]})


@cache
def platform_rules() -> Rule:
    """Return the rules of a whole platform spec."""
    return _Book("platform", _OF_PLATFORMS).rule(schema("platform"))


@dataclass(frozen=True, slots=True)
class _Book:
    """Makes rules of the parts of one schema.

    :param codes: the kind of errors, by the name of the definition that is broken
    """

    name: str
    codes: Mapping[str, str]

    def rule(self, node: Mapping[str, Any], code: str | None = None, must: str | None = None) -> Rule:
        """Return the rule of one part of the schema; the kind and the words of what is around it win."""
        node, own = self._resolved(node)
        code, must = code or own, must or node.get("errorMessage")
        if "oneOf" in node:
            checks = _of_branches([self.rule(each, code, must) for each in node["oneOf"]], code)
        else:
            checks = {each: self._check(node, each, code, must or "") for each in _types(node)}
        if must is None:
            words = [word for each, word in _WORDS.items() if each in checks]
            must = f"must be {either(words or ['left out'])}"
        return Rule(code, must, checks)

    def _resolved(self, node: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
        """Return a part of the schema without its `$ref`, and the kind of its errors; what is nearer wins."""
        code = None
        while "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            code = code or self.codes.get(name)
            own = {key: node[key] for key in node if key != "$ref"}
            node = {**schema(self.name)["$defs"][name], **own}
        return node, code

    def _check(self, node: Mapping[str, Any], kind: type, code: str | None, must: str) -> Check | None:
        """Return what looks at a value of a type, None where there is nothing more to say of it."""
        code = code or "bad-value"
        if kind is str and not {"const", "enum", "minLength", "maxLength", "pattern"}.isdisjoint(node):
            return _text(node, code, must)
        if kind in (int, float) and "minimum" in node:
            return Number(code, node["minimum"])
        if kind is list and "items" in node:
            return Items(code, self.rule(node["items"]), node.get("minItems", 0))
        if kind is dict and not {"properties", "additionalProperties"}.isdisjoint(node):
            return self._members(node)
        return None

    def _members(self, node: Mapping[str, Any]) -> Members:
        others = node.get("additionalProperties", {})
        names = self._resolved(node["propertyNames"]) if "propertyNames" in node else None
        return Members(
            title=node.get("title", ""),
            members={key: self.rule(each) for key, each in node.get("properties", {}).items()},
            others=None if others is False else self.rule(others),
            names=names and _text(names[0], names[1] or "bad-name", names[0]["errorMessage"]),
            required=tuple(node.get("required", ())),
            required_either=tuple(key for each in node.get("anyOf", ()) for key in each["required"]),
            least=node.get("minProperties", 0),
            is_of_pipeline=self.name == "pipeline",
        )


def _types(node: Mapping[str, Any]) -> list[type]:
    if words := _words(node):
        return [*dict.fromkeys(map(type, words))]
    names = node.get("type", list(_TYPES))
    return [each for name in ([names] if isinstance(names, str) else names) for each in _TYPES[name]]


def _words(node: Mapping[str, Any]) -> list[Any]:
    return node["enum"] if "enum" in node else [node["const"]] if "const" in node else []


def _of_branches(branches: list[Rule], code: str | None) -> dict[type, Check | None]:
    """Return what looks at a value that may be one of several; only mappings need be told apart further."""
    checks = {kind: check for rule in branches for kind, check in rule.checks.items()}
    shapes = [check for rule in branches if isinstance(check := rule.checks.get(dict), Members)]
    if len(shapes) < 2:
        return checks
    tag = next(
        key
        for shape in shapes
        for key, rule in shape.members.items()
        if rule.text is not None and len(rule.text.words) == 1
    )
    tagged = tuple(
        (text, each) for each in shapes if tag in each.members and (text := each.members[tag].text)
    )
    untagged = next((each for each in shapes if tag not in each.members), None)
    checks[dict] = Shapes(code or "bad-value", tag, tagged, untagged)
    return checks


def _text(node: Mapping[str, Any], code: str, must: str) -> Text:
    words = tuple(each for each in _words(node) if isinstance(each, str))
    pattern = re.compile(node.get("pattern", ""))
    return Text(code, must, pattern, words, node.get("minLength", 0), node.get("maxLength", math.inf))
