"""Filling `${…}` at run time: what is put in, and that nothing that was put in is read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from airflow_provider_flows.pipelines.slots import TextError
from airflow_provider_flows.pipelines.texts import Texts, compiled, fresh_nonce, is_true
from airflow_provider_flows.protocol.errors import SpecError

NAMES: dict[str, Any] = {
    "steps": {"a": {"result": {"wells": [1, 2], "none": None, "id": "x"}}, "skipped": {"result": None}},
    "params": {"n": 5, "yes": True, "text": "t", "many": {f"key{n}": n for n in range(20)}},
    "item": {"deep": [{"a": None}]},
    "index": 0,
    "vars": {"unset": None},
}
HOSTILE = "${params.n} {{ 7 * 7 }} $${x} {% raw %}"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(HOSTILE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def through_jinja(texts: Texts, **names: Any) -> Any:
    """Fill as an operator does: marks, Airflow's rendering, values."""
    nonce = fresh_nonce()

    def rendered(value: Any) -> Any:
        if isinstance(value, str):
            return Environment(autoescape=False).from_string(value).render(**names)  # noqa: S701 - as Airflow does
        if isinstance(value, dict):
            return {key: rendered(member) for key, member in value.items()}
        return [rendered(item) for item in value] if isinstance(value, list) else value

    return texts.filled(rendered(texts.marked(nonce)), NAMES, nonce)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        (7, 7),
        (None, None),
        ("${params.n}", 5),
        ("${steps.a.result.wells}", [1, 2]),
        ("${item}", {"deep": [{"a": None}]}),
        ("${steps.a.result.none}", None),
        ("${steps.skipped.result}", None),
        ("${params.n}/${params.yes}/${params.text}", "5/true/t"),
        (" ${params.n}", " 5"),
        ("$${params.n}", "${params.n}"),
        ("$${a} ${params.n}", "${a} 5"),
        ({"a": ["${index}", {"b": "${params.n}"}]}, {"a": [0, {"b": 5}]}),
        ({"$${a}": "${params.n}"}, {"${a}": 5}),
        (("${index}", 1), [0, 1]),
    ],
)
def test_a_text_becomes_this_value(text: Any, value: Any) -> None:
    """A `${…}` that is the whole text keeps its type, inside a text it is written out; with Jinja or not."""
    texts = compiled(text)
    assert texts.value(NAMES) == value
    assert through_jinja(texts) == value


def test_jinja_and_expressions_stand_side_by_side() -> None:
    """Both languages are filled in one text, each with its own."""
    texts = compiled("${params.n}-{{ ds }}-{% if true %}${params.text}{% endif %}")
    assert through_jinja(texts, ds="2026-01-01") == "5-2026-01-01-t"


def test_a_type_is_the_files_matter_not_the_datas() -> None:
    """A `${…}` beside a `{{ }}` that renders to nothing is still inside a text."""
    assert through_jinja(compiled("${params.n}{{ nothing }}")) == "5"


@given(value=JSON)
def test_nothing_that_was_put_in_is_read_again(value: Any) -> None:
    """A value is given on as it is, whatever it looks like, and what Jinja brings is no expression."""
    names = {"item": value, "params": {"n": 5}}
    texts = compiled({"whole": "${item}", "beside": "{{ hostile }}"})
    nonce = fresh_nonce()
    marked = texts.marked(nonce)
    filled = texts.filled({**marked, "beside": HOSTILE}, names, nonce)
    assert filled["whole"] is value
    assert filled["beside"] == HOSTILE
    assert compiled("a${item}").value({"item": HOSTILE}) == f"a{HOSTILE}"


def test_a_mark_can_not_be_guessed() -> None:
    """What looks like a mark of another rendering is plain text, and no two renderings share marks."""
    texts = compiled("${params.n}")
    other = texts.marked(fresh_nonce())
    nonce = fresh_nonce()
    assert texts.marked(nonce) != other
    assert texts.filled(other, NAMES, nonce) == other


def test_a_mark_is_no_jinja_and_no_json_escape() -> None:
    """A mark is one word, so that neither Jinja nor a native rendering takes it for anything else."""
    mark = compiled("${params.n}").marked(fresh_nonce())
    assert mark.isidentifier()
    assert json.loads(json.dumps(mark)) == mark


def test_the_names_tell_what_to_look_up() -> None:
    """Each name as far as somebody must look it up, once."""
    texts = compiled(
        {
            "a": "${steps.a.result.wells[0]} ${steps.a.result.id}",
            "b": ["${params.n}", "${vars.site.room}", "${dag_run.conf.x}", "${item.deep}", "${index}"],
            "c": "${keys(params)}",
            "d": "${@}",
        }
    )
    assert texts.names == {
        ("steps", "a", "result"),
        ("params", "n"),
        ("vars", "site"),
        ("dag_run", "conf"),
        ("item",),
        ("index",),
        ("params",),
        (),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "x${steps.a.result.nope}",
            "${steps.a.result.nope} (inputs.p) stands inside a text and finds nothing; `steps.a.result` is",
        ),
        ("x${steps.a.result.nope}", "`steps.a.result` is a mapping with the keys wells, none, id"),
        ("x${steps.skipped.result.y}", "finds nothing; `steps.skipped.result` is null"),
        ("x${steps.a.result.none}", "finds nothing; `steps.a.result.none` is null"),
        ("x${vars.unset}", "finds nothing; `vars.unset` is null (set the Airflow Variable unset)"),
        ("x${vars.unset.name}", "finds nothing; `vars.unset` is null (set the Airflow Variable unset)"),
        ("x${nope.y}", "finds nothing; nothing is called `nope`"),
        ("x${`null`}", "finds nothing; it speaks of no name"),
        ("x${params.text.y || params.n.z}", "`params.text` is a text; `params.n` is a number"),
        ("x${params.yes.a}", "`params.yes` is true or false"),
        (
            "x${params.many.a}",
            "the keys key0, key1, key2, key3, key4, key5, key6, key7, key8, key9, key10, key11, …",
        ),
        ("x${item.deep[0].b}", "finds nothing; `item.deep` is a list of 1"),
        (
            "x${item}",
            "${item} (inputs.p) stands inside a text and is a mapping with the keys deep; ${to_string(item)}",
        ),
        ("x${item.deep}", "is a list of 1; ${to_string(item.deep)} writes it out"),
        ("x${`{}`}", "is an empty mapping"),
        (
            "${sum(steps.a.result)}",
            "${sum(steps.a.result)} (inputs.p) fails: sum() takes array-number, not object;",
        ),
        (
            "${steps.a.result.wells[::0]}",
            "fails: slice step cannot be zero; `steps.a.result.wells` is a list of 2",
        ),
    ],
)
def test_what_can_not_be_filled_says_what_there_was(text: str, said: str) -> None:
    """The error names the expression, its place and what there was on the way, but no value."""
    texts = compiled({"p": text}, "inputs")
    with pytest.raises(TextError) as caught:
        texts.value(NAMES)
    assert said in str(caught.value)
    with pytest.raises(TextError):
        through_jinja(texts)


def test_an_error_quotes_no_value() -> None:
    """What a failing function was given may be a secret, so only its type is told."""
    with pytest.raises(TextError) as caught:
        compiled("${sum(params.key)}").value({"params": {"key": "s3cret"}})
    assert "s3cret" not in str(caught.value)
    assert (
        str(caught.value)
        == "${sum(params.key)} fails: sum() takes array-number, not string; `params.key` is a text"
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": ["${b"]}, "inputs.a[0]: ${ is never closed: ${b"),
        ({"a": "${b c}"}, "inputs.a: not a valid JMESPath expression: 'b c'"),
        ({"a": {"${b}": 1}}, "inputs.a: a name is never filled, but '${b}' holds ${"),
    ],
)
def test_what_a_lint_would_find_is_an_error_when_compiled(value: Any, said: str) -> None:
    """A fault in a text that no lint has seen is named with its place."""
    with pytest.raises(SpecError) as caught:
        compiled(value, "inputs")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, False), (False, False), ("", False), ([], False), ({}, False)]
)
def test_what_is_empty_is_false(value: Any, expected: bool) -> None:
    """JMESPath's own rule."""
    assert is_true(value) is expected


@pytest.mark.parametrize("value", [True, 0, 0.0, "false", [None], {"a": None}])
def test_all_else_is_true(value: Any) -> None:
    """Zero too, as JMESPath has it."""
    assert is_true(value)


@pytest.mark.parametrize("spoil", [str.upper, str.title, lambda text: text.replace("_0_", "_0")])
def test_a_mark_that_a_filter_has_changed_is_an_error(spoil: Callable[[str], str]) -> None:
    """Nothing is sent that still holds a mark in some other spelling."""
    texts, nonce = compiled({"to": "${params.a} of it"}), fresh_nonce()
    marked = texts.marked(nonce)
    with pytest.raises(TextError, match="changed a"):
        texts.filled({"to": spoil(marked["to"])}, {"params": {"a": 1}}, nonce)
