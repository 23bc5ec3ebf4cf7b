"""The one expression language: what compiles, what is found, what a template makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.platforms.expressions import compiled, expression, filled, template
from airflow_provider_flows.protocol.errors import ConnectionFieldError, InputsError, SpecError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)
FAILING = [
    "sum(@)", "max(@)", "keys(@)", "length(@)", "ceil(@)", "floor(@)", "abs(@)", "avg(@)", "join('', @)",
    "[::0]", "sort(@)", "sort_by(@, &a)", "max_by(@, &a)", "to_number(@)", "starts_with(@, 'a')", "a.b[0].c",
    "a[?b > `1`]", "contains(@, 'a')", "merge(@, @)", "reverse(@)", "@.*", "not_null(@)", "map(&a, @)",
]  # fmt: skip


@given(data=JSON, text=st.sampled_from(FAILING))
def test_an_expression_never_fails_on_an_answer(data: Any, text: str) -> None:
    """Whatever the answer holds, an expression finds something in it or nothing; it never raises."""
    expression(text, "here")(data)


def test_an_expression_that_fails_finds_nothing() -> None:
    """A wrong type, an impossible number and a depth beyond Python's all count as nothing found."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert expression("sum(@)", "here")(["a"]) is None
    assert expression("ceil(@)", "here")(float("inf")) is None
    assert expression("floor(@)", "here")(float("nan")) is None
    assert expression("[::0]", "here")([1]) is None
    assert expression("to_string(@)", "here")(deep) is None
    assert expression("[].a", "here")({"a": 1}) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a[", "Invalid jmespath"),
        ("", "empty"),
        ("a b", "Unexpected token"),
        ("'a", "Unclosed"),
        ("lenght(@)", "lenght() is no function of JMESPath"),
        ("a[?nope(b)].c", "nope() is no function of JMESPath"),
        ("{x: sort_by(a, &nope(b))}", "nope() is no function of JMESPath"),
        ("length(a, b)", "length() takes 1 argument(s), not 2"),
        ("join(',')", "join() takes 2 argument(s), not 1"),
        ("merge()", "merge() takes 1 argument(s), not 0"),
    ],
)
def test_an_invalid_expression_is_named_with_its_place(text: str, why: str) -> None:
    """What can never work is found when it is compiled, and shown in full with where it stands."""
    with pytest.raises(SpecError) as caught:
        expression(text, "x.yaml:7: start.run_id")
    assert str(caught.value).startswith(
        f"x.yaml:7: start.run_id: not a valid JMESPath expression: {text!r}: "
    )
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_functions_with_any_number_of_arguments_compile() -> None:
    """A function that takes more than it must is no mistake."""
    assert expression("merge(a, b, {c: `1`})", "here")({"a": {"x": 1}, "b": {"x": 2}}) == {"x": 2, "c": 1}
    assert expression("not_null(a, b, c)", "here")({"c": 3}) == 3


NAMES = {
    "flow": "f",
    "n": 5,
    "x": 1.5,
    "yes": True,
    "no": False,
    "none": None,
    "map": {"a": [1]},
    "conn": {"host": "h", "login": None},
    "evil": "${conn.host}",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("plain", "plain"),
        ("${n}", 5),
        ("${map}", {"a": [1]}),
        ("${none}", None),
        ("${no}", False),
        ("a ${n} b ${x}${flow}", "a 5 b 1.5f"),
        ("${yes}/${no}", "true/false"),
        ("$${n}", "${n}"),
        ("$${${n}}", "${5}"),
        ("$$${n}", "$${n}"),
        ("$n ${n}$", "$n 5$"),
        ("${{b: n}.b}", 5),
        ("${{b: {c: map}}.b.c.a[0]}", 1),
        ("${'}'}", "}"),
        ("${'{'}x", "{x"),
        ('${`"}"`}', "}"),
        ("${'it\\'s }'}!", "it's }!"),
        ('${"n"}', 5),
        ("${evil} ${evil}", "${conn.host} ${conn.host}"),
    ],
)
def test_a_template_gives_this_value(text: str, value: Any) -> None:
    """A part that is the whole keeps its type, one inside a text is written out, no value is read again."""
    assert template(text, "here").value(NAMES) == value
    assert filled(compiled(text, lambda: "here"), NAMES) == value


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("a${map}", SpecError, "here: ${map} is a dict, but stands inside a text: 'a${map}'"),
        ("a${none}", SpecError, "here: ${none} is nothing"),
        ("a${nope.x}", SpecError, "here: ${nope.x} is nothing"),
        ("a${conn.login}", ConnectionFieldError, "login is empty, but here needs it"),
    ],
)
def test_a_text_with_a_hole_is_an_error(text: str, error: type[Exception], said: str) -> None:
    """A value that cannot stand inside a text is named, with the text."""
    with pytest.raises(error) as caught:
        template(text, "here").value(NAMES)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["${", "a ${b", "${a.{b}", "${'}", "$${ ${"])
def test_a_part_that_is_never_closed_is_an_error(text: str) -> None:
    """A lost brace is found when the spec is read."""
    with pytest.raises(SpecError, match=r"x\.yaml:3: "):
        template(text, "x.yaml:3: start.post")


@given(st.text())
def test_a_text_without_parts_is_itself(text: str) -> None:
    """A text that holds no `${` is sent as it is, whatever else it holds."""
    if "${" not in text:
        assert template(text, "here").value({}) == text


def test_what_finds_nothing_is_left_out() -> None:
    """A member that finds nothing is not sent; a null inside what was found is kept."""
    body = {
        "a": "${none}",
        "b": {"c": "${none}"},
        "d": "${keep}",
        "e": None,
        "f": ["${none}", 1, "${n}"],
        "g": 7,
    }
    assert filled(compiled(body, _where), {**NAMES, "keep": {"x": None}}) == {
        "b": {},
        "d": {"x": None},
        "f": [None, 1, 5],
        "g": 7,
    }


def test_a_spread_mapping_joins_its_parent() -> None:
    """`...` spreads a mapping beside members that are spelled out; one name in both is refused."""
    body = compiled({"...": "${inputs}", "own": "${own}"}, _where)
    assert filled(body, {"inputs": {"a": 1}, "own": 2}) == {"a": 1, "own": 2}
    assert filled(body, {"inputs": None, "own": 2}) == {"own": 2}
    with pytest.raises(InputsError, match=r"inputs\.own: the platform keeps this name"):
        filled(body, {"inputs": {"own": 1}, "own": None})


def test_a_name_can_be_a_template() -> None:
    """A member's name can come from an option, whatever it holds."""
    body = compiled({"${flow}-${n}": {"data": "${map}"}}, _where)
    assert filled(body, NAMES) == {"f-5": {"data": {"a": [1]}}}


def test_a_place_is_named_down_to_the_member() -> None:
    """The error about a template deep inside a body names its path."""
    with pytest.raises(SpecError, match=r"^json\.a\.1\.b: not a valid JMESPath"):
        compiled({"a": [1, {"b": "${(}"}]}, lambda *path: ".".join(map(str, ("json", *path))))


@given(JSON)
def test_data_is_never_evaluated(data: Any) -> None:
    """Inputs that look like expressions are sent as they are."""
    hostile = {"data": data, "text": "${conn.password}", "${conn.password}": "$${x}"}
    sent = filled(compiled("${inputs}", _where), {"inputs": hostile, "conn": {"password": "s3cret"}})
    assert sent is hostile
    assert "s3cret" not in json.dumps(sent)


def _where(*path: str | int) -> str:
    return f"here {path}"
