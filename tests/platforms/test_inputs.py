"""Inputs: what JSON cannot say and what a schema forbids is found before anything is sent."""

from __future__ import annotations

import json
from collections import UserDict, deque
from contextlib import suppress
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.platforms.inputs import checked_inputs, json_problems, plain_json
from airflow_provider_flows.protocol.errors import InputsError
from tests.platforms.known import build, order

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), PLAIN))
def test_plain_json_passes_unchanged(inputs: dict[str, Any]) -> None:
    """What JSON can say is sent as it is."""
    assert checked_inputs(inputs) == inputs
    assert json.loads(json.dumps(checked_inputs(inputs), allow_nan=False)) == inputs


@given(
    st.dictionaries(st.text(), st.one_of(PLAIN, st.floats(), st.binary(), st.sets(st.integers()), st.dates()))
)
def test_what_passes_can_be_sent(inputs: dict[str, Any]) -> None:
    """Inputs are either refused or can be written as JSON: nothing in between."""
    with suppress(InputsError):
        json.dumps(checked_inputs(inputs), allow_nan=False)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (None, "inputs must be a mapping of names to values, not NoneType"),
        ([("a", 1)], "inputs must be a mapping of names to values, not list"),
        ("{}", "inputs must be a mapping of names to values, not str"),
        ({"a": float("nan")}, "inputs.a: JSON has no nan"),
        ({"a": [{"b": float("-inf")}]}, "inputs.a[0].b: JSON has no -inf"),
        ({"a": {1: "x"}}, "inputs.a: the name 1 is no text"),
        ({"a": b"x"}, "inputs.a: JSON has no bytes; turn it into text or a number first"),
        ({"a": {1, 2}}, "inputs.a: JSON has no set"),
        ({"a": datetime.now(timezone.utc)}, "inputs.a: JSON has no datetime"),
        ({"a": [Decimal(1)]}, "inputs.a[0]: JSON has no Decimal"),
        ({"a": {1}, "b": {2}}, "inputs.a: JSON has no set; turn it into text or a number first; inputs.b: "),
    ],
)
def test_what_json_cannot_say_is_named_with_its_path(inputs: Any, said: str) -> None:
    """The error names every such value and where it stands, and nothing is built."""
    with pytest.raises(InputsError) as caught:
        build("vishwa").start_request(order("vishwa", inputs=inputs))
    assert said in str(caught.value)


def test_other_kinds_of_mappings_and_sequences_become_plain() -> None:
    """Mappings become dicts and sequences lists, at any depth."""
    assert plain_json(UserDict({"a": (1, deque([2]))})) == {"a": [1, [2]]}
    assert list(json_problems(UserDict({"a": (1, deque([2]))}), "inputs")) == []


SCHEMA = {
    "type": "object",
    "required": ["plate", "samples"],
    "properties": {
        "plate": {"type": "string", "minLength": 3},
        "samples": {"type": "array", "items": {"type": "object", "required": ["id"]}},
        "odd name": {"type": "integer"},
    },
    "additionalProperties": False,
}


def test_every_breach_of_the_schema_is_named_with_its_path() -> None:
    """All that is wrong is told at once, in an order that numbers keep."""
    samples = [{"id": 1} for _ in range(12)]
    samples[2] = samples[10] = {}
    with pytest.raises(InputsError) as caught:
        checked_inputs({"plate": "p", "samples": samples, "odd name": "x", "extra": 1}, SCHEMA)
    text = str(caught.value)
    assert text.startswith("the inputs break input_schema in 5 place(s): inputs: ")
    places = [
        "inputs: Additional properties are not allowed ('extra' was unexpected)",
        "inputs['odd name']: 'x' is not of type 'integer'",
        "inputs.plate: 'p' is too short",
        "inputs.samples[2]: 'id' is a required property",
        "inputs.samples[10]: 'id' is a required property",
    ]
    assert [text.index(place) for place in places] == sorted(text.index(place) for place in places)


def test_a_long_value_does_not_flood_the_error() -> None:
    """The schema library quotes the value; ours is cut, with both its ends."""
    with pytest.raises(InputsError) as caught:
        checked_inputs({"plate": ["x" * 10_000]}, {"properties": {"plate": {"type": "string"}}})
    assert len(str(caught.value)) < 500
    assert str(caught.value).endswith("is not of type 'string'")


def test_inputs_that_keep_their_schema_pass() -> None:
    """Good inputs come back, and an empty schema forbids nothing."""
    inputs = {"plate": "p-1", "samples": ({"id": 1},)}
    assert checked_inputs(inputs, SCHEMA) == {"plate": "p-1", "samples": [{"id": 1}]}
    assert checked_inputs(inputs, {}) == checked_inputs(inputs)


def test_files_count_as_present() -> None:
    """What an upload will fill is there for the schema, of whatever type; its namesakes are checked."""
    schema = {
        "required": ["doc", "docs"],
        "properties": {"doc": {"type": "object"}, "docs": {"type": "integer"}},
    }
    assert checked_inputs({"docs": 1}, schema, ["doc"]) == {"docs": 1}
    with pytest.raises(InputsError, match=r"inputs\.docs: 'x' is not of type 'integer'"):
        checked_inputs({"docs": "x"}, schema, ["doc"])
    with pytest.raises(InputsError, match="'docs' is a required property"):
        checked_inputs({}, schema, ["doc"])


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "strnig"}, "input_schema is no JSON Schema: $.type: 'strnig' is not valid"),
        ({"properties": []}, "input_schema is no JSON Schema: $.properties: [] is not of type 'object'"),
        ({"pattern": "("}, "input_schema is no JSON Schema: $.pattern: '(' is not a 'regex'"),
        ([], "input_schema is no JSON Schema: a JSON Schema is a mapping, not list"),
        ("x", "input_schema is no JSON Schema: a JSON Schema is a mapping, not str"),
    ],
)
def test_a_schema_that_is_none_is_an_error(schema: Any, said: str) -> None:
    """A mistake in the schema is told apart from a mistake in the inputs."""
    with pytest.raises(InputsError) as caught:
        checked_inputs({}, schema)
    assert said in str(caught.value)


@pytest.mark.parametrize("reference", ["https://schemas.test/plate.json", "#/$defs/none", "other.json"])
def test_a_schema_fetches_nothing(reference: str) -> None:
    """A reference that leads out of the schema is an error: nothing is sent for it."""
    with pytest.raises(InputsError, match="leads nowhere; nothing is fetched"):
        checked_inputs({"plate": 1}, {"properties": {"plate": {"$ref": reference}}})


def test_a_schema_may_refer_to_itself_and_be_of_an_older_draft() -> None:
    """References inside the schema work, and `$schema` chooses the draft."""
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"plate": {"type": "string"}},
        "properties": {"plate": {"$ref": "#/definitions/plate"}},
    }
    assert checked_inputs({"plate": "p"}, schema) == {"plate": "p"}
    with pytest.raises(InputsError, match=r"inputs\.plate: 1 is not of type 'string'"):
        checked_inputs({"plate": 1}, schema)


def test_a_schema_may_hold_what_yaml_has_and_json_has_not() -> None:
    """A date that YAML made of a text is compared with the text, and breaks it."""
    with pytest.raises(InputsError, match=r"inputs\.day: datetime\.date"):
        checked_inputs({"day": "2026-01-01"}, {"properties": {"day": {"const": date(2026, 1, 1)}}})
