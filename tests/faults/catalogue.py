"""All faults, in the order in which a whole bench does them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.faults.cells import Fault
from tests.faults.struck import core_parts, persons, platforms, storm, triggerers, workers

FAULTS: tuple[Fault, ...] = (
    *workers.FAULTS,
    *persons.FAULTS,
    *platforms.FAULTS,
    *triggerers.FAULTS,
    *core_parts.FAULTS,
    *storm.FAULTS,
)


def chosen(faults: Sequence[str], cells: Sequence[str], *, peers: bool) -> list[Fault]:
    """Return the faults of these names with their cells of these names, all of them where none is named.

    Raises `SystemExit` for an unknown name.
    """
    _known("fault", faults, [fault.name for fault in FAULTS])
    _known("cell", cells, [cell.name for fault in FAULTS for cell in fault.cells])
    found = []
    for fault in FAULTS:
        kept = tuple(
            cell for cell in fault.cells if (not cells or cell.name in cells) and (peers or not cell.peer)
        )
        if kept and (not faults or fault.name in faults):
            found.append(replace(fault, cells=kept))
    return found


def _known(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    if unknown := sorted(set(names) - set(known)):
        raise SystemExit(f"faults: unknown {what} {', '.join(unknown)}; there are {', '.join(known)}")
