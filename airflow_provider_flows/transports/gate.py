"""Where the conversations of one event loop wait for their turns to send."""

from __future__ import annotations

import asyncio
from collections import deque

from airflow_provider_flows.protocol.pace import Pace

_AT_ONCE = 50  # of those who wait for the same thing; each has some 20 µs to do before the loop goes on
# Through a gate in one turn of the loop. Each then makes some 40 objects for its request. At 700 more than
# there were, Python's collector looks at them, and sooner or later at those of all who wait: with 10,000 of
# them that took a quarter of each poll's time.
_ENTERING_AT_ONCE = 10


class Gate:
    """Lets requests through at a `Pace`; one timer serves all who wait.

    It keeps nothing of a loop while nobody waits, so it may be kept in a mapping from loops.
    """

    def __init__(self, pace: Pace[asyncio.Future[None]]) -> None:
        self.pace = pace
        self._timer: asyncio.TimerHandle | None = None
        self._is_opening = False  # in the loop's next turn

    def enters_now(self) -> bool:
        """Go in at once if that may be, and return whether one is in."""
        return self.pace.starts(asyncio.get_running_loop().time())

    def queue(self, purpose: str) -> asyncio.Future[None]:
        """Take a place; one is in when the future has a result. Whoever is cancelled must `give_up`."""
        turn = asyncio.get_running_loop().create_future()
        self.pace.wait(turn, purpose)
        self._let_in()
        return turn

    def give_up(self, turn: asyncio.Future[None]) -> None:
        """Leave a place to the others, also when one's turn has just come."""
        if turn.cancelled():
            self.pace.give_up(turn)
        else:
            self.pace.end()
        self._let_in()

    def leave(self) -> None:
        """Take note that a request is over."""
        self.pace.end()
        if not self.pace.is_free:
            self._let_in()

    def hold(self, seconds: float) -> None:
        """Let nothing through for some seconds."""
        self.pace.hold(asyncio.get_running_loop().time() + seconds)

    def set_limits(self, rate: float, at_once: int) -> None:
        """Take other limits."""
        self.pace.set_limits(rate, at_once)
        self._let_in()

    def _let_in(self) -> None:
        if not self._is_opening:
            self._is_opening = True
            asyncio.get_running_loop().call_soon(self._let_some_in)

    def _let_some_in(self) -> None:
        self._is_opening = False
        loop = asyncio.get_running_loop()
        room = _ENTERING_AT_ONCE
        while (turn := self.pace.next_start(loop.time())) is not None:
            if turn.done():  # cancelled, and about to say so
                self.pace.end()
                continue
            turn.set_result(None)
            room -= 1
            if not room:
                self._let_in()
                return
        self._wake_at(self.pace.next_at)

    def _wake_at(self, instant: float | None) -> None:
        if self._timer is not None:
            if self._timer.when() == instant:
                return
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = None if instant is None else loop.call_at(instant, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._let_some_in()


class Crowd:
    """Many who wait for the same thing; they go on a few at a time, so that the loop hears of others too."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait until `dissolve` gets here."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def dissolve(self) -> None:
        """Let all go on who wait."""
        for _ in range(min(_AT_ONCE, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self.dissolve)
