"""What an expression speaks of, read from its syntax tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.uses import Name, uses

RESULT = ("steps", "a", "result")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("steps.a.result", [RESULT]),
        ("steps.a.result.wells", [(*RESULT, "wells")]),
        ('steps."my-step".result', [("steps", "my-step", "result")]),
        ("@.params.x", [("params", "x")]),
        ("steps.a.results[0].x", [("steps", "a", "results")]),
        ("steps.a.result[1:2]", [RESULT]),
        ("steps.a.result[]", [RESULT]),
        ("steps.a.result[*].x", [RESULT]),
        ("steps.a.result.*.x", [RESULT]),
        ("steps.a.result | length(@)", [RESULT]),
        ("steps.a.[result, run_id]", [RESULT, ("steps", "a", "run_id")]),
        ("{a: steps.a.result, p: params.p}", [RESULT, ("params", "p")]),
        ("not_null(steps.a.result, params.p)", [RESULT, ("params", "p")]),
        ("steps.a.result || item && !index", [RESULT, ("item",), ("index",)]),
        ("params.n > `3`", [("params", "n")]),
        ("keys(params)", [("params",)]),
        ("steps.*.result", [("steps",)]),
        ("!steps.a.result", [("steps",)]),
        ("@", [()]),
        ("[0]", [()]),
        ("'x'", []),
    ],
)
def test_names_are_followed_as_far_as_there_are_only_fields(text: str, names: list[Name]) -> None:
    """A name ends where an expression does anything else than going to a field; what is taken whole is so."""
    assert set(uses(text).names) == set(names)
    assert uses(text).fault is None
    assert uses(text).of_elements == ()


@pytest.mark.parametrize("text", ["!a.b", "(!a).b", "!a.b[0]", "x || !a[]", "!a[?b]", "!a.*", "[!a.b]"])
def test_what_is_sought_in_a_not_is_noticed(text: str) -> None:
    """JMESPath's `!` takes only what stands next to it, and what it gives has no fields."""
    assert uses(text).asks_a_not


@pytest.mark.parametrize("text", ["!(a.b)", "!a", "!a[0]", "!contains(a.b, 'x')", "!a && b.c", "a[?!b]"])
def test_other_nots_are_left_alone(text: str) -> None:
    """A `!` before a whole expression means what it says."""
    assert not uses(text).asks_a_not


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("steps.a.result[?owner == params.x]", [("owner",), ("params", "x")]),
        ("sort_by(steps.a.result, &params.x)", [("params", "x")]),
        ("map(&[item, @], steps.a.result)", [("item",)]),
        ("steps.a.result[].{a: y.z}", [("y", "z")]),
        ("steps.a.result[0] | (a || b)", [("a",), ("b",)]),
        ("steps.a.result[?a][?b]", [("a",), ("b",)]),
    ],
)
def test_names_of_elements_are_told_apart(text: str, names: list[Name]) -> None:
    """Within a filter, a function's `&` and a choice of an element's fields, a name is the element's."""
    assert uses(text).names == (RESULT,)
    assert set(uses(text).of_elements) == set(names)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it is empty"),
        ("steps.a.result.[", "it ends too early"),
        ("a b", "unexpected token: b, at its character 3"),
        ("a..b", "unexpected `.`, at its character 3"),
        ("'x", "unclosed ' delimiter, at its character 1"),
        ("%", "unknown token %, at its character 1"),
        ("lenght(@)", "lenght() is no function of JMESPath"),
        ("a" * 5001, "it has 5,001 characters; 5,000 are the most"),
        ("length(a, b)", "length() takes 1 argument(s), not 2"),
    ],
)
def test_what_is_no_expression_says_why(text: str, fault: str) -> None:
    """The reason is short and leaves the expression out, which the error shows beside it."""
    assert uses(text).fault == fault
    assert uses(text).names == ()


@pytest.mark.filterwarnings("ignore:deprecated string literal syntax")  # `a` for 'a', as many people write it
@given(st.text(alphabet="ab.[]{}()&|?*@!'`\"0:, <=", max_size=20))
def test_any_text_has_names_or_a_fault(text: str) -> None:
    """No text makes the walk fail."""
    found = uses(text)
    assert found.fault is None or found.names == found.of_elements == ()
