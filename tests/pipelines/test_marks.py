"""YAML as plain data with places, in every style: against PyYAML's own reader, and by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.schemas import Path
from tests.pipelines.here import FILE, marked, split

LOADERS = [yaml.SafeLoader, yaml.CSafeLoader]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
ODD_TEXTS = st.sampled_from(["${a.b}", "x: y", "# z", "- a", "no", "12:30"])
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | ODD_TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
STYLES = st.fixed_dictionaries(
    {
        "default_style": st.sampled_from([None, '"', "'", "|", ">"]),
        "default_flow_style": st.sampled_from([True, False, None]),
        "allow_unicode": st.booleans(),
        "indent": st.integers(2, 6),
        "width": st.sampled_from([10, 80, 10_000]),
        "sort_keys": st.sampled_from([False]),
        "line_break": st.sampled_from(["\n", "\r\n", "\r"]),
    }
)


def _places(node: Any, path: Path = ()) -> dict[Path, tuple[int, int | None]]:
    """Return where values begin, and where they end unless blanks and comments may count as theirs."""
    is_block = node.style in ("|", ">") if isinstance(node, yaml.ScalarNode) else not node.flow_style
    places: dict[Path, tuple[int, int | None]] = {
        path: (node.start_mark.index, None if is_block else node.end_mark.index)
    }
    if isinstance(node, yaml.MappingNode):
        for key, member in node.value:
            places.update(_places(member, (*path, key.value)))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            places.update(_places(item, (*path, index)))
    return places


@settings(deadline=None)
@given(DATA, STYLES, st.booleans())
def test_data_and_places_are_those_of_pyyaml_in_every_style(
    data: Any, style: dict[str, Any], has_byte_order_mark: bool
) -> None:
    """What PyYAML writes is read back by both readers alike, each value with the place that PyYAML gives."""
    text = yaml.safe_dump({"data": data}, **style)  # with tags only where a style can't hold a value
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    read = [read_marked("\ufeff" * has_byte_order_mark + text, FILE, loader) for loader in LOADERS]
    assert read[0] == read[1]
    found, diagnostics = read[0]
    assert found is not None
    assert {each.code for each in diagnostics} <= {"yaml-trap", "tag"}
    for path, (start, end) in _places(node).items():
        mark = found.marks[path]
        assert (mark.start, end and mark.end) == (start, end)
    if not diagnostics:  # PyYAML does not write everything so that it reads it again
        assert json.dumps(found.data) == json.dumps(yaml.safe_load(text))


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "text",
    [
        "a: ¦x",
        "a:  ¦'x'",
        'a: ¦"x"',
        "a: ¦|\n  x\n",
        "a: ¦>-\n  x\n",
        "{b: 1, a: ¦x}",
        "a:¦ ",
        "b: é𝄞\r\na: ¦x\r\n",
        "b: 1\ra: ¦x",
        "\ufeffa: ¦x",
        'b: "\u2028c"\na: ¦x',
        "# c\n\n---\n# d\na:   ¦x # e\n",
        "? a\n: ¦x",
        "a:\n  ¦- x",
        "a:\n  ¦b: x",
        "b: &b x\na: ¦*b",
        "a: ¦&b x",
    ],
)
def test_a_value_begins_at_its_first_character(text: str, loader: Any) -> None:
    """Lines and columns count as an editor counts them, whatever the style, the line ends and the letters."""
    text, place = split(text)
    found, diagnostics = read_marked(text, FILE, loader)
    assert diagnostics == []
    assert found is not None
    assert found.place(("a",)) == place


def test_a_tab_is_one_column() -> None:
    """PyYAML's own reader takes no tab there; libyaml does."""
    text, place = split("a:\t¦x")
    found, diagnostics = read_marked(text, FILE, yaml.CSafeLoader)
    assert found is not None
    assert (found.place(("a",)), diagnostics) == (place, [])


@pytest.mark.parametrize(
    "text",
    [
        "a: ¦${x}",
        "a: '¦${x}'",
        'a: "¦${x}"',
        "a: it is ¦${x} or ${y}",
        'a: "\\t\\"$\\\\{ ¦${x}"',
        'a: "é𝄞\\u00e9\\U0001D11E ¦${x}"',
        'a: "¦\\u0024{x}"',
        'a: "¦\\x24\\x7bx}"',
        'a: "¦$\\\n    {x}"',
        'a: "$\n    {x} ¦${y}"',
        "a: 'it''s ¦${x}'",
        "a: |\n  one\n  two ¦${x}\n",
        "a: |2- # no ${y}\n    ¦${x}\n",
        "a: >\n  one\n\n  two ¦${x}\n",
        "a: one\n  two ¦${x}\n",
        "{b: ['${y}'], a: '¦${x}'}",
        "b: '${y}'\r\na: |\r\n  x\r\n  ¦${x}\r\n",
        "a: &b '¦${x}'",
        "b: &b '¦${x}'\na: *b",
        "c: &b {d: '¦${x}'}\na: *b",
        "\ufeffa: '¦${x}'",
    ],
)
def test_an_expression_is_found_in_every_style(text: str) -> None:
    """The place of the first `${` of a value is right in quotes, with escapes, in blocks, behind an alias."""
    text, place = split(text)
    found = marked(text)
    path: Path = ("a",) if isinstance(found.data["a"], str) else ("a", "d")
    assert found.expression_place(path, 0) == place
    assert found.found(path, "code", "message", nth=0).place == place


def test_expressions_count_from_0_with_those_that_are_none() -> None:
    """The nth `${` is counted in the value, a plain `$${` too: a search in the value gives the number."""
    text, place = split("a: '${x} $${no} ¦${y}'")
    found = marked(text)
    value = found.data["a"]
    assert found.expression_place(("a",), value.count("${", 0, value.index("${y}"))) == place
    assert found.expression_place(("a",), 3) == found.place(("a",))
    assert found.expression_place(("a", "b"), 0) == found.place(("a",), key=True)


def test_a_path_that_is_not_there_leads_to_its_nearest_parent() -> None:
    """What is missing is told at the key of what lacks it, in an empty file at its begin."""
    text, place = split("x: 1\nsteps:\n  ¦a: {run: x}\n")
    found = marked(text)
    assert found.place(("steps", "a", "with", "b")) == place
    assert found.place(("steps", "a"), key=True) == place
    assert found.place(("nothing",)).line == 1
    empty = marked("")
    assert empty.data is None
    assert (empty.place(("a",)).line, empty.place(()).column) == (1, 1)


def test_a_long_line_is_not_shown() -> None:
    """An excerpt of a thousand columns would hide the error."""
    found = marked(f"a: {'x' * 500}\nb: 1\n")
    assert found.found(("a",), "code", "message").excerpt == ""
    assert found.found(("b",), "code", "message").excerpt == "b: 1"


def test_a_caret_stands_below_its_character() -> None:
    """Tabs stay tabs, so that the caret is in the right column in a terminal."""
    found = marked("a:\t[1,\t'two']\n")
    lines = found.found(("a", 1), "code", "message").text().splitlines()
    assert lines[1].index("'two'") == lines[2].index("^")
    assert lines[2].count("\t") == 2


def test_what_could_steer_a_terminal_is_not_printed() -> None:
    """Signs that turn the direction of writing, or end a line, are shown as a sign that means nothing."""
    found = marked('"a\\x1b[31m": "\u202ex\u2028"\n')
    (key,) = found.data
    told = found.found((key,), "code", f"`{key}` is bad", f"not {key}").text()
    assert all(line.isprintable() for line in told.split("\n"))
    assert "`a�[31m` is bad" in told
