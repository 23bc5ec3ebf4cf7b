"""What a YAML reader's errors mean for the person who wrote the file, and where the mistake is.

libyaml and PyYAML's own reader word them differently and name the place where they stumbled, which often is
lines below the mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import yaml

from airflow_provider_flows.pipelines.source import Fault, Source

_PUT_QUOTES = 'put quotes around the text: "…"'
_KEY_WITHOUT_BLANK = re.compile(r"\s*(?:- +)*[\w.-]+:(?=[^\s:/])")
_KEY_AND_VALUE = re.compile(r"\s*(?:- +)*[^\s#][^:#]*:[ \t]+(?=\S)")
_ITEM_WITHOUT_BLANK = re.compile(r"-[^\s-]")
_JINJA_WITHOUT_QUOTES = re.compile(r"(?:^|[:\[{,-])[ \t]*(?=\{\{)")


@dataclass(frozen=True, slots=True)
class Stumble:
    """Where a reader stumbled.

    :param at: the character that it could not take, or the text's end
    :param since: where that began which it was reading
    """

    source: Source
    at: int
    since: int

    @property
    def character(self) -> str:
        """What it could not take; empty at the text's end."""
        return self.source.text[self.at : self.at + 1]

    @property
    def opening(self) -> str:
        """The first character of what it was reading."""
        return self.source.text[self.since : self.since + 1]

    def before(self, index: int) -> tuple[int, str]:
        """Return where a character's line begins, and what stands on it before the character."""
        start = self.source.line(index)[0]
        return start, self.source.text[start:index]

    def line_of(self, index: int) -> int:
        """Return the number of a character's line."""
        return self.source.place(index).line

    def fault(self, index: int, message: str, *notes: str) -> Fault:
        """Return what is wrong, for a person."""
        return Fault(index, "yaml-syntax", message, notes)


def syntax_fault(error: yaml.YAMLError, source: Source) -> Fault:
    """Return what is wrong with a text that a YAML reader gave up."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault(0, "yaml-syntax", f"not YAML: {error}")
    at = _index(error.problem_mark or error.context_mark, source)
    stumble = Stumble(source, at, _index(error.context_mark or error.problem_mark, source))
    words = f"{error.context}: {error.problem}"
    explain = next((each for pattern, each in _EXPLANATIONS if re.search(pattern, words)), None)
    if source.text[at : at + 1] == "\t":
        explain = _tab
    return explain(stumble) if explain else stumble.fault(at, f"not YAML: {error.problem}")


def _index(mark: Any, source: Source) -> int:
    return min(mark.index, len(source.text)) if mark else 0


def _tab(stumble: Stumble) -> Fault:
    return stumble.fault(
        stumble.at, "a tab stands where only blanks can indent", "write blanks in place of the tab"
    )


def _open_quotes(stumble: Stumble) -> Fault:
    return stumble.fault(
        stumble.since, "these quotes are never closed", f"put a {stumble.opening} where the text ends"
    )


def _escape(stumble: Stumble) -> Fault:
    index = max(stumble.source.text.rfind("\\", stumble.since, stumble.at + 1), stumble.since)
    note = "write \\\\ for a backslash, or put the text into single quotes"
    return stumble.fault(index, "this backslash means nothing in double quotes", note)


def _in_brackets(stumble: Stumble) -> Fault:
    text, at, since = stumble.source.text, stumble.at, stumble.since
    closing = {"[": "]", "{": "}"}.get(stumble.opening, "}")
    if stumble.character == "{" and text[at - 1] == "$":
        return stumble.fault(at - 1, "a `${…}` inside of brackets or braces needs quotes", 'write "${…}"')
    if not text[at:].strip() or _goes_on_below(stumble):
        return _open_bracket(stumble, since, stumble.opening)
    note = f"the `{stumble.opening}` stands on line {stumble.line_of(since)}"
    return stumble.fault(at, f"a `,` or a `{closing}` is missing before this", note)


def _goes_on_below(stumble: Stumble) -> bool:
    """Whether the line goes on as if the bracket above were closed: no further to the right than its line."""
    if stumble.line_of(stumble.at) == stumble.line_of(stumble.since):
        return False
    before, above = stumble.before(stumble.at)[1], stumble.before(stumble.since)[1]
    is_outside = not before.strip() and len(before) <= len(above) - len(above.lstrip())
    return stumble.character == ":" or is_outside


def _no_value(stumble: Stumble) -> Fault:
    last = len(stumble.source.text[: stumble.at].rstrip()) - 1
    before = replace(stumble, since=max(last, 0))
    if before.opening in {"[", "{"} and (not stumble.character or _goes_on_below(before)):
        return _open_bracket(stumble, last, before.opening)
    if not stumble.character:
        return stumble.fault(stumble.at, "the file ends inside of a list or a mapping", "close its brackets")
    return stumble.fault(stumble.at, f"a value is missing before this `{stumble.character}`", _PUT_QUOTES)


def _open_bracket(stumble: Stumble, index: int, opening: str) -> Fault:
    closing = {"[": "]"}.get(opening, "}")
    return stumble.fault(index, f"this `{opening}` is never closed", f"put a `{closing}` where it ends")


def _second_colon(stumble: Stumble) -> Fault:
    start, before = stumble.before(stumble.at)
    if (dollar := before.find("${")) >= 0:
        return stumble.fault(start + dollar, "a `${…}` with a `: ` inside needs quotes", 'write "${…}"')
    if first := _KEY_AND_VALUE.match(before):
        return stumble.fault(start + first.end(), "a text with a `: ` inside needs quotes", _PUT_QUOTES)
    above = stumble.source.text[:start].rstrip()
    above_start = stumble.before(len(above))[0]
    if key := _KEY_WITHOUT_BLANK.match(above, above_start):
        return _missing_blank(stumble, key.end())
    key_start = start + len(before) - len(before.lstrip())
    if _KEY_AND_VALUE.match(above, above_start):
        note = "keys of one mapping begin in the same column"
        return stumble.fault(key_start, "this key stands below one that has a value already", note)
    return _no_member(stumble, above_start + len(above[above_start:]) - len(above[above_start:].lstrip()))


def _no_colon(stumble: Stumble) -> Fault:
    if key := _KEY_WITHOUT_BLANK.match(stumble.source.text, stumble.since):
        return _missing_blank(stumble, key.end())
    return _no_member(stumble, stumble.since)


def _missing_blank(stumble: Stumble, index: int) -> Fault:
    return stumble.fault(index, "a blank is missing after the `:`", "write `key: value`")


def _no_member(stumble: Stumble, index: int) -> Fault:
    if _ITEM_WITHOUT_BLANK.match(stumble.source.text, index):
        return stumble.fault(index + 1, "a blank is missing after the `-`", "write `- item`")
    note = "a text of several lines stands in quotes, or below a `|`"
    return stumble.fault(index, "this is no `key: value`", note)


def _special(stumble: Stumble) -> Fault:
    first = "a backtick" if stumble.opening == "`" else f"`{stumble.opening}`"
    return stumble.fault(stumble.since, f"a text that begins with {first} needs quotes", _PUT_QUOTES)


def _list_on_line(stumble: Stumble) -> Fault:
    note = "begin it on the next line, or write [first, second]"
    return stumble.fault(stumble.at, "a list of this kind must begin on a line of its own", note)


def _after_all(stumble: Stumble) -> Fault:
    return stumble.fault(stumble.at, "nothing can stand here: what the file holds is at its end")


def _misplaced(stumble: Stumble) -> Fault:
    start, before = stumble.before(stumble.at)
    if jinja := _JINJA_WITHOUT_QUOTES.search(before):
        message = "`{{` begins a mapping in a mapping here, as YAML reads it"
        return stumble.fault(start + jinja.end(), message, 'put quotes around the text: "{{ … }}"')
    if stumble.character == ":":
        return stumble.fault(stumble.at, "a key is missing before this `:`")
    if stumble.character in {"]", "}"}:
        return stumble.fault(stumble.at, f"nothing is open that this `{stumble.character}` could close")
    if not before.strip():
        return _at_line_start(stumble)
    if before.rstrip().endswith(("'", '"')):
        return _after_quotes(stumble, before)
    return stumble.fault(stumble.at, "this can't stand here", _PUT_QUOTES)


def _at_line_start(stumble: Stumble) -> Fault:
    place = stumble.source.place(stumble.since)
    kind = "items" if stumble.opening == "-" else "keys"
    note = f"the {kind} around it begin in column {place.column}, on line {place.line}"
    if stumble.character == "-" and kind == "keys":
        return stumble.fault(stumble.at, "an item of a list stands where a key is expected", note)
    return stumble.fault(stumble.at, "this line does not go on with what is above", note)


def _after_quotes(stumble: Stumble, before: str) -> Fault:
    quote = before.rstrip()[-1]
    if before.count(quote) % 2:
        message = "quotes that were opened on a line above are closed before this"
        return stumble.fault(stumble.at, message, "is a closing quote missing above?")
    escaped = "''" if quote == "'" else '\\"'
    note = f"write {escaped} for a {quote} inside of the text"
    return stumble.fault(stumble.at, "a text in quotes is at its end before this", note)


_EXPLANATIONS: tuple[tuple[str, Callable[[Stumble], Fault]], ...] = (
    ("quoted scalar: .*(end of stream|document (indicator|separator))", _open_quotes),
    ("quoted scalar: .*(escape|hex)", _escape),
    ("flow (mapping|sequence): .*expected ','", _in_brackets),
    ("expected (the )?node content", _no_value),
    ("mapping values are not allowed", _second_colon),
    ("could not find expected ':'", _no_colon),
    ("an (alias|anchor): |a tag: |block scalar: |cannot start any token", _special),
    ("sequence entries are not allowed", _list_on_line),
    ("<document start>", _after_all),
    ("expected key|expected '-'|<block end>", _misplaced),
)
