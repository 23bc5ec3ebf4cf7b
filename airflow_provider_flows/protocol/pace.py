"""How often one platform is asked, and in which order those who ask take their turns."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)
# A little more than it need be: with gaps of just 1/20 s, rounding lets 21 starts into some seconds.
_ROOM = 1.0001
_QUEUED = frozenset({"status"})


class Pace(Generic[P]):
    """Limits requests: their starts keep a distance, and only so many are under way at once.

    Starts lie evenly apart, so no second of any kind holds more than `rate` of them. Those who wait stand in
    two lanes: what ends or starts something, and what that needs, goes before the many questions how runs
    stand. Within a lane whoever came first goes first; since a run has one question at a time, none gets two
    turns while another waits.

    It performs no I/O and knows no clock: `now` is in seconds, on any one clock.

    :param rate: how many requests may start in a second, 0 for no limit
    :param at_once: how many may be under way
    """

    def __init__(self, rate: float, at_once: int) -> None:
        self._lanes: tuple[OrderedDict[P, None], ...] = (OrderedDict(), OrderedDict())
        self._under_way = 0
        self._earliest = -math.inf
        self.set_limits(rate, at_once)

    def set_limits(self, rate: float, at_once: int) -> None:
        """Take other limits; what was started stays started."""
        self._gap = _ROOM / rate if rate else 0.0
        self._at_once = at_once

    @property
    def is_free(self) -> bool:
        """Whether nobody waits."""
        return not self._lanes[0] and not self._lanes[1]

    def starts(self, now: float) -> bool:
        """Start a request if nobody waits and it may start now; return whether it does."""
        if not self.is_free or not self._may_start(now):
            return False
        self._start(now)
        return True

    def wait(self, place: P, purpose: str) -> None:
        """Put somebody at the end of the lane for a request of this purpose."""
        self._lanes[purpose in _QUEUED][place] = None

    def give_up(self, place: P) -> None:
        """Let somebody who waits go away; nothing happens where nobody does."""
        for lane in self._lanes:
            lane.pop(place, None)

    def next_start(self, now: float) -> P | None:
        """Start the request of whoever is next, and return who that is; None while nobody may start."""
        if self.is_free or not self._may_start(now):
            return None
        place, _ = (self._lanes[0] or self._lanes[1]).popitem(last=False)
        self._start(now)
        return place

    def end(self) -> None:
        """Take note that a request is over."""
        self._under_way -= 1

    def hold(self, until: float) -> None:
        """Start nothing before an instant."""
        self._earliest = max(self._earliest, until)

    @property
    def next_at(self) -> float | None:
        """When somebody who waits may start; None if nobody waits, or until a request is over."""
        if self.is_free or self._under_way >= self._at_once:
            return None
        return self._earliest

    def _may_start(self, now: float) -> bool:
        return now >= self._earliest and self._under_way < self._at_once

    def _start(self, now: float) -> None:
        self._under_way += 1
        self._earliest = now + self._gap
