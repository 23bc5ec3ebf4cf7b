"""How long the loop stalls while ten thousand triggers are created one by one and ask for the first time."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Any

from tests.bench.polling.heartbeat import Heartbeat
from tests.bench.polling.nginx import Server, counters
from tests.bench.polling.sides import FLOWS, Place, bare_session, flows_arguments, poll_bare
from tests.bench.polling.triggerer import FLOWS_PATH, order_triggers, raise_what_ended, runner

_LONGEST = 300.0  # seconds


async def measure(server: Server, place: Place, order: dict[str, Any]) -> dict[str, float]:
    """Return the longest stall, and the collector's longest pause, in seconds."""
    runs = order["runs"]
    create, check = (_flows if order["side"] == FLOWS else _bare)(place, runs)
    gc.collect()
    _, before = server.counters()
    began = time.monotonic()
    async with Heartbeat() as beat:
        # a task, as in the triggerer, beside what it creates
        await asyncio.create_task(create())
        created = time.monotonic() - began
        polls, asked = 0, 0
        while (polls := (await counters(server))[1] - before - asked) < runs:
            asked += 1
            check()
            if time.monotonic() - began > _LONGEST:
                raise TimeoutError(f"{polls} of {runs} polled")
            await asyncio.sleep(0.25)
        polled = time.monotonic() - began
        await asyncio.sleep(2.0)
        check()
    return {
        "stall": beat.longest,
        "stall_without_collector": beat.longest_without_collector,
        "pause": beat.longest_pause,
        "created_after": created,
        "polled_after": polled,
    }


def _flows(place: Place, runs: int) -> tuple[Callable[[], Any], Callable[[], None]]:
    triggerer = runner()
    order_triggers(triggerer, FLOWS_PATH, (flows_arguments(number, place) for number in range(runs)))
    return triggerer.create_triggers, lambda: raise_what_ended(triggerer)


def _bare(place: Place, runs: int) -> tuple[Callable[[], Any], Callable[[], None]]:
    session = bare_session(place)
    tasks: list[asyncio.Task[None]] = []

    async def create() -> None:
        for number in range(runs):
            # twice for each trigger, as `TriggerRunner.create_triggers`
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            tasks.append(asyncio.create_task(poll_bare(session, place, number)))

    def check() -> None:
        for task in tasks:
            if task.done():
                task.result()

    return create, check
