"""Log lines that hold no event loop up: a thread writes them, in their order.

What a triggerer logs goes through a pipe to its supervisor, which takes 4 KiB, ten lines, in each round of
its own work. While the pipe is full, whoever writes a line waits: the event loop too, which writes
Airflow's own lines, and all triggers with it. So ours leave it room, and those that come too late are left
out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from typing import Any

_SLOW = 0.05  # seconds; a line that took longer has waited for the supervisor
_LEAVE = 10.0  # times as long Airflow's own lines then have the pipe for themselves
_LONGEST_LEAVE = 2.0  # seconds
_LATEST = 5.0  # seconds after which a line is left out; a trigger's end waits for the lines before it


class Aside:
    """A logger whose lines are written aside; within an event loop only, elsewhere at once.

    :param pipe: how they are written, by default like those of all others in this process
    """

    __slots__ = ("_log", "_pipe")

    def __init__(self, log: Any, pipe: Pipe | None = None) -> None:
        self._log = log
        self._pipe = pipe or _PIPE

    def info(self, text: str, *values: object) -> None:
        """Log a line, which is left out if the supervisor is too busy for it."""
        self._write(partial(self._log.info, text, *values), may_drop=True)

    def warning(self, text: str, *values: object) -> None:
        """Log a warning, which is never left out."""
        self._write(partial(self._log.warning, text, *values), may_drop=False)

    def _write(self, line: Callable[[], object], *, may_drop: bool) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            line()
        else:
            told = partial(copy_context().run, line)  # by which Airflow knows whose line it is
            _queued(partial(self._pipe.write, told, self._pipe.clock(), may_drop=may_drop))


class Pipe:
    """Writes lines one after the other, as fast as they are read."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.clock = clock
        self._sleep = sleep
        self._left_out = 0

    def write(self, line: Callable[[], object], logged: float, *, may_drop: bool) -> None:
        """Write a line that was logged then, unless it may be dropped and comes too late."""
        if may_drop and self.clock() - logged > _LATEST:
            self._left_out += 1
            return
        if self._left_out:
            count, self._left_out = self._left_out, 0
            self._timed(lambda: _LOG.warning(_TOLD, count))
        self._timed(line)

    def _timed(self, line: Callable[[], object]) -> None:
        began = self.clock()
        line()
        took = self.clock() - began
        if took > _SLOW:
            self._sleep(min(_LEAVE * took, _LONGEST_LEAVE))


_PIPE = Pipe()
_LOG = logging.getLogger(__name__)
_TOLD = (
    "%d log lines of flow runs were left out: the triggerer's supervisor has more lines than it can read. "
    "Another triggerer would take its share"
)


async def written() -> None:
    """Wait until all lines are written, or left out, that were logged so far."""
    await asyncio.wrap_future(_queued(_nothing))


def _queued(work: Callable[[], object]) -> Future[object]:
    return _writer().submit(work)


@cache
def _writer() -> ThreadPoolExecutor:
    """Return the one thread, which begins when it is needed: never before a process forks."""
    return ThreadPoolExecutor(1, "flows-log")


def _nothing() -> None:
    """Take one's turn."""
