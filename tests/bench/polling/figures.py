"""Medians and ratios of what the processes measured; nothing here measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, TypeAlias

from tests.bench.polling.sides import BARE, FLOWS

Answers: TypeAlias = Mapping[str, Sequence[Mapping[str, float]]]  # of each side, one for each round
MICRO = 1e6
MILLI = 1e3


def middle(answers: Sequence[Mapping[str, Any]], name: str) -> float:
    """Return the median of one value over the rounds."""
    return median(float(answer[name]) for answer in answers)


def cost(answer: Mapping[str, float]) -> float:
    """Return the processor's time for one poll, in microseconds."""
    return answer["seconds"] / answer["polls"] * MICRO


def costs(taken: Answers) -> dict[str, float]:
    """Return the median cost of a poll by side, in microseconds; sides that never polled are left out."""
    return {side: median(map(cost, answers)) for side, answers in taken.items() if answers}


def over_bare(taken: Answers, side: str = FLOWS) -> float:
    """Return the median over the rounds of a side's cost over that of bare aiohttp in the same round.

    A machine that others use too is half as fast in one minute as in another, so two medians of their own may
    come from different minutes.
    """
    rounds = zip(taken[side], taken[BARE], strict=False)  # ours and bare had more of them than the peers
    return median(cost(each) / cost(bare) for each, bare in rounds)


def opened_per_thousand(answers: Sequence[Mapping[str, float]]) -> float:
    """Return how many connections were opened per thousand polls, the first ones aside, as a median."""
    return median(answer["opened"] / answer["polls"] * 1000 for answer in answers)


def lifetimes(seconds: float, each: float) -> int:
    """Return how many lifetimes begin within so many seconds, the first at once."""
    return 1 + int(seconds // each)


def spread(values: Sequence[float], unit: str, digits: int = 0) -> str:
    """Return a median with the least and the greatest of its rounds."""
    low, high = min(values), max(values)
    return f"{median(values):,.{digits}f} {unit} ({low:,.{digits}f} to {high:,.{digits}f})"


def beside(taken: Answers) -> tuple[str, ...]:
    """Return a note for each side: cost, multiple of bare aiohttp, connections, stall."""
    return tuple(
        f"{side}: {spread([cost(each) for each in answers], 'µs')}, {over_bare(taken, side):.2f} times bare; "
        f"{opened_per_thousand(answers):.1f} connections per 1,000 polls; "
        f"stall {spread([each['stall'] * MILLI for each in answers], 'ms')}; "
        f"server {median(each['server_busy'] for each in answers):.0%} busy"
        for side, answers in taken.items()
        if answers
    )
