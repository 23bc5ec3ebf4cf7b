"""Lines to a server that plays vishwa.ai, opened so slowly that several users wait for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from airflow_provider_flows.hooks.lines import Line, shared_line
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunHandle

HANDLE = RunHandle("vishwa", "f", "r")
STATUS = {"run_status": "completed"}


def line_to(url: str, **extra: Any) -> Line:
    """Return a line to a server that plays vishwa.ai."""
    raw = RawConnection(conn_id="c", conn_type="vishwa", host=url, password="key-0000", extra=extra)
    return Line(raw, RetryPolicy(attempts=1))


def opener(line: Line, opened: list[Line]) -> Callable[[], Coroutine[None, None, Line]]:
    """Return a function that opens a line after a while and remembers it."""

    async def open_line() -> Line:
        await asyncio.sleep(0.05)
        opened.append(line)
        return line

    return open_line


async def ask_on(key: str, open_line: Callable[[], Coroutine[None, None, Line]]) -> str:
    """Ask for a run on the shared line."""
    async with shared_line(key, open_line) as line:
        return (await line.run(None, lambda api: api.get(HANDLE))).state.value
