"""What every part of the bench is given, and where it leaves what it measured."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Bars:
    """A plot of one value for each of several things.

    :param title: what is shown
    :param unit: what the values are in
    :param values: the height of each bar by its label; ours begins with `flows`
    :param limit: what ours must not go beyond; None draws no line
    :param logarithmic: whether the values' axis is
    """

    title: str
    unit: str
    values: Mapping[str, float]
    limit: float | None = None
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class Curves:
    """A plot of one or several values against another.

    :param title: what is shown
    :param across: what the horizontal axis is, with its unit
    :param unit: what the vertical axis is, with its unit
    :param points: of each curve by its label; ours begins with `flows`
    :param limit: a horizontal line that ours must stay below; None draws none
    :param logarithmic: the axes that are: any of `x` and `y`
    """

    title: str
    across: str
    unit: str
    points: Mapping[str, Sequence[tuple[float, float]]]
    limit: float | None = None
    logarithmic: str = ""


@dataclass(slots=True)
class Context:
    """One run of the bench.

    :param folder: an empty folder of this run, removed at its end
    :param rounds: how often each measurement is repeated, the sides in turns; medians count
    """

    folder: Path
    rounds: int = 5
    numbers: dict[str, Any] = field(default_factory=dict)
    plots: dict[str, Bars | Curves] = field(default_factory=dict)

    def keep(self, name: str, numbers: Mapping[str, Any]) -> None:
        """Keep a part's raw numbers, plain JSON, for `docs/performance.json`."""
        self.numbers[name] = dict(numbers)

    def plot(self, name: str, plot: Bars | Curves) -> None:
        """Show a plot in `docs/performance.md`; its file is named `performance-<name>.svg`."""
        self.plots[name] = plot

    def say(self, text: str) -> None:
        """Tell whoever waits how far it is."""
        print(f"  … {text}", file=sys.stderr, flush=True)
