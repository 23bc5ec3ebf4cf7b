"""One line to a platform for all that one event loop has to say on a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Hashable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from airflow_provider_flows.hooks.line import Line
from airflow_provider_flows.hooks.shared import OpenLine, SharedLine
from airflow_provider_flows.protocol.pace import Pace
from airflow_provider_flows.transports.gate import Gate

__all__ = ["Line", "SharedLine", "give_back", "lend_line", "shared_line"]

# Keyed by the loop itself: ids of loops are used again.
_LINES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, SharedLine]] = WeakKeyDictionary()
# These stay: a limit holds, and so does a Retry-After, though nobody had anything to say for a moment.
_GATES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Gate]] = WeakKeyDictionary()


@asynccontextmanager
async def shared_line(key: Hashable, open_line: OpenLine) -> AsyncIterator[SharedLine]:
    """Lend the line of a key on the running loop; it is closed when its last user leaves."""
    line = lend_line(key, open_line)
    try:
        yield line
    finally:
        await give_back(key, line)


def lend_line(key: Hashable, open_line: OpenLine) -> SharedLine:
    """Lend the line of a key on the running loop, until its user gives it back.

    For those of whom thousands wait at once: what a context manager keeps, each of them would.
    """
    loop = asyncio.get_running_loop()
    lines = _LINES.setdefault(loop, {})
    if (line := lines.get(key)) is None:
        gate = _GATES.setdefault(loop, {}).setdefault(key, Gate(Pace(0, 1)))
        line = lines[key] = SharedLine(open_line, gate)
    line.users += 1
    return line


async def give_back(key: Hashable, line: SharedLine) -> None:
    """Take a line back; it is closed if this was its last user."""
    line.users -= 1
    if line.users == 0:
        del _LINES[asyncio.get_running_loop()][key]
        await _to_its_end(line.close())


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Wait for something that must happen even though whoever waits is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
