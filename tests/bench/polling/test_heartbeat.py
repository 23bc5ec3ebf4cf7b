from __future__ import annotations

import asyncio
import gc
import time

import pytest

from tests.bench.polling.heartbeat import Heartbeat, Stall

STALL = Stall(due=10.0, came=10.5)


@pytest.mark.parametrize(
    ("pauses", "left"),
    [
        ([], 0.5),
        ([(9.0, 9.9)], 0.5),
        ([(10.1, 10.3)], 0.3),
        ([(9.0, 10.2)], 0.3),
        ([(10.4, 11.0)], 0.4),
        ([(10.0, 10.1), (10.2, 10.3)], 0.3),
        ([(9.0, 11.0)], 0.0),
    ],
)
def test_a_pause_counts_for_as_much_as_it_overlaps(pauses: list[tuple[float, float]], left: float) -> None:
    """Of a stall, only what the collector took within it is taken off."""
    assert STALL.without(pauses) == pytest.approx(left)


def test_what_blocks_the_loop_is_seen() -> None:
    """A block of the loop is a stall of about its length, and no pause of the collector's."""
    beat = asyncio.run(_blocked(0.2))
    assert beat.longest >= 0.19
    assert beat.longest_without_collector >= 0.19


def test_the_collector_is_told_apart() -> None:
    """A collection is a pause, and what it takes is in the stall but not in the stall without it."""
    beat = asyncio.run(_collecting())
    assert beat.longest_pause > 0
    assert beat.longest_without_collector <= beat.longest


def test_each_stall_is_seen_without_its_own_pauses() -> None:
    """Among many stalls and many pauses, the same as if all pauses were looked at for each stall."""
    pauses = [(start / 7, start / 7 + 0.05) for start in range(300)]
    stalls = [Stall(start / 3, start / 3 + 0.01 * (start % 23)) for start in range(120)]
    beat = Heartbeat(stalls=stalls, pauses=pauses)
    assert beat.longest_without_collector == max(stall.without(pauses) for stall in stalls)


async def _blocked(seconds: float) -> Heartbeat:
    async with Heartbeat() as beat:
        await asyncio.sleep(0)
        time.sleep(seconds)  # noqa: ASYNC251 - on purpose
    return beat


async def _collecting() -> Heartbeat:
    async with Heartbeat() as beat:
        await asyncio.sleep(0.02)
        gc.collect()
        await asyncio.sleep(0.02)
    return beat
