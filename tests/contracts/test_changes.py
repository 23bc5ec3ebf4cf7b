"""What changed between two descriptions of inputs, and whether it breaks runs."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.contracts.changes import changes


def schema(**inputs: Any) -> dict[str, Any]:
    """Return a schema of inputs; a name that ends in `_` is required."""
    return {
        "type": "object",
        "properties": {name.rstrip("_"): each for name, each in inputs.items()},
        "required": [name.rstrip("_") for name in inputs if name.endswith("_")],
    }


TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}


@pytest.mark.parametrize(
    ("old", "new", "said", "breaks"),
    [
        (schema(a=TEXT), schema(), "a is gone", True),
        (schema(), schema(a=TEXT), "a is new", False),
        (schema(), schema(a_=TEXT), "a is new and required", True),
        (schema(a=TEXT), schema(a_=TEXT), "a is required now", True),
        (schema(a_=TEXT), schema(a=TEXT), "a is no longer required", False),
        (schema(a=TEXT), schema(a=WHOLE), "a was string and is integer", True),
        (schema(a=WHOLE), schema(a=NUMBER), "a was integer and is number", False),
        (schema(a=WHOLE), schema(a={}), "a was integer and is of any type", False),
        (schema(a={}), schema(a=WHOLE), "a was of any type and is integer", True),
        (schema(a={"enum": ["x", "y"]}), schema(a={"enum": ["x"]}), 'a can\'t be ["y"] any more', True),
        (schema(a={"enum": ["x"]}), schema(a={"enum": ["x", "y"]}), 'a may also be ["y"]', False),
        (schema(a={}), schema(a={"enum": ["x"]}), 'a must be one of ["x"] now', True),
        (schema(a={"enum": ["x"]}), schema(a={}), "a may be anything now", False),
        (schema(a=WHOLE), schema(a={**WHOLE, "minimum": 1}), "a minimum is 1 (no such limit before)", True),
        (
            schema(a={**WHOLE, "default": 1}),
            schema(a={**WHOLE, "default": 2}),
            "a its default was 1 and is 2",
            False,
        ),
        (schema(a={"items": TEXT}), schema(a={"items": WHOLE}), "a its inner rules changed", True),
    ],
)
def test_a_change_is_named(old: Any, new: Any, said: str, breaks: bool) -> None:
    """Each change has its input, its words, and whether what was right may be wrong now."""
    [change] = changes(old, new)
    assert (f"{change.name} {change.text}", change.breaks) == (said, breaks)


def test_the_same_is_no_change() -> None:
    """Titles and descriptions are for people."""
    assert changes(schema(a=TEXT), schema(a={**TEXT, "title": "A", "description": "An a."})) == []


def test_rules_for_all_inputs_count() -> None:
    """What is said of the inputs together is a change too, with no input's name."""
    [change] = changes(schema(a=TEXT), {**schema(a=TEXT), "additionalProperties": False})
    assert (change.name, change.breaks) == ("", True)
