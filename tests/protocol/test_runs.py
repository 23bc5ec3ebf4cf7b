"""Runs and handles as values: small, JSON, and the same after a round trip."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState

HANDLES = st.builds(
    RunHandle, st.text(), st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=3)
)

STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(HANDLES)
def test_a_handle_survives_a_round_trip_as_json(handle: RunHandle) -> None:
    """A handle is the same after XCom, a trigger's arguments or a file."""
    assert RunHandle.from_json(json.loads(json.dumps(handle.to_json()))) == handle


@given(
    st.builds(
        Run,
        HANDLES,
        st.sampled_from(RunState),
        STORABLE,
        STORABLE,
        st.just(["of any size"]),
        st.booleans(),
    )
)
def test_an_event_survives_a_round_trip_without_its_result(run: Run) -> None:
    """A trigger's event holds the run as it stood, and never a result."""
    event = json.loads(json.dumps(run.to_event()))
    back = Run.from_event(event)
    assert (back.handle, back.state, back.raw_state, back.message) == (
        run.handle, run.state, run.raw_state, run.message,
    )  # fmt: skip
    assert (back.result, back.has_result) == (None, False)
    assert set(event) == {"handle", "state", "raw_state", "message"}


@pytest.mark.parametrize("odd", ["\0", "\ud800"])
def test_an_event_holds_what_every_database_takes(odd: str) -> None:
    """PostgreSQL refuses NUL and half a surrogate pair, so another character stands for each."""
    run = Run(RunHandle("p", "f", "r"), RunState.UNKNOWN, f"a{odd}b", f"c{odd}d")
    event = run.to_event()
    assert event["raw_state"][::2] == "ab"
    assert event["message"][::2] == "cd"
    assert odd not in event["raw_state"] + event["message"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"platform": "x", "flow_id": "f"}, "run_id missing or malformed"),
        ({"platform": 1, "flow_id": None, "run_id": "r"}, "platform, flow_id missing or malformed"),
        ({"platform": "x", "flow_id": "f", "run_id": "r", "context": "ws"}, "context missing or malformed"),
        (
            {"platform": "x", "flow_id": "f", "run_id": "r", "context": {"a": 1}},
            "context missing or malformed",
        ),
        ({}, "platform, flow_id, run_id missing"),
        ("r-1", "not a run's handle, but str"),
        (None, "not a run's handle, but NoneType"),
    ],
)
def test_what_is_no_handle_is_an_error(data: Any, said: str) -> None:
    """A handle that was mangled on its way is named, without its content."""
    with pytest.raises(ValueError, match=said):
        RunHandle.from_json(data)


@pytest.mark.parametrize("context", [None, {}])
def test_a_handle_without_context_is_fine(context: Any) -> None:
    """Most platforms need no more than the ids."""
    data = {"platform": "x", "flow_id": "f", "run_id": "r", "context": context}
    assert RunHandle.from_json(data) == RunHandle("x", "f", "r")


@pytest.mark.parametrize(
    "event",
    [
        None,
        "done",
        {},
        {"handle": "r"},
        {"handle": {}, "state": "success"},
        {"handle": RunHandle("x", "f", "r").to_json(), "state": "over"},
        {"handle": RunHandle("x", "f", "r").to_json()},
    ],
)
def test_what_is_no_event_is_an_error(event: Any) -> None:
    """An event that is not ours never passes for a run."""
    with pytest.raises(ValueError, match=r"not an event|not a run's handle|is not a valid RunState"):
        Run.from_event(event)


def test_a_handle_knows_its_variant_and_says_what_it_is() -> None:
    """Texts about a run name its id, flow and platform; a run without an id says so."""
    handle = RunHandle("wisebot", "f", "", {"variant": "webhook"})
    assert handle.variant == "webhook"
    assert RunHandle("wisebot", "f", "r").variant is None
    assert str(handle) == "run (no id) of flow f on wisebot"
    assert str(RunHandle("scade", "f", "7")) == "run 7 of flow f on scade"


def test_four_states_are_the_end() -> None:
    """A run is over when the platform said so, and an unknown word never says so."""
    over = {RunState.SUCCESS, RunState.FAILED, RunState.CANCELLED, RunState.SKIPPED}
    assert {state for state in RunState if state.is_terminal} == over
    assert RunState("success") is RunState.SUCCESS
