"""One cell of the table: a task on a platform that meets a fault, what must come of it, and what did."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faults.bench import Bench

CANCELLABLE = frozenset({"blinkops", "dbt"})
PEER_NAMES = ("http", "dbt")
_REFUSAL = re.compile("may have (been )?started|had other inputs")
SUCCESS = frozenset({"success"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One task instance and what is expected of it.

    `starts` and `ends` are how many runs it may start and the states it may end in. With `refusable` it may
    also fail with an error that sends the user to look, provided that nothing ran twice. `marked` says that a
    person decided how it ends, so that its end says nothing about its runs. `at_most` allows fewer starts;
    several cells of one place differ in their `number`.
    """

    fault: str
    platform: str
    mode: str
    starts: int = 1
    ends: frozenset[str] = SUCCESS
    refusable: bool = False
    marked: bool = False
    line: str = "default"
    dag: str = "cell"
    flow: Mapping[str, Any] = field(default_factory=dict, hash=False)
    marker: str = "first"
    number: int = 0
    at_most: bool = False

    @property
    def name(self) -> str:
        """Return what the DAG run, the flow and the input `cell` are called."""
        return f"{self.fault}.{self.platform}.{self.kind}" + (f".{self.number:03}" if self.number else "")

    @property
    def kind(self) -> str:
        """Return the mode as the table shows it."""
        return self.mode if self.dag == "cell" else f"{self.dag}-{self.mode}"

    @property
    def peer(self) -> bool:
        """Tell whether this is a peer's operator."""
        return self.platform in PEER_NAMES

    @property
    def cancellable(self) -> bool:
        """Tell whether its platform can cancel a run."""
        return self.platform in CANCELLABLE


@dataclass(slots=True)
class Outcome:
    """What came of a cell; `struck` says how the fault is known to have struck, None if it isn't.

    `by_trigger` tells whether the triggerer ended the task, so that no other worker had it.
    """

    cell: Cell
    struck: str | None = None
    state: str | None = None
    started: int = 0
    lost: int = 0
    left: int = 0
    error: str = ""
    trouble: str = ""
    seconds: float = 0.0
    by_trigger: bool = False

    @property
    def duplicates(self) -> int:
        """Return how many runs there were that nobody wished for."""
        return max(0, self.started - self.cell.starts)

    @property
    def refused(self) -> bool:
        """Tell whether the task gave up, as it may here, with an error that says what is in doubt."""
        return self.cell.refusable and self.state == "failed" and bool(_REFUSAL.search(self.error))

    @property
    def held(self) -> bool:
        """Tell whether the promise was kept, under a fault that is known to have struck."""
        if self.struck is None or self.trouble or self.duplicates or self.lost or self.left:
            return False
        enough = self.cell.at_most or self.started == self.cell.starts
        return self.refused or (enough and self.state in self.cell.ends)

    @property
    def verdict(self) -> str:
        """Say it in a word or two."""
        if self.held:
            return "refused" if self.refused else "held"
        if self.struck is None:
            return "NOT STRUCK"
        return "NOT HELD"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and the cells that meet it.

    `each` strikes one cell, so that cells of many faults may run side by side; `every` strikes all of them
    at once, and `alone` says that it hits the cluster under everybody's feet. Both start the cells themselves
    and return how the strike is known to have happened.
    """

    name: str
    title: str
    cells: tuple[Cell, ...]
    each: Callable[[Bench, Cell], str] | None = None
    every: Callable[[Bench, Sequence[Cell]], Mapping[str, str]] | None = None
    alone: bool = False
