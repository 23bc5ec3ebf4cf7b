"""A file's text with its lines: places for what stands in it, and lines to show without their secrets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.hiding import blotted, hidden, hidden_forms

_LINE_END = re.compile(r"\r\n|\r|\n")  # what editors count; YAML 1.1 has three more, which they don't
_LONGEST_EXCERPT = 400  # of a longer line nothing is shown: the caret would be lost in it


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong at a place of the text; see `Diagnostic`."""

    index: int
    code: str
    message: str
    notes: tuple[str, ...] = ()


class UnreadableError(Exception):
    """The text can't be read on; the fault says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True)  # without slots, since it remembers where its lines begin
class Source:
    """A file's name, and its text without a byte order mark."""

    file: str
    text: str

    def place(self, index: int) -> Place:
        """Return the place of a character."""
        line = bisect_right(self._starts, index)
        return Place(self.file, line, index - self._starts[line - 1] + 1)

    def line(self, index: int) -> tuple[int, int]:
        """Return where the line of a character begins, and where it ends, its end of line left out."""
        number = bisect_right(self._starts, index)
        start, *after = self._starts[number - 1 : number + 1]
        end = after[0] if after else len(self.text)
        return start, start + len(self.text[start:end].rstrip("\r\n"))

    def diagnostic(
        self, fault: Fault, *, is_error: bool = True, secrets: Iterable[tuple[int, int]] = ()
    ) -> Diagnostic:
        """Return a fault with its place and its line.

        :param secrets: where secrets stand that the line alone does not betray
        """
        return Diagnostic(
            place=self.place(fault.index),
            code=fault.code,
            message=_line(fault.message),
            notes=tuple(map(_line, fault.notes)),
            excerpt=self._excerpt(fault.index, secrets),
            is_error=is_error,
        )

    def _excerpt(self, index: int, secrets: Iterable[tuple[int, int]]) -> str:
        start, end = self.line(index)
        if end - start > _LONGEST_EXCERPT:
            return ""
        line = self.text[start:end]
        for begin, finish in secrets:
            if begin < end and finish > start:
                line = blotted(line, max(begin - start, 0), min(finish, end) - start)
        return _printable(hidden(line))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.text))]


def _line(text: str) -> str:
    """Return a text about a file, on one line and without its secrets."""
    return _printable(hidden_forms(text.replace("\t", " ")))


def _printable(text: str) -> str:
    """Return a text that can only show itself on a terminal, on one line, each character in its column."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\t" else "�" for each in text)
