"""One DAG run in the running Airflow, from its start to its end, and what it took."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.cluster.airflow import Airflow

RAMP = 10.0  # seconds at the beginning that are left out
_ENDED = ("success", "failed", "skipped", "upstream_failed", "removed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one DAG run took.

    :param ends: when each mapped task ended, in seconds from the run's start
    :param cpu: CPU-seconds by part of Airflow
    :param states: how many tasks ended how
    """

    ends: Sequence[float]
    cpu: Mapping[str, float]
    states: Mapping[str, int]

    @property
    def seconds(self) -> float:
        """How long it took until the last task had ended."""
        return max(self.ends)

    @property
    def per_minute(self) -> float:
        """How many tasks ended in a minute, without the first seconds."""
        late = [end for end in self.ends if end > RAMP]
        return 60 * len(late) / (self.seconds - RAMP)

    @property
    def cpu_each(self) -> float:
        """CPU-seconds of all processes of Airflow together, for each task."""
        return sum(self.cpu.values()) / len(self.ends)

    def plain(self) -> dict[str, object]:
        """Return the numbers as they are kept."""
        return {
            "tasks per minute": self.per_minute,
            "CPU-seconds each": self.cpu_each,
            "CPU-seconds by part": dict(self.cpu),
            "seconds": self.seconds,
            "states": dict(self.states),
        }


def carried_out(airflow: Airflow, dag_id: str, task_id: str, seconds: float) -> Outcome:
    """Start a run of a DAG, wait for its end, and return what its mapped task took.

    Raises `TimeoutError` if it isn't over in time.
    """
    before = airflow.cpu_seconds()
    airflow.api.start_run(dag_id)
    number, state = _latest(airflow, dag_id)
    until = time.monotonic() + seconds
    while state not in _ENDED:
        if time.monotonic() > until:
            raise TimeoutError(
                f"{dag_id} was not over in {seconds:.0f} s: {_states(airflow, number, task_id)}"
            )
        airflow.processes.check()
        time.sleep(0.5)
        number, state = _latest(airflow, dag_id)
    after = airflow.cpu_seconds()
    return Outcome(
        ends=_ends(airflow, number, task_id),
        cpu={name: after[name] - before[name] for name in after},
        states=_states(airflow, number, task_id),
    )


def _latest(airflow: Airflow, dag_id: str) -> tuple[int, str]:
    [(number, state)] = airflow.rows(
        "select id, state from dag_run where dag_id = %s order by id desc limit 1", dag_id
    )
    return number, state


_TASKS = (
    "from task_instance ti join dag_run dr on dr.dag_id = ti.dag_id and dr.run_id = ti.run_id "
    "where dr.id = %s and ti.task_id = %s"
)


def _ends(airflow: Airflow, number: int, task_id: str) -> list[float]:
    [(began,)] = airflow.rows("select start_date from dag_run where id = %s", number)
    ended = airflow.rows(f"select ti.end_date {_TASKS}", number, task_id)
    return sorted((end - began).total_seconds() for (end,) in ended if end)


def _states(airflow: Airflow, number: int, task_id: str) -> dict[str, int]:
    found = airflow.rows(f"select ti.state, count(*) {_TASKS} group by 1", number, task_id)
    return {str(state): amount for state, amount in found}
