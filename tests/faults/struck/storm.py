"""All at once, at random, seeded: over two hundred flow runs while everything fails again and again."""

from __future__ import annotations

import itertools
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import psutil

from tests.faults.bench import Bench
from tests.faults.cells import Cell, Fault
from tests.faults.cluster import TRIGGERERS, kill_pids
from tests.faults.looking import OVER
from tests.faults.struck.workers import kill_worker

RUNS = 210
_AT_ONCE = 16  # unfinished tasks: if all are reset at once, the scheduler must still come to beat
_SECONDS = (3.0, 20.0)  # of a run, at least and at most
_PAUSE = (6.0, 16.0)  # seconds between two faults, at least and at most
_AWAY = (4.0, 12.0)  # seconds
_ROUNDS = 2  # of every kind of fault; then only such that strike one task, so that the rest can end
_LIMIT = 720.0  # seconds for all runs to be started and over
_PLACES = (
    ("scade", "wait"), ("scade", "defer"), ("blinkops", "wait"), ("blinkops", "defer"), ("unitelabs", "wait"),
    ("unitelabs", "defer"), ("vishwa", "defer"), ("wisebot", "wait"), ("scade", "wait"), ("blinkops", "wait"),
)  # fmt: skip


class Storm:
    """Picks faults with one generator of random numbers: a seed gives the same kinds in the same order."""

    def __init__(self, bench: Bench, cells: Sequence[Cell], seed: int) -> None:
        self._bench = bench
        self._cells = {cell.name: cell for cell in cells}
        self._random = random.Random(seed)  # noqa: S311 - no secret is made of it
        self._old_workers: list[int] = []
        self.done: Counter[str] = Counter()
        self._deeds: Mapping[str, Callable[[], None]] = {
            "workers killed": self._kill_worker,
            "triggerers killed": self._kill_triggerer,
            "triggerers silent": self._silence_triggerer,
            "schedulers killed": self._kill_scheduler,
            "absences of the API server": self._leave_api,
            "absences of the database": self._leave_database,
            "absences of the platforms": self._leave_platforms,
            "answers to starts lost": self._lose_start,
            "answers spoiled": self._spoil_answers,
            "tasks cleared": self._clear,
            "tasks marked failed": self._mark,
        }

    def blow(self, over: Callable[[], bool]) -> None:
        """Strike until all is over, each deed in its turn before any comes twice."""
        until = time.monotonic() + _LIMIT
        for name in self._order():
            if over() or time.monotonic() > until:
                break
            try:
                self._deeds[name]()
                self.done[name] += 1
            except (RuntimeError, LookupError, TimeoutError, psutil.Error) as error:
                self.done[f"missed ({type(error).__name__})"] += 1
            self._bench.cluster.revive()
            time.sleep(self._random.uniform(*_PAUSE))
        kill_pids(self._old_workers)

    def _order(self) -> Iterator[str]:
        names = list(self._deeds)
        # What strikes one task comes more often than what strikes all.
        single = ["workers killed", "answers to starts lost", "answers spoiled", "tasks cleared"]
        for _ in range(_ROUNDS):
            several = names + single
            self._random.shuffle(several)
            yield from several
        while True:
            yield self._random.choice(single)

    def _any(self, *states: str) -> Cell:
        """Pick a cell whose task is in one of these states; raises `LookupError` if none is."""
        found = [cell for name, cell in sorted(self._cells.items())
                 if (task := self._bench.looking.task(name)) and task.state in states]  # fmt: skip
        if not found:
            raise LookupError(f"no task is {' or '.join(states)}")
        return self._random.choice(found)

    def _kill_worker(self) -> None:
        kill_worker(self._bench, self._any("running"))

    def _kill_triggerer(self) -> None:
        name = self._random.choice(TRIGGERERS)
        self._bench.cluster.kill(name)
        self._bench.cluster.start(name)

    def _silence_triggerer(self) -> None:
        name = self._random.choice(TRIGGERERS)
        self._bench.cluster.signal(name, signal.SIGSTOP)
        time.sleep(25.0)  # longer than the threshold
        self._bench.cluster.signal(name, signal.SIGCONT)

    def _kill_scheduler(self) -> None:
        self._old_workers += self._bench.cluster.children("scheduler")
        self._bench.cluster.kill_alone("scheduler")
        self._bench.cluster.start("scheduler")

    def _leave_api(self) -> None:
        self._bench.execution.away()
        time.sleep(self._random.uniform(*_AWAY))
        self._bench.execution.back()

    def _leave_database(self) -> None:
        if self._bench.postgres is None:
            raise LookupError("there is no database to take away")
        self._bench.postgres.kill()
        time.sleep(self._random.uniform(*_AWAY))
        self._bench.postgres.start()

    def _leave_platforms(self) -> None:
        self._bench.line.away()
        time.sleep(self._random.uniform(*_AWAY))
        self._bench.line.back()

    def _lose_start(self) -> None:
        self._bench.spoil(self._any("queued", "scheduled", "running"), "lost", "start")

    def _spoil_answers(self) -> None:
        kind = self._random.choice(["lost", "cut", "not_json", "rate_limit", "status"])
        self._bench.spoil(self._any("running", "deferred"), kind, "status", times=4)

    def _clear(self) -> None:
        cell = self._any("running", "deferred", "success")
        dag_id = f"storm_{cell.platform}_{cell.mode}"
        over = self._bench.people.run_state(dag_id, cell.name) in OVER
        if over != (self._bench.task(cell).state == "success"):
            raise LookupError(
                "a clear between the end of a task and that of its DAG run is lost by Airflow 3.3.2"
            )
        self._bench.people.clear(dag_id, cell.name, "run")
        self._bench.wishes[cell.name] += 1

    def _mark(self) -> None:
        cell = self._any("running", "deferred")
        self._bench.people.mark(f"storm_{cell.platform}_{cell.mode}", cell.name, "run", "failed")
        self._bench.marked.add(cell.name)


def rage(bench: Bench, cells: Sequence[Cell]) -> Mapping[str, str]:
    """Start all runs, a few at a time, and strike until the last is over."""
    storm = Storm(bench, cells, bench.seed)
    stop = threading.Event()
    launcher = threading.Thread(target=_launch, args=[bench, cells, stop], name="launcher")
    launcher.start()
    try:
        storm.blow(lambda: not launcher.is_alive() and not _unfinished(bench, cells))
    finally:
        stop.set()
        launcher.join()
    done = ", ".join(f"{number} {name}" for name, number in sorted(storm.done.items()))
    launched = [cell.name for cell in cells if bench.looking.task(cell.name)]
    return dict.fromkeys(launched, f"seed {bench.seed}: {done}")


def _launch(bench: Bench, cells: Sequence[Cell], stop: threading.Event) -> None:
    """Keep so many tasks at work; what the faults make of a start is tried again, since people do that."""
    for cell in cells:
        while not stop.is_set() and len(_unfinished(bench, cells)) >= _AT_ONCE:
            time.sleep(0.3)
        for _ in range(30):
            if stop.is_set():
                return
            try:
                bench.launch(cell)
            except RuntimeError as error:
                if " 409" in str(error):  # the answer was lost, the DAG run is there
                    break
                time.sleep(2.0)
            else:
                break
        time.sleep(0.1)


def _unfinished(bench: Bench, cells: Sequence[Cell]) -> list[Cell]:
    tasks = ((cell, bench.looking.task(cell.name)) for cell in cells)
    return [cell for cell, task in tasks if task is not None and not task.over]


def _cells() -> tuple[Cell, ...]:
    """Make the cells; how long each run takes depends on its number alone."""
    made = []
    dice = random.Random(RUNS)  # noqa: S311 - no secret is made of it
    for number, (platform, mode) in zip(range(1, RUNS + 1), itertools.cycle(_PLACES), strict=False):
        flow = {"duration": round(dice.uniform(*_SECONDS), 1)}
        made.append(Cell("storm", platform, mode, dag="storm", flow=flow, line="line", refusable=True,
                         number=number, at_most=True))  # fmt: skip
    return tuple(made)


FAULTS = (Fault("storm", f"all at once, at random, over {RUNS} flow runs", _cells(), every=rage, alone=True),)
