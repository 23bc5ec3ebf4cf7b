"""Watches the DAG runs until all are over, and remembers which tasks were seen deferred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from airflow_provider_flows.demo.client import DagRun, TaskInstance
from airflow_provider_flows.demo.clock import Clock

_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_LINES = 10.0

_OVER = frozenset({"success", "failed"})


class RunsToWatch(Protocol):
    """What is asked while the runs go on."""

    def dag_runs(self) -> list[DagRun]:
        """List the runs of all DAGs."""
        ...

    def task_instances(self) -> list[TaskInstance]:
        """List the task instances of all runs."""
        ...


@dataclass(slots=True)
class Watched:
    """How the runs stand, and in `deferred` a key for each task instance that was seen in that state.

    A deferral lasts several seconds and a look comes every second, so none is missed; what was never seen is
    never counted.
    """

    runs: list[DagRun]
    tasks: list[TaskInstance]
    deferred: set[tuple[str, str, str, int]] = field(default_factory=set)

    @property
    def over(self) -> bool:
        """Tell whether no run can change any more."""
        return all(run.state in _OVER for run in self.runs)

    @property
    def succeeded(self) -> bool:
        """Tell whether there were runs and all of them succeeded."""
        return bool(self.runs) and all(run.state == "success" for run in self.runs)


def watch(
    api: RunsToWatch,
    clock: Clock,
    *,
    until: float,
    say: Callable[[str], None],
    check: Callable[[], None],
) -> Watched:
    """Look until every run is over or the time is up, and return how they stand.

    `check` is called before each look, and raises when it is no use to wait on; `say` gets a line whenever
    something has changed, but not more often than every ten seconds unless a run ended.
    """
    watched = Watched([], [])
    said, next_line = "", 0.0
    while True:
        check()
        watched.runs, watched.tasks = api.dag_runs(), api.task_instances()
        watched.deferred |= {_key(task) for task in watched.tasks if task.state == "deferred"}
        ended = _counted(run.state for run in watched.runs)
        if ended != said or clock.now() >= next_line or watched.over:
            say(progress(watched))
            said, next_line = ended, clock.now() + _SECONDS_BETWEEN_LINES
        if watched.over or clock.now() >= until:
            return watched
        clock.sleep(_SECONDS_BETWEEN_LOOKS)


def progress(watched: Watched) -> str:
    """Say in one line which runs and tasks are in which state."""
    runs = _counted(run.state for run in watched.runs)
    tasks = _counted(task.state for task in watched.tasks)
    return f"dag runs: {runs} | tasks: {tasks} | deferred so far: {len(watched.deferred)}"


def _counted(states: Iterable[str]) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(Counter(states).items())) or "none"


def _key(task: TaskInstance) -> tuple[str, str, str, int]:
    return task.dag_id, task.run_id, task.task_id, task.map_index
