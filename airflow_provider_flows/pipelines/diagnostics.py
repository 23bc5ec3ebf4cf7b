"""What is wrong in a file, where it stands, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a text file; lines and columns count from 1, columns in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One thing that is wrong.

    :param code: the kind, such as `unknown-key`; fixed, since people filter by it
    :param message: one sentence with what was found and, where there is a near one, "Did you mean `x`?"
    :param notes: what was expected or how to mend it, one line each
    :param excerpt: the source line, without its end
    :param is_error: False for what only may be wrong
    """

    place: Place
    code: str
    message: str
    notes: tuple[str, ...] = ()
    excerpt: str = ""
    is_error: bool = True

    @property
    def severity(self) -> str:
        """The word for it: error or warning."""
        return "error" if self.is_error else "warning"

    @property
    def headline(self) -> str:
        """The first line: place, severity, kind, message."""
        return f"{self.place}: {self.severity}[{self.code}] {self.message}"

    def text(self) -> str:
        """Return the headline, the source line with a caret under the place, and the notes."""
        lines = [self.headline]
        if self.excerpt.strip():
            number = f"{self.place.line:>6}"
            lead = "".join(each if each == "\t" else " " for each in self.excerpt[: self.place.column - 1])
            lines += [f"{number} | {self.excerpt}", f"{' ' * len(number)} | {lead}^"]
        lines += [f"{' ' * 6} = {note}" for note in self.notes]
        return "\n".join(lines)


def in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics by place, each once."""
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (each.place, each.code, each.message)))
