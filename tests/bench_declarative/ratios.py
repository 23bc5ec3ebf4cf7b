"""Times against times, and whether that is within a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a ratio: what was measured, and the processor's seconds of each repeat."""

    name: str
    seconds: Sequence[float]

    @property
    def middle(self) -> float:
        """Return the median, in seconds."""
        return median(self.seconds)


@dataclass(frozen=True, slots=True)
class Ratio:
    """What ours may take, as a multiple of another; where ours has several cases, the slowest counts."""

    letter: str
    ours: tuple[Side, ...]
    other: Side
    limit: float

    @property
    def value(self) -> float:
        """Return the slowest of ours over the other."""
        return max(each.middle for each in self.ours) / self.other.middle

    @property
    def holds(self) -> bool:
        """Tell whether ours is within its limit."""
        return self.value <= self.limit

    def lines(self) -> list[str]:
        """Return both sides and their ratio."""
        told = [f"{_milliseconds(each)}  {each.name}" for each in (*self.ours, self.other)]
        verdict = "within" if self.holds else "OVER"
        return [f"({self.letter}) {self.value:.2f}, {verdict} the limit of {self.limit:g}", *told]


def last_line(ratios: Sequence[Ratio]) -> str:
    """Return the result in one line."""
    held = sum(each.holds for each in ratios)
    return f"bench-declarative: {held} of {len(ratios)} within their limits"


def _milliseconds(side: Side) -> str:
    low, high = min(side.seconds) * 1000, max(side.seconds) * 1000
    return f"    {side.middle * 1000:9.2f} ms (of {len(side.seconds)}: {low:.2f} to {high:.2f})"
