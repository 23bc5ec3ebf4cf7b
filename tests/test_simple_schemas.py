"""The easy cases of JSON Schema, held against jsonschema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.schemas import violations
from airflow_provider_flows.schemas.simple import surely_keeps

VALUES = st.sampled_from(
    [None, True, False, 0, 1, 1.0, 2, -1, 1.5, "", "a", "ab", "1", [], [1], {}, {"a": 1}]
)
KINDS = st.sampled_from(["string", "boolean", "integer", "number", "array", "object", "null"])
SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "type": KINDS | st.lists(KINDS, min_size=1, unique=True),
        "enum": st.lists(VALUES, min_size=1),
        "minLength": st.integers(0, 2),
        "minimum": st.integers(-1, 2),
        "pattern": st.sampled_from(["a", "^b", "."]),
        "title": st.just("t"),
        "default": VALUES,
        "maxLength": st.integers(0, 2),
    },
)


@settings(deadline=None)
@given(SCHEMAS, VALUES)
def test_what_surely_keeps_a_schema_keeps_it(schema: dict[str, Any], value: Any) -> None:
    """A yes is one of jsonschema's too; a no may be wrong."""
    if surely_keeps(schema, value):
        assert violations(schema, value) == []


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, None),
        ({"type": "string", "minLength": 1, "pattern": "^a"}, "ab"),
        ({"type": ["integer", "null"], "minimum": 1}, 1),
        ({"type": "number"}, 1.5),
        ({"type": "boolean", "title": "x", "description": "y", "default": 1}, True),
        ({"type": "array"}, []),
        ({"type": "object"}, {}),
        ({"type": "null"}, None),
        ({"enum": ["a", 1]}, 1),
        ({"minLength": 5, "minimum": 3, "pattern": "x"}, []),
    ],
)
def test_an_easy_case_is_decided(schema: dict[str, Any], value: Any) -> None:
    """So that nothing has to be imported for it."""
    assert surely_keeps(schema, value)


@pytest.mark.parametrize("schema", [{"items": {}}, {"$ref": "#"}, {"enum": [True]}, {"type": "string"}])
def test_what_is_not_easy_is_left_to_jsonschema(schema: dict[str, Any]) -> None:
    """An unknown keyword, or a value that does not fit at once."""
    assert not surely_keeps(schema, 1)
