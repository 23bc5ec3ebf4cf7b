"""One line to a platform for all that one event loop has to say on a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from airflow_provider_flows.hooks.line import Line
from airflow_provider_flows.hooks.shared import OpenLine, SharedLine
from airflow_provider_flows.protocol.pace import Pace
from airflow_provider_flows.transports.gate import Gate

if TYPE_CHECKING:
    from airflow_provider_flows.hooks.connected import ConnectedHook

__all__ = ["Line", "SharedLine", "held_line", "shared_line"]

# Keyed by the loop itself: ids of loops are used again.
_LINES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, SharedLine]] = WeakKeyDictionary()
# These stay: a limit holds, and so does a Retry-After, though nobody had anything to say for a moment.
_GATES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Gate]] = WeakKeyDictionary()


class shared_line:  # noqa: N801 - to its users it is a function
    """Lend the line of a key on the running loop; it is closed when its last user leaves.

    A class and not a generator: it takes less room, and thousands of runs are waited for at once.
    """

    __slots__ = ("_key", "_line", "_open_line")

    def __init__(self, key: Hashable, open_line: OpenLine) -> None:
        self._key = key
        self._open_line = open_line

    async def __aenter__(self) -> SharedLine:
        loop = asyncio.get_running_loop()
        lines = _LINES.setdefault(loop, {})
        if (line := lines.get(self._key)) is None:
            gate = _GATES.setdefault(loop, {}).setdefault(self._key, Gate(Pace(0, 1)))
            line = lines[self._key] = SharedLine(self._open_line, gate)
        line.users += 1
        self._line = line
        del self._open_line
        return line

    async def __aexit__(self, *_: object) -> None:
        self._line.users -= 1
        if self._line.users == 0:
            del _LINES[asyncio.get_running_loop()][self._key]
            await _to_its_end(self._line.close())


class held_line(shared_line):  # noqa: N801 - as above
    """Lend a hook its line, which it uses for all that it says meanwhile."""

    __slots__ = ("_hook",)

    def __init__(self, hook: ConnectedHook) -> None:
        super().__init__(hook.flow_conn_id, hook._open_line)  # noqa: SLF001 - its own way to hold on
        self._hook = hook

    async def __aenter__(self) -> SharedLine:
        self._hook._held = line = await super().__aenter__()  # noqa: SLF001 - as above
        return line

    async def __aexit__(self, *_: object) -> None:
        self._hook._held = None  # noqa: SLF001 - as above
        await super().__aexit__()


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Wait for something that must happen even though whoever waits is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
