"""How much memory ten thousand watched runs take."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.polling.nginx import Server
from tests.bench.polling.sides import FLOWS, Place, flows_arguments
from tests.bench.polling.triggerer import (
    FLOWS_PATH,
    SLEEPER_PATH,
    order_triggers,
    raise_what_ended,
    runner,
)

if TYPE_CHECKING:
    from airflow.jobs.triggerer_job_runner import TriggerRunner

_FEW = 200  # which load all modules and open all connections
_LONGEST = 300.0  # seconds


async def measure(server: Server, place: Place, order: dict[str, Any]) -> dict[str, float]:
    """Return what each further run adds to the process's resident memory, in bytes."""
    triggerer = runner()
    watches = order["side"] == FLOWS
    await _watch(triggerer, server, place, range(_FEW), watches=watches)
    before = _resident()
    await _watch(triggerer, server, place, range(_FEW, _FEW + order["runs"]), watches=watches)
    return {"bytes": (_resident() - before) / order["runs"], "resident": _resident()}


async def _watch(
    triggerer: TriggerRunner, server: Server, place: Place, numbers: range, *, watches: bool
) -> None:
    """Create triggers, and wait until each run was asked for once."""
    _, before = server.counters()
    if watches:
        order_triggers(triggerer, FLOWS_PATH, (flows_arguments(number, place) for number in numbers))
    else:
        order_triggers(triggerer, SLEEPER_PATH, ({} for _ in numbers))
    await triggerer.create_triggers()  # type: ignore[no-untyped-call]  # untyped in Airflow
    began, asked = time.monotonic(), 0
    while watches and server.counters()[1] - before - asked < len(numbers):
        asked += 1
        if time.monotonic() - began > _LONGEST:
            raise TimeoutError("not all polled")
        await asyncio.sleep(0.25)
    await asyncio.sleep(1.0)
    raise_what_ended(triggerer)
    gc.collect()


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
