"""How long an event loop could not turn to anything else, with and without the collector's pauses."""

from __future__ import annotations

import asyncio
import gc
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

PERIOD = 0.005  # seconds between two beats


@dataclass(frozen=True, slots=True)
class Stall:
    """One late beat: from when it was due until it came, in seconds of one clock."""

    due: float
    came: float

    def without(self, pauses: Iterable[tuple[float, float]]) -> float:
        """Return its length without what these pauses, from and until, took of it."""
        taken = sum(max(0.0, min(self.came, end) - max(self.due, start)) for start, end in pauses)
        return self.came - self.due - taken


@dataclass(slots=True)
class Heartbeat:
    """Beats on the running loop between `async with` and its end."""

    stalls: list[Stall] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)
    _began: float = 0.0
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Heartbeat:
        gc.callbacks.append(self._collecting)
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        gc.callbacks.remove(self._collecting)
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    @property
    def longest(self) -> float:
        """Return the longest stall in seconds, whatever it came from."""
        return max((stall.came - stall.due for stall in self.stalls), default=0.0)

    @property
    def longest_without_collector(self) -> float:
        """Return the longest stall in seconds that the garbage collector is not to blame for."""
        ends = [end for _, end in self.pauses]  # in order, and so are their beginnings
        return max((stall.without(self._amid(stall, ends)) for stall in self.stalls), default=0.0)

    def _amid(self, stall: Stall, ends: Sequence[float]) -> Iterator[tuple[float, float]]:
        """Give the pauses amid a stall; to look at all of them for each stall would take minutes."""
        number = bisect_right(ends, stall.due)
        while number < len(ends) and self.pauses[number][0] < stall.came:
            yield self.pauses[number]
            number += 1

    @property
    def longest_pause(self) -> float:
        """Return the garbage collector's longest pause in seconds."""
        return max((end - start for start, end in self.pauses), default=0.0)

    async def _beat(self) -> None:
        while True:
            due = time.perf_counter() + PERIOD
            try:
                await asyncio.sleep(PERIOD)
            finally:  # the last one may be late when all is over
                came = time.perf_counter()
                if came > due:
                    self.stalls.append(Stall(due, came))

    def _collecting(self, phase: str, _: Mapping[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._began = now
        elif self._began:
            self.pauses.append((self._began, now))
