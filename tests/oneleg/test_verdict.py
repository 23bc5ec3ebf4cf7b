"""What the one-leg check calls a difference, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows.triggers import ending
from tests.oneleg.left import ENDED_HERE, Left, _plain
from tests.oneleg.verdict import ENDED, STARTED, shortcomings

NAMES = ("starts_by_trigger", "starts_by_worker")
TASKS = sorted(ENDED["starts_by_trigger"])
BY_WORKER = Left(
    states=dict.fromkeys(TASKS, ("success", 1)),
    xcoms={task: {"return_value": 1} for task in TASKS},
    rendered={task: {"run": "r"} for task in TASKS},
    assets=["https://flows.example/DAG"],
    durations=dict.fromkeys(TASKS, 5.0),
    ended_here=frozenset(),
    deferred=frozenset(TASKS),
    legs=dict.fromkeys(TASKS, 2),
)
BY_TRIGGER = replace(
    BY_WORKER,
    rendered={task: fields for task, fields in BY_WORKER.rendered.items() if task not in STARTED},
    ended_here=frozenset(TASKS),
    legs={},
)


def test_what_is_the_same_is_no_difference() -> None:
    """A sensor that no worker has had shows no rendered fields; all else is equal."""
    assert list(shortcomings(BY_TRIGGER, BY_WORKER, *NAMES)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"states": {**BY_WORKER.states, "by_id": ("failed", 1)}}, "by_id: states"),
        ({"states": {**BY_WORKER.states, "by_id": ("success", 2)}}, "by_id: states"),
        ({"xcoms": {**BY_WORKER.xcoms, "by_id": {"return_value": "1"}}}, "by_id: xcoms"),
        ({"xcoms": {}}, "by_id: xcoms None"),
        ({"assets": []}, "assets"),
        ({"rendered": {}}, "crashing: rendered None"),
        ({"durations": {"by_id": -1.0}}, "by_id ended before it began"),
        ({"ended_here": frozenset({*TASKS, "ill"})}, "a trigger ended ill"),
        ({"ended_here": frozenset(TASKS) - {"by_id"}}, "a worker ended by_id"),
        ({"ended_here": frozenset(), "deferred": frozenset()}, "0 tasks only"),
        ({"legs": {"by_id": 1}}, "by_id had a worker"),
    ],
)
def test_every_difference_is_told(changed: dict[str, Any], told: str) -> None:
    """Each thing that a pair must have in common is looked at, and who ended which task."""
    found = list(shortcomings(replace(BY_TRIGGER, **changed), BY_WORKER, *NAMES))
    assert any(told in problem for problem in found), found


def test_a_worker_pair_in_which_a_trigger_ended_something_is_wrong() -> None:
    """The other half of a pair must be ended by workers, or nothing was compared."""
    found = list(shortcomings(BY_TRIGGER, replace(BY_WORKER, ended_here=frozenset({"by_id"})), *NAMES))
    assert found == ["starts_by_worker: a trigger ended by_id"]


def test_only_what_differs_from_run_to_run_is_left_out() -> None:
    """Ids of runs and of DAGs go, values stay."""
    handle = '{"run_id": "7f8ed039-1111-5b5e-8000-0000b11dc0de", "flow_id": "echo", "n": 2}'
    assert _plain(handle, "dag") == {"run_id": "ID", "flow_id": "echo", "n": 2}
    place = '"file:///x/my_dag/manual__2026-11-22T13:03:29.294361+00:00/a"'
    assert _plain(place, "my_dag") == "file:///x/DAG/RUN/a"
    assert _plain("[1, 2]", "dag") == [1, 2]


def test_the_package_logs_what_is_looked_for() -> None:
    """The line by which a task is known that its trigger ended."""
    assert ENDED_HERE in Path(ending.__file__).read_text("utf-8")
