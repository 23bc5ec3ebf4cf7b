"""What waits for what, as a colleague writes it: `a >> [b, c] >> d`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import TypeAlias

from airflow_provider_flows.pipelines.layout import Brackets, Member, Piece, lines
from airflow_provider_flows.pipelines.literals import WIDTH

_Names: TypeAlias = tuple[str, ...]
_ARROW = " >> "


def arrows(needs: Mapping[str, Sequence[str]], indent: str) -> Iterator[str]:
    """Yield the lines that say so.

    :param needs: by the variable of a task that waits, those of the tasks before it
    """
    for chain in _chains(needs):
        yield from _lines(chain, indent)


def _chains(needs: Mapping[str, Sequence[str]]) -> list[tuple[_Names, ...]]:
    """Return parts of which each waits for all of the one before it.

    Of two parts side by side, one is a single name, since `[a, b] >> [c, d]` is no Python.
    """
    found: list[tuple[_Names, ...]] = []
    sorted_names = (name for name in TopologicalSorter(needs).static_order() if name in needs)
    for pair in _pairs({name: needs[name] for name in sorted_names}):
        before, _ = pair
        fitting = next((index for index, chain in enumerate(found) if chain[-1] == before), None)
        if fitting is None:
            found.append(pair)
        else:
            found[fitting] = (*found[fitting], pair[1])
    return found


def _pairs(needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[_Names, _Names]]:
    """Yield which names come before which, names that wait for the same together."""
    after: dict[_Names, list[str]] = {}
    for name, before in needs.items():
        after.setdefault(tuple(before), []).append(name)
    for names, waiting in after.items():
        if len(names) == 1:
            yield names, tuple(waiting)
        else:
            yield from ((names, (name,)) for name in waiting)


def _lines(chain: tuple[_Names, ...], indent: str) -> Iterator[str]:
    """Yield a chain in as many lines as it takes; each goes on where the one before it ends."""
    begin = 0
    for end in range(2, len(chain) + 1):
        is_last = end == len(chain)
        if is_last or len(indent) + len(_ARROW.join(map(_written, chain[begin : end + 1]))) > WIDTH:
            yield from _line(chain[begin:end], indent)
            begin = end - 1


def _line(chain: tuple[_Names, ...], indent: str) -> Iterator[str]:
    before, after = chain[0], chain[-1]
    if len(after) > 1:
        return lines(_list(after), indent, _ARROW.join([*map(_written, chain[:-1]), ""]))
    if len(before) > 1:
        return lines(_list(before), indent, "", _ARROW.join(["", *map(_written, chain[1:])]))
    return lines(_ARROW.join(map(_written, chain)), indent)


def _written(names: _Names) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _list(names: _Names) -> Piece:
    return Brackets("[", tuple(map(Member, names)), "]")
