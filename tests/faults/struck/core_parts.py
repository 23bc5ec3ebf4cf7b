"""The scheduler, the API server and the database die or are away: each strikes alone, since all feel it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from tests.faults.bench import Bench
from tests.faults.cells import Cell, Fault
from tests.faults.cluster import gone, kill_pids
from tests.faults.struck.sets import DBT, DBT_WAIT, HTTP, TOKENS, WAITING, WISEBOT, cells

_SHORT_ABSENCE = 20.0  # seconds
# Each of three heartbeats in a row is sent five times over, with growing pauses, before it counts as failed:
# about half a minute. A longer absence would use up the tries of every task that it meets.
_LONGEST_ABSENCE = 90.0  # seconds
_DATABASE_ABSENCE = 10.0  # seconds
# A scheduler counts as dead after its threshold, and then its tasks wait for the next look for orphans.
_SECONDS_TO_RESET = 100.0


def kill_scheduler(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Kill the scheduler alone and start another: the tasks of the dead one run on while they are reset."""
    waiting = bench.launch_waiting(cells_)
    workers = bench.cluster.children("scheduler")
    before = {cell.name: bench.task(cell) for cell in waiting}
    pid = bench.cluster.kill_alone("scheduler")
    _must_be_gone([pid])
    bench.cluster.start("scheduler")

    def is_reset(cell: Cell) -> bool:
        return bench.task(cell).tries > before[cell.name].tries

    held = [cell for cell in waiting if before[cell.name].state != "deferred"]
    with suppress(TimeoutError):
        bench.looking.wait(lambda: all(map(is_reset, held)), _SECONDS_TO_RESET, "the next tries")
    struck = {}
    for cell in waiting:
        task = before[cell.name]
        if task.state == "deferred":
            struck[cell.name] = f"pid {pid} gone while deferred"
        elif is_reset(cell):
            struck[cell.name] = f"pid {pid} gone, try {task.tries} (pid {task.pid}) was reset"
    # They would wait for orders of the dead scheduler for ever.
    kill_pids(workers)
    return struck


def kill_machine(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Kill the scheduler with all its workers and their tasks, as a lost machine does, and start another."""
    waiting = bench.launch_waiting(cells_)
    before = {cell.name: bench.task(cell) for cell in waiting}
    workers = bench.cluster.children("scheduler")
    pid = bench.cluster.kill("scheduler")
    kill_pids(workers)  # a task's process leads a group of its own
    _must_be_gone([pid, *workers])
    bench.cluster.start("scheduler")
    return {name: f"pid {pid} gone while {task.state}, with its {len(workers)} processes"
            for name, task in before.items()}  # fmt: skip


def leave_briefly(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Take the API server away for twenty seconds."""
    waiting = bench.launch_waiting(cells_)
    before = {cell.name: bench.task(cell).state for cell in waiting}
    since = _leave(bench, lambda: False, _SHORT_ABSENCE)
    silent = [cell.name for cell in waiting if not _heard(bench, cell, since)]
    return {name: f"nothing heard for {_SHORT_ABSENCE:.0f} s while {before[name]}" for name in silent}


def leave_long(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Take the API server away until the workers have given their heartbeats up and ended their tasks."""
    waiting = bench.launch_waiting(cells_)
    before = {cell.name: bench.task(cell) for cell in waiting}
    pids = [task.pid for task in before.values() if task.state == "running" and task.pid is not None]
    since = _leave(bench, lambda: gone(pids, 0.0), _LONGEST_ABSENCE)
    if not gone(pids, 0.0):
        raise RuntimeError(f"tasks outlived {_LONGEST_ABSENCE:.0f} s without an API server")
    struck = {}
    for cell in waiting:
        task = before[cell.name]
        if not _heard(bench, cell, since):
            struck[cell.name] = f"nothing heard while {task.state}" + (
                f", pid {task.pid} was ended for three heartbeats" if task.pid in pids else ""
            )
    return struck


def lose_database(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Kill PostgreSQL and start it ten seconds later; what ends for it is started again."""
    if bench.postgres is None:
        raise RuntimeError("there is no database to take away")
    waiting = bench.launch_waiting(cells_)
    before = {cell.name: bench.task(cell).state for cell in waiting}
    pid = bench.postgres.kill()
    until = time.monotonic() + _DATABASE_ABSENCE
    revived: list[str] = []
    while time.monotonic() < until:
        revived += bench.cluster.revive()
        time.sleep(1.0)
    bench.postgres.start()
    bench.looking.afresh()
    revived += bench.cluster.revive()
    ended = ", ".join(sorted(set(revived))) or "nothing"
    how = f"PostgreSQL (pid {pid}) gone for {_DATABASE_ABSENCE:.0f} s, what ended for it: {ended}"
    return {name: f"{how}; {state}" for name, state in before.items()}


def _leave(bench: Bench, enough: Callable[[], bool], seconds: float) -> tuple[float, float]:
    """Take the API server away until it is enough, so many seconds at most, and return from when to when."""
    bench.execution.away()
    since = time.time()
    while time.time() < since + seconds and not enough():
        time.sleep(0.5)
    until = time.time()
    bench.execution.back()
    bench.looking.afresh()
    return since, until


def _heard(bench: Bench, cell: Cell, absence: tuple[float, float]) -> bool:
    since, until = absence
    return any(since < each.at < until for each in bench.execution.of(cell.name))


def _must_be_gone(pids: Sequence[int]) -> None:
    if not gone(pids):
        raise RuntimeError(f"of the processes {pids} one lives on")


def _whole(name: str, seconds: float) -> tuple[Cell, ...]:
    """Make the cells of a fault that everything feels."""
    flow = {"duration": seconds}
    felt = (*WAITING, *TOKENS, HTTP, DBT, DBT_WAIT)
    return (*cells(name, felt, flow=flow), *cells(name, WISEBOT, flow=flow, refusable=True))


FAULTS = tuple(
    Fault(name, title, _whole(name, seconds), every=every, alone=True)
    for name, title, seconds, every in (
        ("scheduler-killed", "kill -9 and restart of the scheduler", 120.0, kill_scheduler),
        ("machine-killed", "kill -9 of the scheduler with its workers", 75.0, kill_machine),
        ("api-away", "the API server away for 20 s", 40.0, leave_briefly),
        ("api-away-long", "the API server away for more than three heartbeats", 60.0, leave_long),
        ("database-away", "the database away for 10 s", 40.0, lose_database),
    )
)
