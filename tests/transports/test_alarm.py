"""The alarm: many who sleep on one loop, one timer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise

from airflow_provider_flows.transports.alarm import Alarm


def timers() -> int:
    """Return how many timers of the running loop are not called off."""
    return sum(not timer.cancelled() for timer in asyncio.get_running_loop()._scheduled)  # type: ignore[attr-defined]  # asyncio's own


def test_whoever_sleeps_shorter_wakes_up_first_and_nobody_too_early() -> None:
    """Sleepers wake up in the order of their times, and of their coming where those are the same."""

    async def run() -> list[tuple[str, bool]]:
        alarm, loop, woken = Alarm(), asyncio.get_running_loop(), []

        async def sleep(name: str, seconds: float) -> None:
            due = loop.time() + seconds
            await alarm.sleep(seconds)
            woken.append((name, loop.time() >= due))

        await asyncio.gather(sleep("late", 0.05), sleep("early", 0.01), sleep("middle", 0.03))
        return woken

    assert asyncio.run(run()) == [("early", True), ("middle", True), ("late", True)]


def test_one_timer_serves_all_who_sleep() -> None:
    """A thousand sleepers need one timer between them, and none is left when all are awake."""

    async def run() -> None:
        alarm = Alarm()
        sleepers = [alarm.sleep(0.01 + number / 1e6) for number in range(1000)]
        assert timers() == 1
        await asyncio.gather(*sleepers)
        assert timers() == 0

    asyncio.run(run())


def test_sleepers_leave_room_for_others() -> None:
    """A thousand who wake up at the same moment go on in small groups, and other work runs between them."""

    async def run() -> list[int]:
        alarm, awake, seen = Alarm(), [], []

        async def sleep(number: int) -> None:
            await alarm.sleep(0.01)
            awake.append(number)

        tasks = [asyncio.ensure_future(sleep(number)) for number in range(1000)]
        while len(awake) < 1000:
            await asyncio.sleep(0)
            seen.append(len(awake))
        await asyncio.gather(*tasks)
        assert awake == list(range(1000))
        return seen

    seen = asyncio.run(run())
    assert max(later - earlier for earlier, later in pairwise([0, *seen])) <= 50


def test_whoever_is_cancelled_disturbs_nobody() -> None:
    """A sleeper that is called off raises there, and the others wake up as they would have."""

    async def run() -> bool:
        alarm = Alarm()

        async def sleep() -> None:
            await alarm.sleep(0.01)

        cancelled, other = asyncio.ensure_future(sleep()), asyncio.ensure_future(sleep())
        await asyncio.sleep(0)
        cancelled.cancel()
        with suppress(asyncio.CancelledError):
            await cancelled
        await other
        return cancelled.cancelled()

    assert asyncio.run(run())


def test_a_closed_alarm_leaves_nobody_asleep() -> None:
    """Whoever still sleeps when all is over wakes up at once, and no timer is left on the loop."""

    async def run() -> None:
        alarm = Alarm()
        nap, cancelled = alarm.sleep(300.0), alarm.sleep(300.0)
        cancelled.cancel()
        alarm.close()
        assert timers() == 0
        await nap

    asyncio.run(run())
