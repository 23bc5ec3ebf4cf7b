"""The places where faults strike: platform and mode of a cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from tests.faults.cells import Cell

Place: TypeAlias = tuple[str, str]

WAIT: tuple[Place, ...] = (("scade", "wait"), ("blinkops", "wait"))
DEFER: tuple[Place, ...] = (("scade", "defer"), ("blinkops", "defer"))
WAITING: tuple[Place, ...] = (*WAIT, *DEFER)
WISEBOT: tuple[Place, ...] = (("wisebot", "wait"),)
TOKENS: tuple[Place, ...] = (("unitelabs", "wait"), ("unitelabs", "defer"))
SEARCH: tuple[Place, ...] = (("blinkops", "search-wait"), ("blinkops", "search-defer"))
HTTP: Place = ("http", "defer")
DBT: Place = ("dbt", "defer")
DBT_WAIT: Place = ("dbt", "wait")


def cells(fault: str, places: Iterable[Place], **expected: Any) -> tuple[Cell, ...]:
    """Make the cells of a fault that expect the same."""
    made = []
    for platform, mode in places:
        kind, _, rest = mode.rpartition("-")
        own = {"dag": kind} if kind else {}
        made.append(Cell(fault, platform, rest, **{**expected, **own}))
    return tuple(made)
