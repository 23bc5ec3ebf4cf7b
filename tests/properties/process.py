"""Processes that stop at every call to the world, so that a test decides who goes on and who dies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from greenlet import getcurrent, greenlet

from tests.link import Clock

BEGINNING, END = "beginning", "end"
SLEEP = "sleep"


class KilledError(BaseException):
    """The process is gone; nothing that it meant to do later is done."""


class Process:
    """Runs a body that stands still before each of its calls, and once more after the call took effect.

    A point has the call's name, and with a `!` behind it means that the call took effect and that the process
    has not heard of it yet.
    """

    def __init__(self, clock: Clock) -> None:
        self.at = BEGINNING
        self._clock = clock
        self._is_doomed = False
        self._greenlet: greenlet | None = None

    @property
    def is_over(self) -> bool:
        """Whether the process has ended or is dead."""
        return self.at == END

    def begin(self, body: Callable[[], None]) -> None:
        """Take the body on; it runs with the first step."""
        self._greenlet = greenlet(body)

    def step(self) -> None:
        """Go on to the next point."""
        assert self._greenlet is not None, "the process has begun"
        self._greenlet.switch()
        if self._greenlet.dead:
            self.at = END

    def go_to(self, point: str) -> None:
        """Go on to the next point of this name, or to the end."""
        while not self.is_over:
            self.step()
            if self.at == point:
                return

    def die(self) -> None:
        """Be killed where it stands."""
        self._is_doomed = True
        with suppress(KilledError):
            self.go_to(END)
        self.at = END

    def stand(self, point: str) -> None:
        """Stop at a point; called by the body."""
        if getcurrent() is not self._greenlet:
            return  # a signal's handler, which nobody stops
        self.at = point
        self._greenlet.parent.switch()
        if self._is_doomed:
            raise KilledError

    def sleep(self, seconds: float) -> None:
        """Let time pass, for everybody; called by the body."""
        until = self._clock.now + seconds
        self.stand(SLEEP)
        self._clock.now = max(self._clock.now, until)
