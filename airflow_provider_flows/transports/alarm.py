"""Where the conversations of one event loop let time pass."""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from itertools import count

_AT_ONCE = 50  # who wake up; each has some 20 µs to do before the loop goes on


class Alarm:
    """Wakes all who sleep, with one timer for all of them.

    `asyncio.sleep` keeps a coroutine and a timer with its arguments and a context for each. The collector of
    garbage halts the loop while it looks at them; and while ten thousand timers stand, as many of `aiohttp`'s
    that were called off long ago stay with them.
    """

    def __init__(self) -> None:
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()  # who lay down first wakes up first
        self._timer: asyncio.TimerHandle | None = None

    def sleep(self, seconds: float) -> asyncio.Future[None]:
        """Return what has a result after some seconds; whoever waits for it no longer may cancel it."""
        loop = asyncio.get_running_loop()
        nap = loop.create_future()
        heappush(self._sleeping, (loop.time() + seconds, next(self._numbers), nap))
        if self._sleeping[0][2] is nap:
            self._set()
        return nap

    def close(self) -> None:
        """Wake all at once: what they do next tells them that it is over."""
        for _, _, nap in self._sleeping:
            if not nap.done():
                nap.set_result(None)
        self._sleeping.clear()
        self._set()

    def _set(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        first = self._sleeping[0][0] if self._sleeping else None
        self._timer = None if first is None else asyncio.get_running_loop().call_at(first, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for _ in range(min(_AT_ONCE, len(self._sleeping))):
            if self._sleeping[0][0] > now:
                break
            nap = heappop(self._sleeping)[2]
            if not nap.done():
                nap.set_result(None)
        self._set()
