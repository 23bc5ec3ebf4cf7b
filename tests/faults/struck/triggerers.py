"""Triggerers die, restart, fall silent: each of these strikes alone, since every deferred task feels it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tests.faults.bench import PATIENCE, Bench
from tests.faults.cells import Cell, Fault
from tests.faults.cluster import TRIGGERERS, gone, wait_until
from tests.faults.struck.sets import DBT, DEFER, HTTP, TOKENS, cells

_FIRST, _SECOND = TRIGGERERS
_RUN = {"duration": 60.0}  # outlives the fault and what Airflow makes of it
_DEFERRED = (*DEFER, TOKENS[1], ("vishwa", "defer"), HTTP, DBT)


def kill_triggerers(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Kill both triggerers with all they run, and start them again."""
    waiting = bench.launch_waiting(cells_)
    pids = [pid for name in TRIGGERERS for pid in (bench.cluster.pid(name), *bench.cluster.children(name))]
    for name in TRIGGERERS:
        bench.cluster.kill(name)
    if not gone(pids):
        raise RuntimeError(f"of the processes {pids} one lives on")
    before = {cell.name: bench.task(cell).triggerer for cell in waiting}
    for name in TRIGGERERS:
        bench.cluster.start(name)
    return _moved(bench, waiting, before, f"pids {', '.join(map(str, pids))} gone")


def restart_triggerers(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """End both triggerers as a deployment does (SIGTERM), and start them again."""
    waiting = bench.launch_waiting(cells_)
    before = {cell.name: bench.task(cell).triggerer for cell in waiting}
    statuses = [bench.cluster.stop(name) for name in TRIGGERERS]
    for name in TRIGGERERS:
        bench.cluster.start(name)
    return _moved(bench, waiting, before, f"ended with {statuses} on SIGTERM")


def move_triggers(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Let one triggerer miss its heartbeats until the other takes its triggers over; then both live."""
    with _one_triggerer(bench):
        waiting = bench.launch_waiting(cells_)
        before = {cell.name: bench.task(cell).triggerer for cell in waiting}
    bench.cluster.signal(_FIRST, signal.SIGSTOP)
    moved = _moved(bench, waiting, before, f"while {_FIRST} was silent")
    bench.cluster.signal(_FIRST, signal.SIGCONT)
    time.sleep(3.0)  # it finds its triggers gone, and calls their on_kill
    return moved if bench.cluster.lives(_FIRST) else {}


def take_over(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Kill the triggerer that has all triggers, while the other lives."""
    with _one_triggerer(bench):
        waiting = bench.launch_waiting(cells_)
        before = {cell.name: bench.task(cell).triggerer for cell in waiting}
    pid = bench.cluster.kill(_FIRST)
    moved = _moved(bench, waiting, before, f"pid {pid} gone")
    bench.cluster.start(_FIRST)
    return moved


def clear_without_triggerer(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Clear tasks while no triggerer lives that could cancel their runs."""
    waiting = bench.launch_waiting(cells_)
    for name in TRIGGERERS:
        bench.cluster.kill(name)
    before = {cell.name: bench.task(cell).tries for cell in waiting}
    for cell in waiting:
        task = bench.task(cell)
        bench.people.clear(task.dag_id, cell.name, task.task_id)
    for cell in waiting:
        bench.await_try(cell, before[cell.name] + 1)
    for name in TRIGGERERS:
        bench.cluster.start(name)
    return {cell.name: "cleared while both triggerers were dead" for cell in waiting}


@contextmanager
def _one_triggerer(bench: Bench) -> Iterator[None]:
    """Stop the second triggerer for a while, so that the first gets all triggers."""
    bench.cluster.stop(_SECOND)
    yield
    known = set(bench.looking.triggerers())
    bench.cluster.start(_SECOND)
    wait_until(
        lambda: bool(set(bench.looking.triggerers()) - known), PATIENCE, "the second triggerer", every=0.5
    )


def _moved(
    bench: Bench, waiting: Sequence[Cell], before: Mapping[str, int | None], how: str
) -> dict[str, str]:
    """Wait until the triggers have another triggerer, and say of each which."""
    struck = {}
    for cell in waiting:
        old = before[cell.name]
        new = _other_triggerer(bench, cell, old)
        if old is not None and new is not None:
            struck[cell.name] = f"{how}, trigger moved from triggerer {old} to {new}"
    return struck


def _other_triggerer(bench: Bench, cell: Cell, old: int | None) -> int | None:
    def moved() -> bool:
        return bench.task(cell).triggerer not in (None, old)

    try:
        bench.looking.wait(moved, 60.0, "another triggerer")
    except TimeoutError:
        return None
    return bench.task(cell).triggerer


_EVERY_ONE = {"places": _DEFERRED, "flow": _RUN}

FAULTS = tuple(
    Fault(name, title, cells(name, **expected), every=every, alone=True)
    for name, title, every, expected in (
        ("triggerer-killed", "kill -9 of the triggerers while waiting", kill_triggerers, _EVERY_ONE),
        ("triggerer-restarted", "graceful restart of the triggerers", restart_triggerers, _EVERY_ONE),
        ("triggerer-lost", "kill -9 of one triggerer, the other takes over", take_over, _EVERY_ONE),
        ("trigger-moved", "a trigger moved to the other triggerer", move_triggers, _EVERY_ONE),
        ("clear-untriggered", "clear while deferred and no triggerer lives", clear_without_triggerer,
         {"places": DEFER, "flow": {"duration": 240.0}, "starts": 2}),
    )
)  # fmt: skip
