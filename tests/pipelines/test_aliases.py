"""Aliases, merge keys and duplicate keys: one text that stands for several values, or several for one."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.nodes import MOST_COPIES
from tests.pipelines.here import FILE, marked, split


def test_an_alias_stands_for_a_copy_with_the_places_of_what_it_names() -> None:
    """An error inside is told where it stands, one about the whole where the alias is."""
    text, place = split("a: &x {b: [1, ¦two]}\nc: *x\nd: [*x]\n")
    found = marked(text)
    assert found.data == {"a": {"b": [1, "two"]}, "c": {"b": [1, "two"]}, "d": [{"b": [1, "two"]}]}
    assert found.data["a"] is not found.data["c"]
    assert found.place(("c", "b", 1)) == found.place(("d", 0, "b", 1)) == place
    assert (found.place(("c",)).line, found.place(("d", 0)).line) == (2, 3)


def test_a_key_may_bear_an_anchor() -> None:
    """The text of a key can be named too."""
    assert marked("&k a: 1\nb: *k\n").data == {"a": 1, "b": "a"}


def test_an_alias_of_a_worthless_value_is_worthless() -> None:
    """A value that was refused is not judged again under another name."""
    found, diagnostics = read_marked("a: &x {b: on}\nc: *x\n", FILE)
    assert [each.code for each in diagnostics] == ["yaml-trap"]
    assert found is not None
    assert found.unusable == {("a", "b"), ("c", "b")}


def test_a_duplicate_key_tells_the_first_and_the_last_one_counts() -> None:
    """As YAML has it; the places are those of the last one."""
    text, place = split("a: {b: 1}\r\nc: 2\r\na: ¦3\r\n")
    found, (duplicate,) = read_marked(text, FILE)
    assert found is not None
    assert found.data == {"a": 3, "c": 2}
    assert found.place(("a",)) == place
    assert (duplicate.code, duplicate.place.line, duplicate.place.column) == ("duplicate-key", 3, 1)
    assert duplicate.notes == ("first given on line 1",)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", {"b": 1, "c": 3}),
        ("a: &x {b: 1}\nd:\n  <<: [*x, {c: 2}, {b: 3}]\n", {"b": 1, "c": 2}),
        ("d: {<<: 5}", {}),
    ],
)
def test_a_merge_key_is_refused_but_followed(text: str, data: Any) -> None:
    """One error is enough: nothing is said to be missing that the merge brings."""
    found, diagnostics = read_marked(text, FILE)
    assert [each.code for each in diagnostics] == ["merge-key"]
    assert found is not None
    assert found.data["d"] == data
    assert all((("d", key) in found.marks) for key in data)


def test_aliases_that_stand_for_too_much_are_refused() -> None:
    """A few lines can't fill the memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    found, diagnostics = read_marked("\n".join(lines), FILE)
    assert found is None
    assert [each.code for each in diagnostics] == ["too-large"]
    assert f"{MOST_COPIES:,}" in diagnostics[0].message
