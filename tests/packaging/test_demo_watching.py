"""Watching the DAG runs, in simulated time."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import pytest

from airflow_provider_flows.demo.client import DagRun, TaskInstance
from airflow_provider_flows.demo.clock import wait_until
from airflow_provider_flows.demo.failures import DemoError
from airflow_provider_flows.demo.watching import watch

TASK = TaskInstance(
    dag_id="plates",
    run_id="r1",
    task_id="prepare",
    map_index=-1,
    operator="UniteLabsRunFlowOperator",
    state="success",
    tries=1,
    flow_conn_id="unitelabs_default",
)


@dataclass
class SimulatedClock:
    """Time that passes only when somebody waits."""

    seconds: float = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class ScriptedRuns:
    """One DAG run whose task goes through the given states, one at each look."""

    states: list[str]
    looks: int = field(default=-1, init=False)

    def dag_runs(self) -> list[DagRun]:
        self.looks += 1
        state = self._state()
        return [DagRun("plates", "r1", state if state in ("success", "failed") else "running", None)]

    def task_instances(self) -> list[TaskInstance]:
        return [dataclasses.replace(TASK, state=self._state())]

    def _state(self) -> str:
        return self.states[min(self.looks, len(self.states) - 1)]


def test_a_task_counts_as_deferred_only_if_it_was_seen_so() -> None:
    """It stays counted when it goes on, and once however often it was seen."""
    runs = ScriptedRuns(["running", "deferred", "deferred", "running", "success"])
    watched = watch(runs, SimulatedClock(), until=60, say=lambda _: None, check=lambda: None)
    assert watched.deferred == {("plates", "r1", "prepare", -1)}
    assert watched.over
    assert watched.succeeded


def test_it_gives_up_when_the_time_is_up() -> None:
    """What is still at work then is returned as it stands."""
    clock = SimulatedClock()
    watched = watch(ScriptedRuns(["running"]), clock, until=5, say=lambda _: None, check=lambda: None)
    assert (clock.now(), watched.over, watched.succeeded) == (5, False, False)


def test_no_run_at_all_is_no_success() -> None:
    """An Airflow that lost the runs does not pass."""

    class NoRuns:
        def dag_runs(self) -> list[DagRun]:
            return []

        def task_instances(self) -> list[TaskInstance]:
            return []

    watched = watch(NoRuns(), SimulatedClock(), until=5, say=lambda _: None, check=lambda: None)
    assert not watched.succeeded


def test_it_speaks_when_a_run_ends_and_now_and_then_between() -> None:
    """Thirty quiet seconds give a line every ten, and the end gives one at once."""
    lines: list[str] = []
    runs = ScriptedRuns(["running"] * 30 + ["success"])
    watch(runs, SimulatedClock(), until=60, say=lines.append, check=lambda: None)
    assert lines == [
        *["dag runs: 1 running | tasks: 1 running | deferred so far: 0"] * 3,
        "dag runs: 1 success | tasks: 1 success | deferred so far: 0",
    ]


def test_waiting_in_vain_says_for_what() -> None:
    """The error names what was missing and how long it was waited for."""
    with pytest.raises(DemoError, match="no sign of life after 3 s"):
        wait_until(
            lambda: False,
            SimulatedClock(),
            seconds=3,
            check=lambda: None,
            missing=lambda: "no sign of life",
        )
