"""Names that are near to an unknown one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.near import did_you_mean, listed, near
from airflow_provider_flows.pipelines.unknown_keys import meant


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("schedul", ["steps", "schedule"], "schedule"),
        ("SCHEDULE", ["steps", "schedule"], "schedule"),
        ("aa", ["b", "a"], "a"),
        ("zzz", ["steps"], None),
        ("", ["steps"], None),
        ("x", [], None),
        ("s" * 10_000, ["s" * 9_999], None),
        ("Ab", ["ab", "AB"], "ab"),
    ],
)
def test_the_nearest_name_is_found(name: str, known: list[str], found: str | None) -> None:
    """In any case of letters; of two that differ in it only, the first; none for a name that nobody types."""
    assert near(name, known) == found
    assert did_you_mean(name, known) == (f" Did you mean `{found}`?" if found else "")


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=5))
def test_what_is_near_is_known(name: str, known: list[str]) -> None:
    """A guess is always one of the names; a name that is known is its own nearest, but for its case."""
    found = near(name, known)
    assert found is None or found in known
    if name and name in known:
        assert found is not None
        assert found.casefold() == name.casefold()


def test_a_list_of_names_is_cut() -> None:
    """A note stays a line."""
    assert listed(["a", "b"]) == "a, b"
    assert listed("abcde", 3) == "a, b, c, …"
    assert listed([]) == ""


def test_a_key_may_be_meant_by_a_word_of_another_tool() -> None:
    """Airflow's own words lead to ours where ours can stand; else a slip does."""
    assert meant("depends_on", ["run", "needs"]) == "needs"
    assert meant("depends_on", ["run"]) is None
    assert meant("run_", ["run", "needs"]) == "run"
