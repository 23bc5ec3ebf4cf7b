"""Spec files as data: mistakes are found with their line, variants are merge patches."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.platforms.documents import merged, parse
from airflow_provider_flows.platforms.specs import read_spec
from airflow_provider_flows.protocol.errors import OptionsError, SpecError
from tests.platforms.known import SPEC


def test_a_good_spec_reads() -> None:
    """A spec says its name, its fields, its options and its variants."""
    spec = read_spec(parse(SPEC, "sixth.yaml"))
    assert (spec.name, spec.title, spec.flow, spec.variants) == ("sixth", "Sixth", "flow", ("quick",))
    assert list(spec.standard) == ["host", "password"]
    assert spec.standard["password"].secret
    assert not spec.standard["host"].secret
    assert list(spec.options) == ["color"]
    assert spec.remembered == ()
    assert "success_states" in spec.extra
    assert "verify" in spec.extra


def test_a_variant_is_a_merge_patch() -> None:
    """A variant changes what it names, takes away what it sets to null; a new verb replaces the old."""
    document = parse(SPEC, "sixth.yaml")
    quick = document.variant("quick")
    assert quick.data["start"] == {"put": "/quick/${flow}", "run_id": "id"}
    assert quick.data["status"] == document.data["status"]
    assert read_spec(document).variant("quick").options["color"].default == "red"
    assert read_spec(document).variant("quick").options["size"].types == ("integer",)
    assert read_spec(document).variant(None).options["color"].default is None
    assert document.variant(None) is document


@pytest.mark.parametrize(
    ("data", "patch", "result"),
    [
        # https://www.rfc-editor.org/rfc/rfc7396#appendix-A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        # ours: of the verbs of a call there is only one
        ({"call": {"get": "/a", "x": 1}}, {"call": {"post": "/b"}}, {"call": {"post": "/b", "x": 1}}),
    ],
)
def test_patches_merge_as_the_rfc_says(data: Any, patch: Any, result: Any) -> None:
    """JSON Merge Patch, with its own test cases, and the data itself stays untouched."""
    before = repr(data)
    assert merged(data, patch) == result
    assert repr(data) == before


MISTAKES = [
    ("flows: platform/1\n", "flows: platform/9\n", "sixth.yaml:1: flows: 'platform/1' was expected"),
    (
        "  run_id: id\n",
        "  runid: id\n",
        "sixth.yaml:14: start: Additional properties are not allowed ('runid' was",
    ),
    (
        "  get: /runs/${run.id}",
        "  get: runs/${run.id}",
        "sixth.yaml:19: status.get: 'runs/${run.id}' does not match",
    ),
    ("title: Colour", "titel: Colour", "sixth.yaml:13: options.color: 'title' is a required property"),
    (
        "{title: Colour}",
        "{title: Colour, type: text}",
        "sixth.yaml:13: options.color.type: 'text' is not valid",
    ),
    (
        "  color: {title: Colour}",
        "  Color: {title: Colour}",
        "sixth.yaml:12: options: 'Color' does not match",
    ),
    ("  header: {X-Key", "  headers: {X-Key", "sixth.yaml:8: auth: Additional properties are not allowed"),
    ("credentials: the key\n", "credentials: 5\n", "sixth.yaml:10: credentials: 5 is not of type 'string'"),
    (
        "credentials: the key\n",
        "credentials: k\nhints: {401: no}\n",
        "sixth.yaml:11: hints: 401 is not of type",
    ),
    (
        "  state: state\n",
        "  rules:\n    - {is: over}\n",
        "sixth.yaml:21: status.rules.0.is: 'over' is not one of",
    ),
    (
        "test: There is no call for that.",
        "test: []",
        "sixth.yaml:21: test: [] is not valid under any of the given schemas",
    ),
    (
        "title: Size",
        "titel: Size",
        "sixth.yaml:29: options.size (variant quick): 'title' is a required property",
    ),
    ("put: /quick", "put: quick", "sixth.yaml:25: start.put (variant quick): 'quick/${flow}' does not match"),
    ("title: Sixth\n", "title: [Sixth\n", "expected ',' or ']'"),
    ("title: Sixth\n", "title: {[]: 1}\n", "sixth.yaml:3: not YAML: found unhashable key"),
    ("title: Sixth\n", "title: a\n---\n", "not YAML: but found another document"),
    ("title: Sixth\n", "title: \x00\n", "sixth.yaml: not YAML: "),
    (
        "title: Sixth\n",
        "title: !!python/name:os.system x\n",
        "sixth.yaml:3: not YAML: could not determine a constructor",
    ),
    (SPEC, "", "sixth.yaml:1: : 'flows' is a required property"),
    (SPEC, "- a\n", "sixth.yaml:1: : ['a'] is not of type 'object'"),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[row[2] for row in MISTAKES])
def test_a_mistake_is_named_with_its_line(old: str, new: str, said: str) -> None:
    """File, line and path lead to what is wrong in a spec."""
    assert old in SPEC
    with pytest.raises(SpecError) as caught:
        parse(SPEC.replace(old, new, 1), "sixth.yaml")
    assert said in str(caught.value)


def test_an_unknown_variant_is_named() -> None:
    """Only the variants of the spec exist."""
    with pytest.raises(OptionsError, match=r"Sixth: variant 'quik' is unknown; did you mean 'quick'\?"):
        parse(SPEC, "sixth.yaml").variant("quik")


def test_a_place_without_a_line_is_its_parents() -> None:
    """What a merge or a default added has the line of what it was added to."""
    document = parse(SPEC, "sixth.yaml")
    assert document.where("start", "query", "x") == "sixth.yaml:14: start.query.x"
    assert document.where("nothing") == "sixth.yaml:1: nothing"
    assert document.variant("quick").where("start", "put") == "sixth.yaml:25: start.put"
    assert document.variant("quick").where("start", "run_id") == "sixth.yaml:17: start.run_id"
