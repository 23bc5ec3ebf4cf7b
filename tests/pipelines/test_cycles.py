"""Steps that wait for one another."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.cycles import rings
from tests.pipelines.told import FILE, heads, told

NAMES = st.sampled_from("abcdef")
GRAPHS = st.fixed_dictionaries({name: st.lists(NAMES, unique=True) for name in "abcdef"})


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({"a": []}, []),
        ({"a": ["a"]}, [["a", "a"]]),
        ({"a": ["b"], "b": ["a"]}, [["a", "b", "a"]]),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, [["b", "c", "b"]]),
        ({"a": ["b", "c"], "b": ["c"], "c": ["a"]}, [["a", "c", "a"], ["b", "c", "a", "b"]]),
        ({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c", "a"]}, [["a", "b", "a"], ["c", "d", "c"]]),
    ],
)
def test_rings_are_short_and_in_order(needs: dict[str, list[str]], expected: list[list[str]]) -> None:
    """A ring begins with its first step in the file's order, and is the shortest from there."""
    assert list(rings(needs)) == expected


@given(GRAPHS)
def test_every_step_in_a_ring_is_told(needs: dict[str, list[str]]) -> None:
    """Each ring follows what steps wait for, and no step that waits for itself is left out."""
    found = list(rings(needs))
    for ring in found:
        assert ring[0] == ring[-1]
        assert all(need in needs[name] for name, need in pairwise(ring))
    assert {name for ring in found for name in ring} == {
        name for name in needs if name in _behind(name, needs)
    }


def _behind(name: str, needs: dict[str, list[str]]) -> set[str]:
    """Return all that a step waits for, directly or not."""
    seen: set[str] = set()
    waiting = list(needs[name])
    while waiting:
        if (each := waiting.pop()) not in seen:
            seen.add(each)
            waiting += needs[each]
    return seen


def test_a_ring_tells_what_makes_it() -> None:
    """The error stands at the ring's first step, and its notes name the places that make the steps wait."""
    (found,) = told(
        "steps:\n"
        "  before: {run: wisebot/w}\n"
        "  ¦b: {run: wisebot/w, needs: [before, c]}\n"
        "  c: {run: wisebot/w, with: {x: '${steps.b.result}'}}\n"
        "  after: {run: wisebot/w, needs: c}\n"
    )
    assert found.message == "steps wait for one another: b -> c -> b"
    assert found.notes == (f"`b` waits for `c`: {FILE}:5:39", f"`c` waits for `b`: {FILE}:6:34")


@pytest.mark.parametrize(
    "keys",
    [
        "{run: wisebot/w, needs: a}",
        "{run: wisebot/w, with: {x: '${steps.a.result}'}}",
        "{run: wisebot/w, if: '${steps.a.result}'}",
        "{run: wisebot/w, for_each: '${steps.a.results}'}",
        "{run: 'wisebot/${steps.a.result}'}",
    ],
)
def test_a_step_that_waits_for_itself_is_a_ring(keys: str) -> None:
    """Whatever makes it wait."""
    assert heads(f"steps: {{¦a: {keys}}}") == ["cycle: steps wait for one another: a -> a"]


def test_an_unknown_step_is_no_ring() -> None:
    """A step that is not there, or is itself broken, makes no ring."""
    assert [each.code for each in told("steps:\n  a: {run: wisebot/w, needs: [¦b]}\n")] == ["unknown-step"]
    assert [each.code for each in told("steps:\n  a: {run: wisebot/w, needs: [b]}\n  b: ¦5\n")] == [
        "bad-type"
    ]
