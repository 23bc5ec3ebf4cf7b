"""What platforms tell of inputs, in whichever form, becomes one JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.contracts.shapes import input_schema
from airflow_provider_flows.schemas import schema_problem

ONE = {"type": "object", "properties": {"plate": {"type": "string"}}, "required": ["plate"]}


@pytest.mark.parametrize(
    ("found", "schema"),
    [
        (ONE, ONE),
        ({"type": "object"}, {"type": "object"}),
        ({"properties": {"a": {}}}, {"properties": {"a": {}}}),
        ([{"name": "plate", "type": "text", "required": True}], ONE),
        ([{"key": "plate", "type": "str", "required": True}], ONE),
        ({"plate": {"type": "string", "required": True}}, ONE),
        ({"plate": "string"}, {"type": "object", "properties": {"plate": {"type": "string"}}}),
        (
            {"n": {"type": "int", "default": 3}},
            {"type": "object", "properties": {"n": {"type": "integer", "default": 3}}},
        ),
        (
            # Airflow's params: https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/params.html
            {
                "day": {
                    "value": None,
                    "schema": {"type": "string", "format": "date"},
                    "description": "Of the report.",
                }
            },
            {
                "type": "object",
                "properties": {"day": {"type": "string", "format": "date", "description": "Of the report."}},
                "required": ["day"],
            },
        ),
        (
            {"day": {"value": "today", "schema": {"type": ["null", "string"]}, "description": None}},
            {"type": "object", "properties": {"day": {"type": ["null", "string"], "default": "today"}}},
        ),
        (
            [{"id": "size", "type": "select", "options": [{"value": "s"}, {"value": "l"}]}],
            {"type": "object", "properties": {"size": {"enum": ["s", "l"]}}},
        ),
        ({}, {"type": "object", "properties": {}}),
        ([], {"type": "object", "properties": {}}),
    ],
)
def test_a_form_is_understood(found: Any, schema: Any) -> None:
    """A JSON Schema stays what it is; names with what is said of them, and lists of such, become one."""
    assert input_schema(found) == schema
    assert schema_problem(input_schema(found)) is None


@pytest.mark.parametrize("found", [None, "text", 3, ["plate"], [{"type": "string"}], {"a": 1}, {"a": [1]}])
def test_what_tells_nothing_is_not_guessed(found: Any) -> None:
    """What is no description of inputs gives none."""
    assert input_schema(found) is None
