"""kill -9 of the worker: the task's process and its supervisor, at an exact place between two requests."""

from __future__ import annotations

import os
import signal

import psutil

from tests.faults.bench import STORE, Bench
from tests.faults.cells import Cell, Fault
from tests.faults.cluster import gone
from tests.faults.struck.sets import DBT, DBT_WAIT, HTTP, SEARCH, WAIT, WAITING, WISEBOT, cells

_ANY_WRITE = r"/xcoms/|/task-instances/[^/]+/(state|rtif|skip)"
_SLOW = 10.0  # seconds of an answer to a start that nobody is left to hear


def kill_worker(bench: Bench, cell: Cell) -> str:
    """Kill the process of a running task and the executor's worker above it; say which they were."""
    bench.looking.afresh()
    task = bench.task(cell)
    if task.state != "running" or task.pid is None:
        raise RuntimeError(f"the task is {task.state}, there is no worker to kill")
    child = psutil.Process(task.pid)
    supervisor = child.parent()
    if supervisor is None or "LocalExecutor" not in " ".join(supervisor.cmdline()):
        raise RuntimeError(f"process {task.pid} of the task has no LocalExecutor worker above it")
    # Stopped first, so that neither can tell of the other's end.
    os.kill(supervisor.pid, signal.SIGSTOP)
    for pid in (task.pid, supervisor.pid):
        os.kill(pid, signal.SIGKILL)
    if not gone([task.pid, supervisor.pid]):
        raise RuntimeError(f"processes {task.pid} and {supervisor.pid} live on")
    return f"pids {task.pid} and {supervisor.pid} gone in try {task.tries}"


def before_start(bench: Bench, cell: Cell) -> str:
    """Kill the worker before anything was sent: ours at the intent's write, a peer at its connection."""
    place = {"http": ("PATCH", "/state"), "dbt": ("GET", "/connections/")}
    method, path = place.get(cell.platform, ("PUT", STORE))
    hold = bench.hold(cell, method, path)
    bench.launch(cell)
    bench.held(hold)
    killed = kill_worker(bench, cell)
    hold.drop()
    return f"{killed}, {method} {path} never forwarded, {bench.started(cell)} runs then"


def after_intent(bench: Bench, cell: Cell) -> str:
    """Kill the worker when its intent is written, before it knows that."""
    hold = bench.hold(cell, "PUT", STORE, answered=True)
    bench.launch(cell)
    bench.held(hold)
    killed = kill_worker(bench, cell)
    hold.drop()
    return f"{killed}, the intent's acknowledgement dropped, {bench.started(cell)} runs then"


def during_start(bench: Bench, cell: Cell) -> str:
    """Kill the worker between the arrival of its start and the answer."""
    bench.spoil(cell, "slow", "start", seconds=_SLOW)
    bench.launch(cell)
    bench.await_started(cell)
    return f"{kill_worker(bench, cell)} while the answer was on its way"


def before_journal(bench: Bench, cell: Cell) -> str:
    """Kill the worker when it has the answer, before its next write; ours writes the run first."""
    hold = bench.hold(cell, *(("POST", _ANY_WRITE) if cell.peer else ("PUT", STORE)), started=True)
    bench.launch(cell)
    bench.held(hold)
    killed = kill_worker(bench, cell)
    hold.drop()
    return f"{killed}, {hold.method} after the start never forwarded"


def after_journal(bench: Bench, cell: Cell) -> str:
    """Kill the worker when its run is written, at the first XCom."""
    hold = bench.hold(cell, "POST", "/xcoms/", started=True)
    bench.launch(cell)
    bench.held(hold)
    killed = kill_worker(bench, cell)
    hold.drop()
    written = [each for each in bench.execution.of(cell.name, "PUT", STORE) if each.status == 204]
    return f"{killed}, {len(written)} writes acknowledged before"


def while_waiting(bench: Bench, cell: Cell) -> str:
    """Kill the worker that waits for its run."""
    bench.launch(cell)
    bench.await_waiting(cell)
    return f"{kill_worker(bench, cell)} while it asked for its run"


_LONG = {"duration": 50.0}
_SHORT = {"duration": 3.0}

FAULTS = (
    Fault("worker-before-start", "kill -9 of the worker before the start",
          cells("worker-before-start", (*WAITING, *WISEBOT, HTTP, DBT, DBT_WAIT), flow=_SHORT),
          each=before_start),
    Fault("worker-after-intent", "kill -9 of the worker between intent and start",
          cells("worker-after-intent", (*WAITING, *WISEBOT), flow=_SHORT, refusable=True),
          each=after_intent),
    Fault("worker-during-start", "kill -9 of the worker between the request's arrival and its answer",
          (*cells("worker-during-start", (*WAITING, *WISEBOT), flow=_SHORT, refusable=True),
           *cells("worker-during-start", (*SEARCH, DBT, DBT_WAIT), flow={"duration": 30.0})),
          each=during_start),
    Fault("worker-before-journal", "kill -9 of the worker between the answer and the journal",
          (*cells("worker-before-journal", (*WAITING, *WISEBOT), flow=_SHORT, refusable=True),
           *cells("worker-before-journal", (*SEARCH, DBT, DBT_WAIT), flow={"duration": 30.0})),
          each=before_journal),
    Fault("worker-after-journal", "kill -9 of the worker after the journal",
          cells("worker-after-journal", (*WAITING, *WISEBOT), flow=_LONG),
          each=after_journal),
    Fault("worker-waiting", "kill -9 of the worker while waiting",
          cells("worker-waiting", (*WAIT, DBT_WAIT), flow=_LONG),
          each=while_waiting),
)  # fmt: skip
