"""Which runs can be the one whose start's answer was lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from airflow_provider_flows.protocol.candidates import CLOCK_SLACK, match
from airflow_provider_flows.protocol.runs import RunOrder
from tests.protocol.listed import INPUTS, KEY, QUEST, SINCE, UNTIL, candidate, found


def test_every_run_that_can_be_the_one_is_returned() -> None:
    """Nothing is chosen among several, and their order is kept; of none there is none."""
    listed = [candidate("b"), candidate("x", inputs={}), candidate("a"), candidate("y", started_at=0.0)]
    assert match(QUEST, listed) == [listed[0], listed[2]]
    assert match(QUEST, []) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"flow_id": "g"}, "of another flow"),
        ({"started_at": SINCE - CLOCK_SLACK - 1}, "begun before the intent"),
        ({"started_at": UNTIL + CLOCK_SLACK + 1}, "begun after the start can have arrived"),
        ({"started_at": None}, "begun nobody says when"),
        ({"inputs": {**INPUTS, "plate": "P-2"}}, "of other inputs"),
        ({"inputs": {**INPUTS, "more": None}}, "of more inputs"),
        ({"inputs": {}}, "of no inputs"),
        ({"inputs": None}, "of inputs that nobody tells"),
        ({"run_id": "theirs"}, "claimed by somebody else"),
    ],
)
def test_another_run_is_not_taken_for_it(changes: Mapping[str, Any], why: str) -> None:
    """What isn't told is never taken to be equal, and neither is anything that differs."""
    quest = replace(QUEST, claimed=frozenset({"theirs"}))
    assert found(quest, candidate()) == ["r"]
    assert found(quest, candidate(**changes)) == [], why


@pytest.mark.parametrize("moment", [SINCE - CLOCK_SLACK, SINCE, UNTIL, UNTIL + CLOCK_SLACK])
def test_clocks_may_differ_a_little(moment: float) -> None:
    """The window has its slack on both sides, its ends included."""
    assert found(QUEST, candidate(started_at=moment)) == ["r"]


@pytest.mark.parametrize(
    ("sent", "told", "same"),
    [
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1.5}, {"a": 1.5}, True),
        ({"a": -0.0}, {"a": 0}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 0}, {"a": None}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": (1.0, 2)}, {"a": [1, 2]}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}, True),
        ({"a": None}, {}, False),
        ({"ä": "ü😀"}, json.loads('{"\\u00e4": "\\u00fc\\ud83d\\ude00"}'), True),
        ({"a": float("inf")}, {"a": float("inf")}, True),
    ],
)
def test_inputs_are_compared_as_json(sent: Any, told: Any, *, same: bool) -> None:
    """Order of members and the spelling of numbers don't matter, types do."""
    quest = replace(QUEST, order=RunOrder("f", sent))
    assert found(quest, candidate(inputs=told)) == (["r"] if same else [])


@pytest.mark.parametrize(
    ("sent", "told", "same"),
    [
        ({"key": "k", "a": 1}, {"key": "k", "a": 2, "default": 3}, True),
        ({"key": "k"}, {"key": "l"}, False),
        ({"key": 5}, {"key": 5.0}, True),
        ({"key": 5}, {"key": "5"}, False),
        ({"key": {"a": [1]}}, {"key": {"a": [1]}}, True),
        ({"key": "k"}, {"a": "k"}, False),
        ({"a": 1}, {"a": 1}, False),
        ({"a": 1}, {"a": 1, "key": None}, False),
        ({"key": None}, {"key": None}, False),
        ({"key": "k"}, None, False),
    ],
)
def test_a_correlation_input_stands_for_all_inputs(sent: Any, told: Any, *, same: bool) -> None:
    """Only its value is compared, exactly; without a value of our own nothing matches."""
    quest = replace(QUEST, order=RunOrder("f", sent), correlation_input="key")
    assert found(quest, candidate(inputs=told)) == (["r"] if same else [])


def test_a_correlation_input_lifts_no_other_condition() -> None:
    """A run with the key that was begun at another time, or is claimed, is another attempt's."""
    quest = replace(QUEST, correlation_input="plate", claimed=frozenset({"first"}))
    early = candidate("early", started_at=SINCE - 3600)
    assert found(quest, candidate("first"), early, candidate("one")) == ["one"]
    assert found(quest, candidate(started_at=None)) == []


def test_a_name_of_the_attempt_tells_enough() -> None:
    """A run of the attempt's own name matches whatever its inputs are, and though its time isn't told."""
    changes: dict[str, Any]
    for changes in ({}, {"inputs": None}, {"inputs": {}}, {"started_at": None}):
        for name in (KEY, f"nightly {KEY}"):
            assert found(QUEST, candidate(name=name, **changes), name=name) == ["r"]


def test_a_name_of_the_attempt_lifts_no_other_condition() -> None:
    """A namesake from another time, of another flow, or claimed, is another run."""
    quest = replace(QUEST, claimed=frozenset({"theirs"}))
    for changes in ({"started_at": SINCE - 3600}, {"flow_id": "g"}, {"run_id": "theirs"}):
        assert found(quest, candidate(name=KEY, **changes), name=KEY) == []


def test_a_run_of_another_name_is_another_run() -> None:
    """Where we name runs, equal inputs are not enough, and neither is a name that nobody tells."""
    for name in ("other", None, KEY + "0", ""):
        assert found(QUEST, candidate(name=name), name=KEY) == []
        assert found(QUEST, candidate(name=name), name="nightly") == []


def test_a_name_that_is_not_the_attempts_own_is_not_enough() -> None:
    """Many runs may be called nightly, so time and inputs must fit too."""
    assert found(QUEST, candidate(name="nightly"), name="nightly") == ["r"]
    changes: dict[str, Any]
    for changes in ({"inputs": {}}, {"inputs": None}, {"started_at": None}, {"started_at": SINCE - 3600}):
        assert found(QUEST, candidate(name="nightly", **changes), name="nightly") == []


@pytest.mark.parametrize("task", [{}, {"key": ""}, {"key": None}])
def test_no_name_is_the_own_one_of_an_attempt_without_a_key(task: Mapping[str, Any]) -> None:
    """An empty key is part of every name, and proves nothing."""
    quest = replace(QUEST, order=replace(QUEST.order, task=task))
    assert found(quest, candidate(name="nightly", inputs={}), name="nightly") == []
