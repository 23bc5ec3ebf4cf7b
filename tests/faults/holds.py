"""Requests on their way, and how one of them is stopped there."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_HELD_AT_MOST = 120.0  # seconds


@dataclass(slots=True)
class Passed:
    """One request that came: whose it was (`cell`), and what was answered; status 0 is no answer."""

    at: float
    method: str
    path: str
    cell: str | None
    body: bytes = field(repr=False)
    status: int = 0


@dataclass(eq=False)
class Hold:
    """Stops one request of a cell: before it goes to the server, or `answered` and before that comes back.

    `strikes` may look at the request too: one that it turns away is let through.
    """

    cell: str
    method: str
    path: str
    answered: bool = False
    strikes: Callable[[Passed], bool] = lambda _: True
    arrived: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _dropped: bool = True

    def fits(self, request: Passed) -> bool:
        """Tell whether this is the request to be held; each hold takes one."""
        return (
            not self.arrived.is_set()
            and request.cell == self.cell
            and request.method == self.method
            and re.search(self.path, request.path) is not None
            and self.strikes(request)
        )

    def drop(self) -> None:
        """Let the request, or its answer, get lost."""
        self._over.set()

    def release(self) -> None:
        """Let it go on."""
        self._dropped = False
        self._over.set()

    async def held(self) -> bool:
        """Wait, and tell whether it goes on."""
        self.arrived.set()
        until = time.monotonic() + _HELD_AT_MOST
        while not self._over.is_set() and time.monotonic() < until:  # noqa: ASYNC110 - set by another thread
            await asyncio.sleep(0.02)
        return not self._dropped
