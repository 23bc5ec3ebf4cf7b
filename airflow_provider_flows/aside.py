"""Log lines that hold no event loop up: a thread writes them, in their order.

What a triggerer logs goes through a pipe to its supervisor. While that is busy nobody reads, and whoever
writes a line waits: with thousands of triggers for half a minute, and all others with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from typing import Any


class Aside:
    """A logger whose lines are written aside; within an event loop only, elsewhere at once."""

    __slots__ = ("_log",)

    def __init__(self, log: Any) -> None:
        self._log = log

    def info(self, text: str, *values: object) -> None:
        """Log a line."""
        _write(partial(self._log.info, text, *values))

    def warning(self, text: str, *values: object) -> None:
        """Log a warning."""
        _write(partial(self._log.warning, text, *values))


async def written() -> None:
    """Wait until all lines are written that were logged so far."""
    await asyncio.wrap_future(_queued(_nothing))


def _write(line: Callable[[], object]) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        line()
    else:
        _queued(partial(copy_context().run, line))  # by which Airflow knows whose line it is


def _queued(work: Callable[[], object]) -> Future[object]:
    return _writer().submit(work)


@cache
def _writer() -> ThreadPoolExecutor:
    """Return the one thread, which begins when it is needed: never before a process forks."""
    return ThreadPoolExecutor(1, "flows-log")


def _nothing() -> None:
    """Take one's turn."""
