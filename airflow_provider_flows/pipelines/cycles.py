"""Steps that wait for one another."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping


def rings(needs: Mapping[str, Collection[str]]) -> Iterator[list[str]]:
    """Yield rings of steps that wait for one another, each with its first step once more: `a, b, a`.

    Every step that waits for itself is in one of them, and each ring is as short as its first step allows.

    :param needs: by step, those that it waits for, all of them steps too
    """
    stuck = _stuck(needs)
    told: set[str] = set()
    for start in needs:
        if start in stuck and start not in told and (ring := _ring(start, needs, stuck)):
            told.update(ring)
            yield ring


def _stuck(needs: Mapping[str, Collection[str]]) -> set[str]:
    """Return the steps that could never run: those in rings, and those that wait for them."""
    waits = {name: set(needed) for name, needed in needs.items()}
    followers: dict[str, list[str]] = {name: [] for name in needs}
    for name, needed in waits.items():
        for each in needed:
            followers[each].append(name)
    ready = [name for name, needed in waits.items() if not needed]
    while ready:
        name = ready.pop()
        del waits[name]
        for follower in followers[name]:
            waits[follower].discard(name)
            if not waits[follower]:
                ready.append(follower)
    return set(waits)


def _ring(start: str, needs: Mapping[str, Collection[str]], stuck: set[str]) -> list[str]:
    """Return the shortest way from a step back to itself, empty where there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for need in needs[name]:
            if need in stuck and need not in came_from:
                came_from[need] = name
                waiting.append(need)
    if start not in came_from:
        return []
    ring = [start, came_from[start]]
    while ring[-1] != start:
        ring.append(came_from[ring[-1]])
    return ring[::-1]
