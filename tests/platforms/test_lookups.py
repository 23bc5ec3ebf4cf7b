"""Plain expressions, found without jmespath: what they find is what jmespath finds."""

from __future__ import annotations

from typing import Any

import jmespath
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.platforms.expressions import expression
from airflow_provider_flows.platforms.lookups import lookup

NAMES = st.sampled_from(["a", "b", "c"])
LEAVES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 0.0, 1, "", "x", [], {}, [0], float("nan")]
)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(".".join) | st.just("@")
PLAIN = st.lists(PATHS, min_size=1, max_size=4).map(" || ".join)


@given(text=PLAIN, data=DATA)
def test_a_lookup_finds_what_jmespath_finds(text: str, data: Any) -> None:
    """Names, paths and choices of them find the very same object, whatever the data is."""
    found = lookup(jmespath.compile(text).parsed)
    assert found is not None
    assert found(data) is jmespath.search(text, data)
    assert expression(text, "here")(data) is jmespath.search(text, data)


def test_what_is_not_plain_is_left_to_jmespath() -> None:
    """Indices, functions, filters, and choices among them have no lookup, and still work."""
    for text in ("a[0]", "length(a)", "a || b[0]", "a[?b]", "`1`", "a && b", "!a", "a | b", "[0].b", "'a'"):
        assert lookup(jmespath.compile(text).parsed) is None
    assert expression("a || b[0]", "here")({"b": [1]}) == 1
