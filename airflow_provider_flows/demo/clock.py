"""Time as the demo sees it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from airflow_provider_flows.demo.failures import DemoError


class Clock(Protocol):
    """Seconds since the demo began, and waiting."""

    def now(self) -> float:
        """Give the seconds so far."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock, counted from its making."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def now(self) -> float:
        """Give the seconds so far."""
        return time.monotonic() - self._start

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def wait_until(
    ready: Callable[[], bool],
    clock: Clock,
    *,
    seconds: float,
    check: Callable[[], None],
    missing: Callable[[], str],
) -> None:
    """Wait until `ready()` is true.

    `check` is called before each look and raises when it is no use to wait on. Raises DemoError with
    `missing()`, which says what was waited for, after `seconds`.
    """
    until = clock.now() + seconds
    while True:
        check()
        if ready():
            return
        if clock.now() >= until:
            raise DemoError(f"{missing()} after {seconds:.0f} s")
        clock.sleep(0.3)
