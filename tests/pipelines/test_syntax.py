"""What a person is told of a file that is no YAML, or that two readers of YAML would take for two things."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.plain import Trap, plain
from airflow_provider_flows.pipelines.source import Source
from airflow_provider_flows.pipelines.syntax import syntax_fault
from tests.pipelines.here import FILE, split

QUOTES = 'put quotes around the text: "…"'
MISTAKES = [
    ("a: {b: ¦${x}, c: 1}", "a `${…}` inside of brackets or braces needs quotes", 'write "${…}"'),
    ("a: [x, ¦${steps.a.result}]", "a `${…}` inside of brackets or braces needs quotes", 'write "${…}"'),
    ("a: ¦${x: y}", "a `${…}` with a `: ` inside needs quotes", 'write "${…}"'),
    ("a: ¦{{ x }}", "`{{` begins a mapping in a mapping", 'put quotes around the text: "{{ … }}"'),
    ("a: [1, ¦{{ x }}]", "`{{` begins a mapping in a mapping", 'put quotes around the text: "{{ … }}"'),
    ("a: ¦{{ x }} y", "`{{` begins a mapping in a mapping", 'put quotes around the text: "{{ … }}"'),
    ("a:\n¦\tb: 1", "a tab stands where only blanks can indent", "write blanks in place of the tab"),
    ("a: b\n¦\tc: d", "a tab stands where only blanks can indent", "write blanks in place of the tab"),
    ("a: |\n¦\tx", "a tab stands where only blanks can indent", "write blanks in place of the tab"),
    ("key:¦value\nb: 1", "a blank is missing after the `:`", "write `key: value`"),
    ("b: 1\nkey:¦value", "a blank is missing after the `:`", "write `key: value`"),
    ("b:\n  - key:¦value\n    c: 1", "a blank is missing after the `:`", "write `key: value`"),
    ("a: b\n¦c\nd: e", "this is no `key: value`", "stands in quotes, or below a `|`"),
    ("a:\n  - b: c\n    d: e\n  -¦f\n", "a blank is missing after the `-`", "write `- item`"),
    ("¦x\ny: z", "this is no `key: value`", "stands in quotes, or below a `|`"),
    ("a: ¦'x\nb: 1\n", "these quotes are never closed", "put a ' where the text ends"),
    ('a: ¦"x\n\nb: 1\n', "these quotes are never closed", 'put a " where the text ends'),
    (
        "a: 'x\nb: '¦y'",
        "quotes that were opened on a line above are closed",
        "is a closing quote missing above?",
    ),
    ("a: 'it'¦s'", "a text in quotes is at its end before this", "write '' for a '"),
    ('a: "say "¦hi""', "a text in quotes is at its end before this", 'write \\" for a "'),
    ('a: "C:¦\\dir"', "this backslash means nothing in double quotes", "write \\\\ for a backslash"),
    ('a: "¦\\xZZ"', "this backslash means nothing in double quotes", "write \\\\ for a backslash"),
    ("a: ¦[1, 2\nb: 3", "this `[` is never closed", "put a `]` where it ends"),
    ("a: ¦{b: 1\n", "this `{` is never closed", "put a `}` where it ends"),
    ("a: {b: 1, c: 'x' ¦d}", "a `,` or a `}` is missing before this", "the `{` stands on line 1"),
    ("a: {b: [1¦}", "a `,` or a `]` is missing before this", "the `[` stands on line 1"),
    ("a: [x,¦,y]", "a value is missing before this `,`", QUOTES),
    ("a: ¦[", "this `[` is never closed", "put a `]` where it ends"),
    ("a: [¦{ \n", "this `{` is never closed", "put a `}` where it ends"),
    ("a: [b,\n  c\n]¦]", "nothing is open that this `]` could close", None),
    ("a:\n  b: ¦[c\n  d: e\n", "this `[` is never closed", "put a `]` where it ends"),
    ("a:\n  b: ¦{c: d\n  'e': f\n", "this `{` is never closed", "put a `}` where it ends"),
    ("a: [b,\n  'c'\n  ¦'d'\n]", "a `,` or a `]` is missing before this", "the `[` stands on line 1"),
    ("a: [b, c: ¦", "the file ends inside of a list or a mapping", "close its brackets"),
    (
        "a: 1\n¦- b",
        "an item of a list stands where a key is expected",
        "the keys around it begin in column 1",
    ),
    ("a: ¦'x\n---\nb: 1", "these quotes are never closed", "put a ' where the text ends"),
    ("a: ¦foo: bar", "a text with a `: ` inside needs quotes", QUOTES),
    ("- foo: ¦bar: x", "a text with a `: ` inside needs quotes", QUOTES),
    ("a: b\n  ¦c: d", "this key stands below one that has a value already", "keys of one mapping"),
    ("a:\n  b: 1\n ¦c: 2", "this line does not go on with what is above", "begin in column 1, on line 1"),
    (
        "a:\n - x\n ¦b: 1",
        "this line does not go on with what is above",
        "the items around it begin in column 2",
    ),
    ("¦: x", "a key is missing before this `:`", None),
    ("a: [b] ¦c", "this can't stand here", QUOTES),
    ("a: ¦- b", "a list of this kind must begin on a line of its own", "begin it on the next line"),
    ("a: ¦* * * * *", "a text that begins with `*` needs quotes", QUOTES),
    ("a: ¦&", "a text that begins with `&` needs quotes", QUOTES),
    ("a: ¦@daily", "a text that begins with `@` needs quotes", QUOTES),
    ("a: ¦%x", "a text that begins with `%` needs quotes", QUOTES),
    ("a: ¦`x`", "a text that begins with a backtick needs quotes", QUOTES),
    ("a: ¦!<", "a text that begins with `!` needs quotes", QUOTES),
    ("a: ¦|text", "a text that begins with `|` needs quotes", QUOTES),
    ("a: ¦>5m", "a text that begins with `>` needs quotes", QUOTES),
    ("%YAML 1.1\n¦%YAML 1.1\n---\n", "not YAML: found duplicate", None),
    ("a: b\n...\n¦c", "nothing can stand here", None),
    ("a: b\n¦---\nc: d", "a second document begins here", "put it into a file of its own"),
    ("a: ¦*x", "nothing above is called `&x`", None),
    ("a: &x [¦*x]", "`*x` stands inside of what it names", None),
    ("¦[a]: b", "a key must be a text, not a list", "write the text itself"),
    ("? ¦{a: b}\n: c", "a key must be a text, not a mapping", "write the text itself"),
    ("a: &x b\n¦*x : c", "a key must be a text, not an alias", "write the text itself"),
    ("a: ¦\x07", "the character U+0007 can't stand in YAML", 'in double quotes it is "\\x07"'),
    ("a: ¦\ufffe", "the character U+FFFE can't stand in YAML", "take it out"),
    ("a: ¦\udce9", "the byte 0xE9 is no UTF-8", "save the file as UTF-8"),
    ("¦\udcff\udcfea\x00", "the file is UTF-16", "save it as UTF-8"),
]


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
@pytest.mark.parametrize(("text", "message", "note"), MISTAKES)
def test_a_mistake_is_named_where_it_was_made(
    text: str, message: str, note: str | None, loader: object
) -> None:
    """Either of YAML's readers leads to the same error, at the mistake and not where the reader stumbled."""
    text, place = split(text)
    first = read_marked(text, FILE, loader)[1][0]
    assert (first.code, first.place) == ("yaml-syntax", place)
    assert first.message.startswith(message)
    assert bool(first.notes) == (note is not None)
    assert (note or "") in "".join(first.notes)


def test_what_was_found_before_a_mistake_is_told_too() -> None:
    """One look at a file tells as much as can be read of it."""
    found, diagnostics = read_marked("a: on\nb: !x y\nc: [", FILE)
    assert found is None
    assert [each.code for each in diagnostics] == ["yaml-trap", "tag", "yaml-syntax"]


def test_an_error_without_a_place_is_told_at_the_beginning() -> None:
    """A reader may give up without saying where."""
    fault = syntax_fault(yaml.YAMLError("for some reason"), Source(FILE, "a: b"))
    assert (fault.index, fault.message) == (0, "not YAML: for some reason")
    assert syntax_fault(yaml.MarkedYAMLError(problem="it is bad"), Source(FILE, "a: b")).index == 0


@pytest.mark.parametrize(
    ("text", "code", "note"),
    [
        ("yes", "yaml-trap", 'write true, or "yes"'),
        ("On", "yaml-trap", 'write true, or "On"'),
        ("NO", "yaml-trap", 'write false, or "NO"'),
        ("off", "yaml-trap", 'write false, or "off"'),
        ("12:30", "yaml-trap", 'write "12:30"'),
        ("08:30", "yaml-trap", 'write "08:30"'),
        ("1:30.5", "yaml-trap", 'write "1:30.5"'),
        ("010", "yaml-trap", 'write "010" for the text, 10 for the number'),
        ("0o17", "yaml-trap", 'write "0o17" for the text, 17 for the number'),
        ("00", "yaml-trap", 'write "00" for the text, 0 for the number'),
        ("1_000", "yaml-trap", 'write "1_000" for the text, or plain digits for the number'),
        ("12e4", "yaml-trap", 'write "12e4" for the text, or plain digits for the number'),
        ("0b11", "yaml-trap", 'write "0b11" for the text, or plain digits for the number'),
        ("-.5", "yaml-trap", 'write "-.5" for the text, or plain digits for the number'),
        (".inf", "bad-value", "leave it out, or write a text"),
        (".NaN", "bad-value", "leave it out, or write a text"),
        ("1.0e+999", "bad-value", "write a smaller one"),
        ("9" * 100, "bad-value", "put quotes around it, if it is a text"),
        ("!!str 5", "tag", 'take it away; a text can stand in quotes: "…"'),
        ("!Ref x", "tag", 'take it away; a text can stand in quotes: "…"'),
        ("!!python/object:os.system {}", "tag", 'take it away; a text can stand in quotes: "…"'),
    ],
)
def test_what_can_be_misread_must_be_written_otherwise(text: str, code: str, note: str) -> None:
    """As a value and as an item it is an error with its mend, and nothing more is said of it."""
    for before in ("a: ", "- "):
        found, (told,) = read_marked(before + text, FILE)
        assert found is not None
        assert (told.code, told.place.column, told.notes) == (code, len(before) + 1, (note,))
        assert len(found.unusable) == 1


def test_a_long_text_that_begins_with_a_digit_is_a_text() -> None:
    """Only what reads as a number is refused for its length."""
    assert plain("2026." * 20) == "2026." * 20
    for number in ("9" * 100 + ".5", "0" * 100, "1" + ":30" * 30, "1" + "_0" * 50, "0x" + "f" * 100):
        assert type(plain(number)) is Trap


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("on", "yaml-trap"),
        ("12:30", "yaml-trap"),
        ("1", "bad-type"),
        ("true", "bad-type"),
        ("~", "bad-type"),
        ("", "bad-type"),
        ("1.5", "bad-type"),
        ("!!str a", "tag"),
    ],
)
def test_a_key_that_is_no_text_is_refused(key: str, code: str) -> None:
    """A flow takes JSON, whose keys are texts."""
    found, (told,) = read_marked(f"? {key}\n: b\n", FILE)
    assert found is not None
    assert (told.code, told.place.line) == (code, 1)
    assert list(found.data) == [key.removeprefix("!!str ")]
    assert read_marked(f'? "{key}"\n: b\n', FILE)[1] == []


# https://yaml.org/spec/1.2.2/#103-core-schema
CORE: dict[str, Callable[[str], Any]] = {
    r"null|Null|NULL|~|": lambda _: None,
    r"true|True|TRUE": lambda _: True,
    r"false|False|FALSE": lambda _: False,
    r"[-+]?[0-9]+": int,
    r"0o[0-7]+": lambda text: int(text, 0),
    r"0x[0-9a-fA-F]+": lambda text: int(text, 0),
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?": float,
    r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)": lambda text: float(text.replace(".", "")),
    r"(?s).*": str,
}


@settings(deadline=None, max_examples=500)
@given(
    st.text(st.sampled_from("0123456789abefinoxyzE+-._:~"), min_size=1, max_size=8)
    | st.from_regex("|".join([*CORE][:-1]), fullmatch=True)
    | st.sampled_from(["no", "Yes", "OFF", "on", "2026-01-01", "=", "y"])
)
def test_what_is_taken_means_the_same_in_both_versions_of_yaml(text: str) -> None:
    """PyYAML follows version 1.1, editors follow 1.2; dates alone stay text, as in 1.2."""
    value = plain(text)
    if type(value) is Trap:
        return
    reader = next(each for pattern, each in CORE.items() if re.fullmatch(pattern, text))
    for other in (reader(text), _as_in_1_1(text)):
        assert (type(value), value) == (type(other), other)


def _as_in_1_1(text: str) -> Any:
    loader: Any = yaml.SafeLoader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))
    is_text = tag.endswith((":str", ":timestamp", ":value"))
    return text if is_text else loader.construct_object(yaml.ScalarNode(tag, text))
