"""State words: one spelling for many, and which of several meanings wins."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.platforms.states import SETTABLE, VOCABULARY, plain, word_table
from airflow_provider_flows.protocol.runs import RunState


@given(st.sampled_from(sorted(VOCABULARY)), st.data())
def test_spelling_does_not_matter(word: str, data: st.DataObject) -> None:
    """Case, spaces, `_` and `-` make no other word."""
    spelled = "".join(
        data.draw(st.sampled_from(["", " ", "_", "-"])) + data.draw(st.sampled_from([each, each.upper()]))
        for each in word
    )
    assert plain(f" {spelled}\n") == word


@given(st.text() | st.integers() | st.booleans() | st.floats())
def test_plain_words_stay_plain(word: Any) -> None:
    """A word's plain form is its own plain form, so that tables and answers meet."""
    assert plain(plain(word)) == plain(word)


@pytest.mark.parametrize(
    ("word", "same"), [(3, "3"), (3.0, "3"), (True, "true"), ("  In Progress ", "inprogress")]
)
def test_numbers_and_booleans_are_words_too(word: Any, same: str) -> None:
    """A status number is the same word as an integer, as a float and as a text."""
    assert plain(word) == same


def test_the_connection_wins_over_the_spec_and_the_spec_over_the_vocabulary() -> None:
    """Of three tables the nearest to the user counts."""
    assert word_table({}, {})["completed"] is RunState.SUCCESS
    spec = {"failed": ["Completed", 9]}
    assert word_table(spec, {})["completed"] is RunState.FAILED
    assert word_table(spec, {})["9"] is RunState.FAILED
    mapped = word_table(spec, {"skipped_states": ["COM-PLETED"], "running_states": None})
    assert mapped["completed"] is RunState.SKIPPED
    assert mapped["9"] is RunState.FAILED


@given(st.sets(st.sampled_from(SETTABLE), min_size=2))
def test_a_word_in_two_settings_is_never_a_success_by_mistake(states: set[RunState]) -> None:
    """Of two meanings that a user gave a word, failure wins, then cancelled, then success."""
    table = word_table({}, {f"{state.value}_states": ["word"] for state in states})
    order = [RunState.FAILED, RunState.CANCELLED, RunState.SUCCESS, RunState.SKIPPED, RunState.RUNNING]
    assert table["word"] is min(states, key=order.index)


def test_the_vocabulary_gives_each_word_one_meaning() -> None:
    """No word stands in two lists, and a word that waits for a person ends nothing."""
    assert VOCABULARY["pending"] is RunState.QUEUED
    for word in ("paused", "suspended", "waitingforapproval", "onhold", "cancelling"):
        assert not VOCABULARY[word].is_terminal
    for word, state in {
        "crashed": RunState.FAILED,
        "timedout": RunState.FAILED,
        "stopped": RunState.CANCELLED,
        "canceled": RunState.CANCELLED,
        "ok": RunState.SUCCESS,
        "skipped": RunState.SKIPPED,
    }.items():
        assert VOCABULARY[word] is state
    assert all(plain(word) == word for word in VOCABULARY)
