"""The fingerprint tells one wish from another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.journal.fingerprint import fingerprint

PARTS = st.dictionaries(
    st.text(max_size=3), st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2), max_size=4
)


@given(PARTS, PARTS)
def test_only_equal_wishes_have_equal_fingerprints(one: dict[str, object], other: dict[str, object]) -> None:
    """Two wishes have the same fingerprint where they are the same, and nowhere else."""
    assert (fingerprint(one) == fingerprint(other)) is (one == other)


def test_the_order_of_keys_does_not_matter() -> None:
    """A mapping that was put together in another order is the same wish."""
    assert fingerprint({"a": 1, "b": {"c": 2, "d": 3}}) == fingerprint({"b": {"d": 3, "c": 2}, "a": 1})


@pytest.mark.parametrize(
    ("parts", "known"),
    [
        ({}, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        ({"b": [1], "a": Path("/x")}, "35e781a9d598fac4c055f7e91010919e2673de45c2cb39e8158c850fcf0744bf"),
    ],
)
def test_a_fingerprint_is_the_same_in_every_process(parts: dict[str, object], known: str) -> None:
    """An entry that another process, or another release, has written is compared with its fingerprint."""
    assert fingerprint(parts) == known
