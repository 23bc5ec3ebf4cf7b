"""What holds of every search, whatever is looked for and whatever is listed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.candidates import CLOCK_SLACK, Candidate, match
from airflow_provider_flows.protocol.runs import RunOrder
from tests.protocol.listed import INPUTS, KEY, QUEST, SINCE, UNTIL, candidate, found

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)
inputs = st.dictionaries(st.text(), values, max_size=4)


def _shuffled(value: Any) -> Any:
    """Return the value with the members of its mappings the other way round."""
    if isinstance(value, dict):
        return {key: _shuffled(value[key]) for key in reversed(value)}
    return [_shuffled(item) for item in value] if isinstance(value, list) else value


@given(inputs)
def test_a_run_is_found_by_the_inputs_it_was_given(sent: dict[str, Any]) -> None:
    """Whatever the inputs, the run that got them matches, however its platform orders their members."""
    quest = replace(QUEST, order=RunOrder("f", sent))
    assert found(quest, candidate(inputs=_shuffled(json.loads(json.dumps(sent))))) == ["r"]


few: st.SearchStrategy[Any] = st.sampled_from([None, False, True, 0, 1, 1.0, 2, "1", "", []])
alike = st.dictionaries(
    st.sampled_from("ab"), few | st.lists(few, max_size=2) | st.dictionaries(few.map(str), few)
)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: of Python's equality only `1 == True` is none of JSON's."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


@given(alike, alike)
def test_inputs_match_if_and_only_if_they_are_the_same_json(
    sent: dict[str, Any], told: dict[str, Any]
) -> None:
    """Inputs that look much alike are told apart wherever JSON tells them apart."""
    quest = replace(QUEST, order=RunOrder("f", sent))
    assert bool(found(quest, candidate(inputs=told))) == _same(sent, told)


runs = st.builds(
    candidate,
    run_id=st.sampled_from("abcdef"),
    flow_id=st.sampled_from(["f", "g"]),
    started_at=st.none() | st.floats(SINCE - 200, UNTIL + 200),
    inputs=st.sampled_from([None, {}, INPUTS, {"plate": "P-1"}]),
    name=st.sampled_from([None, KEY, "nightly"]),
)


@given(
    st.lists(runs, max_size=8),
    st.frozensets(st.sampled_from("abcdef")),
    st.sampled_from([None, "plate", "absent"]),
    st.sampled_from([None, KEY, "nightly"]),
)
def test_a_match_keeps_every_promise(
    listed: list[Candidate], claimed: frozenset[str], correlation: str | None, name: str | None
) -> None:
    """A match is of the flow, unclaimed, in time and alike, and each is judged by itself."""
    quest = replace(QUEST, claimed=claimed, correlation_input=correlation)
    matches = match(quest, listed, name)
    assert matches == [each for each in listed if match(quest, [each], name)]
    for each in matches:
        assert each.run.handle.flow_id == "f"
        assert each.run.handle.run_id not in claimed
        assert name in (None, each.name)
        if each.started_at is not None:
            assert SINCE - CLOCK_SLACK <= each.started_at <= UNTIL + CLOCK_SLACK
        if name != KEY:
            assert each.started_at is not None
            assert each.inputs is not None
            assert each.inputs == INPUTS or (correlation == "plate" and each.inputs["plate"] == "P-1")


@given(st.lists(runs, max_size=8), st.frozensets(st.sampled_from("abcdef")))
def test_a_claim_only_takes_away(listed: list[Candidate], claimed: frozenset[str]) -> None:
    """To know of more runs of others never brings a new match."""
    free = match(QUEST, listed)
    assert match(replace(QUEST, claimed=claimed), listed) == [
        each for each in free if each.run.handle.run_id not in claimed
    ]
