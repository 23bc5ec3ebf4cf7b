"""What a poll costs: the whole process's time, over a few seconds of polling without pause."""

from __future__ import annotations

import asyncio
import resource
import time
from typing import Any

from tests.bench.polling import peers, sides
from tests.bench.polling.heartbeat import Heartbeat
from tests.bench.polling.nginx import Server, counters
from tests.bench.polling.sides import Place

SIDES = sides.ALL | peers.ALL
_LONGEST = 300.0  # seconds


async def measure(server: Server, place: Place, order: dict[str, Any]) -> dict[str, float]:
    """Return the CPU seconds, the polls, the connections opened, and the longest stall."""
    runs = order["runs"]
    async with Heartbeat() as beat:
        # Airflow makes each trigger a task
        tasks = [asyncio.create_task(work) for work in SIDES[order["side"]](place, runs)]
        await _all_polled(server, runs, tasks)
        await asyncio.sleep(order["warm"])
        beat.stalls.clear()
        before = server.counters()
        busy, spent, clock = server.seconds(), _spent(), time.perf_counter()
        looks = await _for_a_while(server, before[1] + order["polls"], order["seconds"])
        spent, clock = _spent() - spent, time.perf_counter() - clock
        busy = server.seconds() - busy
        after = server.counters()
        await asyncio.sleep(0.02)  # a beat that is late comes
    _raise_what_ended(tasks)
    asked = 1 + looks  # what was asked for the counters is among them
    polls, opened = after[1] - before[1] - asked, after[0] - before[0] - asked
    return {
        "seconds": spent,
        "wall": clock,
        "polls": polls,
        "opened": opened,
        "stall": beat.longest,
        "stall_without_collector": beat.longest_without_collector,
        "server_busy": busy / clock,
    }


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _for_a_while(server: Server, requests: int, seconds: float) -> int:
    """Wait at least so long, and until the server has had so many requests; return how often it was asked."""
    began = time.monotonic()
    looks = 0
    while (lasted := time.monotonic() - began) < _LONGEST:
        await asyncio.sleep(max(seconds - lasted, 0.25))
        looks += 1
        if (await counters(server))[1] >= requests:
            break
    return looks


async def _all_polled(server: Server, runs: int, tasks: list[asyncio.Task[None]]) -> None:
    """Wait until there were as many polls as runs; for ten thousand that is a long line."""
    _, before = server.counters()
    deadline = time.monotonic() + _LONGEST
    asked = 0
    while (await counters(server))[1] - before - asked < runs:
        asked += 1
        _raise_what_ended(tasks)
        if time.monotonic() > deadline:
            raise TimeoutError(f"not all of {runs} polled")
        await asyncio.sleep(0.2)


def _raise_what_ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()
