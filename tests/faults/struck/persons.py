"""What people do to a task: mark it, clear it, clear it with other inputs."""

from __future__ import annotations

from functools import partial

from tests.faults import peers
from tests.faults.bench import Bench
from tests.faults.cells import Cell, Fault
from tests.faults.cluster import wait_until
from tests.faults.looking import Task
from tests.faults.struck.sets import DBT, DBT_WAIT, DEFER, HTTP, WAIT, WAITING, WISEBOT, Place, cells

_ANSWER_IN = 4.0  # seconds; Airflow kills a task five seconds after it was told to end
_LONG = {"duration": 240.0}  # outlives the cell: what is left behind is seen
_SHORT = {"duration": 6.0}


def mark_while(phase: str, state: str, bench: Bench, cell: Cell) -> str:
    """Mark the task while it waits, or while its start is unanswered."""
    if phase == "start":
        bench.spoil(cell, "slow", "start", seconds=_ANSWER_IN)
    bench.launch(cell)
    if phase == "start":
        bench.await_started(cell)
        before = bench.await_state(cell, "running")
    else:
        before = bench.await_waiting(cell)
    _do(bench, cell, state)
    after = bench.await_state(cell, state)
    return f"{before.state}, then {after.state} by a person, with {bench.alive(cell)} runs alive"


def clear_while_waiting(bench: Bench, cell: Cell) -> str:
    """Clear the task while it waits; what it then starts is over soon."""
    bench.launch(cell)
    before = bench.await_waiting(cell)
    bench.shorten(cell)
    _do(bench, cell, "clear")
    return _cleared(bench, cell, before.tries, f"{before.state}, {bench.alive(cell)} runs alive")


def clear_after_success(bench: Bench, cell: Cell) -> str:
    """Clear the task when it has succeeded."""
    bench.launch(cell)
    before = _await_success(bench, cell)
    _do(bench, cell, "clear")
    return _cleared(bench, cell, before.tries, "success")


def clear_with_other_inputs(bench: Bench, cell: Cell) -> str:
    """Clear the task when what its inputs are made of has changed, while it waits or after success."""
    bench.launch(cell)
    synchronous = cell.platform == "wisebot"
    before = _await_success(bench, cell) if synchronous else bench.await_waiting(cell)
    bench.shorten(cell)
    bench.people.set_variable(f"marker.{cell.name}", "second")
    _do(bench, cell, "clear")
    return _cleared(bench, cell, before.tries, f"{before.state}, other inputs from now on")


def _await_success(bench: Bench, cell: Cell) -> Task:
    """Wait for the task, and for its DAG run: a clear between the two is lost by Airflow 3.3.2."""
    task = bench.await_state(cell, "success")
    wait_until(lambda: bench.people.run_state(task.dag_id, cell.name) == "success", 60.0, "the DAG run's end")
    return task


def _cleared(bench: Bench, cell: Cell, tries: int, was: str) -> str:
    bench.looking.wait(lambda: bench.task(cell).tries > tries, 120.0, "the try after the clear")
    return f"{was}, then cleared by a person: try {tries} became {bench.task(cell).tries}"


def _do(bench: Bench, cell: Cell, deed: str) -> None:
    dag_id, task_id = bench.task(cell).dag_id, peers.TASK_ID if cell.peer else "run"
    if deed == "clear":
        bench.people.clear(dag_id, cell.name, task_id)
    else:
        bench.people.mark(dag_id, cell.name, task_id, deed)


def _marks() -> tuple[Fault, ...]:
    """Make the six faults of marking: two states, three phases."""
    places: dict[str, tuple[Place, ...]] = {
        "deferred": (*DEFER, HTTP, DBT),
        "running": (*WAIT, *WISEBOT, DBT_WAIT),
        "start": (*WAITING, DBT),
    }
    shown = {"deferred": "while deferred", "running": "while running", "start": "during the start's request"}
    return tuple(
        Fault(
            name := f"mark-{state}-{phase}",
            f"mark {state} {shown[phase]}",
            cells(name, places[phase], ends=frozenset({state}), marked=True, flow=_LONG),
            each=partial(mark_while, phase, state),
        )
        for state in ("failed", "success")
        for phase in places
    )


FAULTS = (
    *_marks(),
    Fault("clear-deferred", "clear while deferred",
          cells("clear-deferred", (*DEFER, HTTP, DBT), starts=2, flow=_LONG),
          each=clear_while_waiting),
    Fault("clear-running", "clear while running",
          # Airflow 3.3.2 raises `max_tries` only if the executor reports the killed task as a success: then
          # the clear is known for one, else it looks like a retry, which goes on with what was not cancelled.
          (*cells("clear-running", WAIT[:1], starts=2, at_most=True, flow={"duration": 40.0}),
           *cells("clear-running", (*WAIT[1:], DBT_WAIT), starts=2, flow=_LONG),
           *cells("clear-running", WISEBOT, starts=2, at_most=True, refusable=True,
                  flow={"duration": 40.0})),
          each=clear_while_waiting),
    Fault("clear-success", "clear after success",
          cells("clear-success", (*WAITING, *WISEBOT, HTTP, DBT), starts=2, flow=_SHORT),
          each=clear_after_success),
    Fault("clear-changed", "clear with changed inputs",
          (*cells("clear-changed", DEFER, starts=2, flow=_LONG, marker="second"),
           *cells("clear-changed", WAIT[:1], starts=2, at_most=True, flow={"duration": 60.0}, refusable=True,
                  marker="second"),
           *cells("clear-changed", WAIT[1:], starts=2, flow=_LONG, marker="second"),
           *cells("clear-changed", WISEBOT, starts=2, flow=_SHORT, marker="second")),
          each=clear_with_other_inputs),
)  # fmt: skip
