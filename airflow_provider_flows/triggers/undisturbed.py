"""Work that goes on to its end although its task is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

_AT_WORK: set[asyncio.Task[None]] = set()  # the event loop itself keeps no task alive


async def undisturbed(work: Coroutine[None, None, None]) -> None:
    """Carry the work out, however often the caller is cancelled before it is done.

    Airflow 3.3 cancels a killed trigger once more with each of its supervisor's messages, about every second,
    its `on_kill` included (`cancelling_triggers` in jobs/triggerer_job_runner.py). Only cancelling the work
    itself ends it early, as the event loop does with all its tasks when it closes.
    """
    task = asyncio.ensure_future(work)
    _AT_WORK.add(task)
    task.add_done_callback(_AT_WORK.discard)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
