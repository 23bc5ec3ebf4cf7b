"""What the bench prints: a line for each figure, and how many of them were reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FIGURES = 13  # rows of a whole bench


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the bench.

    :param name: what was measured, in a few words
    :param measured: its value, with its unit
    :param must: what it must reach, such as `≤ 1.35`
    :param holds: whether it does
    :param notes: what a reader should know beside it: the peers' values, or why it isn't reached
    """

    name: str
    measured: str
    must: str
    holds: bool
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the row as it is printed, its notes below it."""
        line = f"{self.name}: {self.measured} (must be {self.must})"
        return [line if self.holds else f"{line}: MISSED", *(f"    {note}" for note in self.notes)]


def last_line(rows: Sequence[Row]) -> str:
    """Return the result in one line."""
    return f"bench: {sum(row.holds for row in rows)} of {len(rows)} reached"
