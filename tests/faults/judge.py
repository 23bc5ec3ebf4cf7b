"""Plays one fault and judges each of its cells: what was started, lost, left behind."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.faults.bench import Bench
from tests.faults.cells import Cell, Fault, Outcome

_END = 240.0  # seconds for a task to end after its fault
_SETTLING = 8.0  # seconds in which a cancellation may still arrive after the task's end
_SUPERSEDED = "has begun another attempt"
_ENDED_HERE = "the task ends without another worker"  # what `triggers/ending.py` logs
_OURS = re.compile(r"Flow\w+(Error|Failed|Left)|AirflowFailException")


def play_cell(bench: Bench, fault: Fault, cell: Cell) -> Outcome:
    """Strike one cell and judge it."""
    if fault.each is None:
        raise AssertionError(fault.name)
    outcome, began = Outcome(cell), time.monotonic()
    try:
        outcome.struck = fault.each(bench, cell)
    except Exception as error:  # noqa: BLE001 - whatever it was, the fault did not strike as it should
        outcome.trouble = f"{type(error).__name__}: {error}"
    _await_end(bench, outcome, time.monotonic() + _END)
    bench.looking.afresh()
    return _judged(bench, outcome, began)


def play_all(bench: Bench, fault: Fault) -> list[Outcome]:
    """Strike all cells of a fault at once and judge each."""
    if fault.every is None:
        raise AssertionError(fault.name)
    began, trouble, struck = time.monotonic(), "", dict[str, str]()
    try:
        struck.update(fault.every(bench, fault.cells))
    except Exception as error:  # noqa: BLE001 - whatever it was, the fault did not strike as it should
        trouble = f"{type(error).__name__}: {error}"
    until = time.monotonic() + _END
    while fault.alone and time.monotonic() < until and not all(_over(bench, cell) for cell in fault.cells):
        bench.cluster.revive()  # what ended late for the fault
        time.sleep(0.5)
    outcomes = [Outcome(cell, struck.get(cell.name), trouble=trouble) for cell in fault.cells]
    for outcome in outcomes:
        _await_end(bench, outcome, until)
    bench.looking.afresh()
    return [_judged(bench, _as_wished(bench, outcome), began) for outcome in outcomes]


def _as_wished(bench: Bench, outcome: Outcome) -> Outcome:
    """Expect what people did besides: a random fault may have been one of them."""
    cell = outcome.cell
    marked = cell.name in bench.marked
    ends = cell.ends | ({"failed"} if marked else set())
    expected = replace(
        cell, starts=cell.starts + bench.wishes[cell.name], marked=marked or cell.marked, ends=ends
    )
    return replace(outcome, cell=expected)


def _await_end(bench: Bench, outcome: Outcome, end: float) -> None:
    """Wait for the task's end, and give a cancellation its time."""
    cell = outcome.cell
    try:
        bench.looking.wait(
            lambda: _over(bench, cell), max(0.0, end - time.monotonic()), "the end of the task"
        )
    except TimeoutError:
        outcome.trouble = outcome.trouble or f"the task was not over {_END:.0f} s after the fault"
    until = time.monotonic() + _SETTLING
    while cell.cancellable and bench.alive(cell) and time.monotonic() < until:
        time.sleep(0.5)


def _judged(bench: Bench, outcome: Outcome, began: float) -> Outcome:
    cell = outcome.cell
    task = bench.looking.task(cell.name)
    runs = bench.looking.runs(cell.name)
    outcome.state = task.state if task else None
    outcome.started = len(runs)
    outcome.error = last_error(bench.home / "logs", cell.name) if outcome.state == "failed" else ""
    outcome.left = bench.alive(cell) if cell.cancellable else 0
    outcome.lost = _lost(bench, outcome)
    outcome.trouble = outcome.trouble or _wrong_inputs(bench, outcome)
    outcome.by_trigger = not cell.peer and _ended_by_trigger(bench.home / "logs", cell.name)
    outcome.seconds = time.monotonic() - began
    return outcome


def _ended_by_trigger(logs: Path, run_id: str) -> bool:
    files = logs.glob(f"**/run_id={run_id}/**/*.trigger.*.log")
    return any(_ENDED_HERE in file.read_text(errors="replace") for file in files)


def _over(bench: Bench, cell: Cell) -> bool:
    task = bench.looking.task(cell.name)
    return task is not None and task.over


def _lost(bench: Bench, outcome: Outcome) -> int:
    """Count the run whose success the task did not tell, or the success it told without one."""
    cell = outcome.cell
    if cell.marked or outcome.refused:
        return 0
    succeeded = [run for run in bench.looking.runs(cell.name) if run.state == "success"]
    if outcome.state != "success":
        return int(bool(succeeded))
    return int(not succeeded or (not cell.peer and bench.looking.result(cell.name) is None))


def _wrong_inputs(bench: Bench, outcome: Outcome) -> str:
    runs = bench.looking.runs(outcome.cell.name)
    if outcome.cell.peer or outcome.refused or not runs:
        return ""
    marker = runs[-1].inputs.get("marker")
    return "" if marker == outcome.cell.marker else f"the last run has the inputs of {marker}"


def last_error(logs: Path, run_id: str) -> str:
    """Return the first line of the last error of ours in a task's logs, empty if there is none.

    An attempt whose place was taken by another one tells only of that, so it does not count.
    """
    files = logs.glob(f"**/run_id={run_id}/**/attempt=*.log")
    lines = sorted(line for file in files for line in file.read_text(errors="replace").splitlines())
    errors = (_error(line) for line in reversed(lines))  # each begins with its time
    return next((error for error in errors if error and _SUPERSEDED not in error), "")


def _error(line: str) -> str:
    """Return the error of a log line that ends a task by one of ours."""
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    details: Sequence[Mapping[str, str]] = entry.get("error_detail") or ()
    for detail in details:
        if _OURS.search(str(detail.get("exc_type", ""))):
            return f"{detail['exc_type']}: {str(detail['exc_value']).splitlines()[0]}"
    return ""
