"""Looks at Airflow's tasks and at the platforms' runs, all at once, a few times a second."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.emulator.records import RecordedRequest
from airflow_provider_flows.emulator.runs import RunRecord

SECONDS_BETWEEN_LOOKS = 0.25
OVER = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
ACTIVE = frozenset({"queued", "running", "paused"})
_TASKS = text(
    "select ti.run_id, ti.dag_id, ti.task_id, ti.state, ti.try_number, ti.max_tries, ti.pid, ti.trigger_id, "
    "t.triggerer_id from task_instance ti left join trigger t on t.id = ti.trigger_id"
)
_RESULT = text(
    "select value from xcom where run_id = :run_id and task_id = :task_id and key = 'return_value'"
)
_TRIGGERERS = text(
    "select id from job where job_type = 'TriggererJob' and state = 'running' order by latest_heartbeat desc"
)


@dataclass(frozen=True, slots=True)
class Task:
    """One task instance as the database has it."""

    dag_id: str
    task_id: str
    state: str | None
    tries: int
    max_tries: int
    pid: int | None
    trigger: int | None
    triggerer: int | None

    @property
    def over(self) -> bool:
        """Tell whether Airflow is done with it."""
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one time, by cell."""

    at: float
    tasks: Mapping[str, Task]
    runs: Mapping[str, tuple[RunRecord, ...]]


class Looking:
    """Looks while its `with` block lasts; any thread may wait for something to be seen."""

    def __init__(self, database_url: str, emulator: FlowEmulator) -> None:
        self._engine = create_engine(database_url, pool_pre_ping=True)
        self._emulator = emulator
        self._look = Look(0.0, {}, {})
        self._asked: Counter[tuple[str | None, str | None]] = Counter()
        self._last_request: RecordedRequest | None = None
        self._new = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="looking", daemon=True)

    def __enter__(self) -> Looking:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(10)
        self._engine.dispose()

    def task(self, cell: str) -> Task | None:
        """Return the task of a cell as it was last seen."""
        return self._look.tasks.get(cell)

    def runs(self, cell: str) -> tuple[RunRecord, ...]:
        """Return the runs that were started for a cell so far, oldest first."""
        return self._look.runs.get(cell, ())

    def asked(self, flow: tuple[str, str]) -> int:
        """Count the questions so far how the runs of a flow stand, by platform and flow id."""
        return self._asked[flow]

    def wait(self, seen: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until something is seen; raises `TimeoutError` that says what was waited for."""
        until = time.monotonic() + seconds
        with self._new:
            while not seen():
                if (left := until - time.monotonic()) <= 0:
                    raise TimeoutError(f"{what}: not within {seconds:.0f} s")
                self._new.wait(min(left, 1.0))

    def afresh(self) -> None:
        """Wait until everything was looked at once more from now on."""
        now = time.time()
        self.wait(lambda: self._look.at > now, 60.0, "a look at the database")

    def result(self, cell: str) -> Any:
        """Return the XCom return value of a cell's task, None if there is none."""
        task = self._look.tasks[cell]
        with self._engine.connect() as connection:
            row = connection.execute(_RESULT, {"run_id": cell, "task_id": task.task_id}).first()
        if row is None:
            return None
        return json.loads(row[0]) if isinstance(row[0], str) else row[0]

    def triggerers(self) -> list[int]:
        """Return the job ids of the triggerers that are said to run, the freshest first."""
        with self._engine.connect() as connection:
            return [int(row[0]) for row in connection.execute(_TRIGGERERS)]

    def _watch(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_LOOKS):
            at = time.time()
            # Some faults take the database away; what was seen before stays.
            with contextlib.suppress(SQLAlchemyError):
                self._count_questions()
                look = Look(at, self._tasks(), _by_cell(self._emulator.runs()))
                with self._new:
                    self._look = look
                    self._new.notify_all()

    def _count_questions(self) -> None:
        """Read the requests that came since the last time."""
        requests = self._emulator.requests
        for request in reversed(requests):
            if request is self._last_request:
                break
            self._asked[request.platform, request.flow_id] += request.operation == "status"
        self._last_request = requests[-1] if requests else None

    def _tasks(self) -> dict[str, Task]:
        with self._engine.connect() as connection:
            return {row[0]: Task(*row[1:]) for row in connection.execute(_TASKS)}


def _by_cell(runs: Iterable[RunRecord]) -> dict[str, tuple[RunRecord, ...]]:
    found: dict[str, tuple[RunRecord, ...]] = {}
    for run in runs:
        name = cell_of(run.inputs)
        found[name] = (*found.get(name, ()), run)
    return found


def cell_of(inputs: Mapping[str, Any]) -> str:
    """Return the cell that a run was started for: every task of the bench puts it into its inputs."""
    return str(inputs.get("cell", ""))
