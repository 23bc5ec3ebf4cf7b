"""How operator, sensor and trigger are told how often to ask, and that they tell one another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred
from airflow.sdk import DAG

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.protocol.runs import RunHandle
from airflow_provider_flows.sensors.flow import FlowRunSensor
from airflow_provider_flows.triggers.flow import FlowRunTrigger
from tests.airflow.legs import Store

Make = Callable[..., Any]


def operator(**arguments: Any) -> RunFlowOperator:
    """Return an operator."""
    return RunFlowOperator(task_id="run", flow_conn_id="vishwa_default", flow_id="f", **arguments)


def sensor(**arguments: Any) -> FlowRunSensor:
    """Return a sensor that defers."""
    given = {"task_id": "wait", "flow_conn_id": "vishwa_default", "run": "r", "flow_id": "f"}
    return FlowRunSensor(**{**given, "deferrable": True, **arguments})


def told(task: Any) -> tuple[float, float]:
    """Return the first interval of a task, and the longest."""
    return task.poll_interval, task.max_poll_interval


@pytest.mark.parametrize(
    ("arguments", "intervals"),
    [
        ({}, (1, 300)),
        ({"poll_interval": 20}, (20, 300)),
        ({"poll_interval": timedelta(minutes=10)}, (600, 600)),
        ({"max_poll_interval": timedelta(minutes=2)}, (1, 120)),
        ({"poll_interval": 7, "max_poll_interval": 7}, (7, 7)),
    ],
)
def test_an_operators_interval_grows_unless_both_are_the_same(
    arguments: dict[str, Any], intervals: tuple[float, float]
) -> None:
    """It begins with a second and grows up to five minutes, or between the two that were given."""
    assert told(operator(**arguments)) == intervals


@pytest.mark.parametrize(
    ("arguments", "intervals"),
    [
        ({}, (1, 300)),
        ({"poke_interval": 7}, (7, 7)),
        ({"poke_interval": timedelta(minutes=10)}, (600, 600)),
        ({"poke_interval": 7, "max_poll_interval": 60}, (7, 60)),
        ({"max_poll_interval": timedelta(minutes=2)}, (1, 120)),
        ({"max_poll_interval": 0.5}, (0.5, 0.5)),
    ],
)
def test_a_sensors_interval_grows_unless_airflows_was_given(
    arguments: dict[str, Any], intervals: tuple[float, float]
) -> None:
    """A `poke_interval` is fixed, as Airflow promises; without one the triggerer asks by the law."""
    assert told(sensor(**arguments)) == intervals


def test_airflows_own_interval_is_left_to_airflow() -> None:
    """On a worker a sensor pokes as often as Airflow's sensors do, whatever the triggerer would do."""
    assert sensor(deferrable=False).poke_interval == 60
    assert sensor(deferrable=False, poke_interval=7).poke_interval == 7


def test_intervals_may_be_a_dags_default_arguments() -> None:
    """What a DAG gives all its tasks counts as given."""
    defaults = {"poke_interval": 9, "poll_interval": 3, "max_poll_interval": 40}
    with DAG("d", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=timezone.utc), default_args=defaults):
        assert told(operator()) == (3, 40)
        assert told(sensor()) == (9, 40)


@pytest.mark.parametrize(
    ("make", "arguments", "name"),
    [
        (operator, {"poll_interval": 10, "max_poll_interval": 9}, "poll_interval"),
        (operator, {"max_poll_interval": 0.5}, "poll_interval"),
        (sensor, {"poke_interval": 10, "max_poll_interval": 9}, "poke_interval"),
    ],
)
def test_the_longest_must_not_be_below_the_first(make: Make, arguments: dict[str, Any], name: str) -> None:
    """It is refused while the DAG is parsed, with both values and what to do."""
    with pytest.raises(ValueError, match=rf"max_poll_interval \(.* s\) is below {name} \(.* s\).*raise it"):
        make(**arguments)


@pytest.mark.parametrize("make", [operator, sensor])
@pytest.mark.parametrize("value", [0, -1, "5", True])
def test_the_longest_is_a_time(make: Make, value: object) -> None:
    """What is no time is refused by its name."""
    with pytest.raises(ValueError, match="max_poll_interval must be more than 0 seconds"):
        make(max_poll_interval=value)


def test_a_trigger_knows_when_the_run_began(attempt: Make, flow: Make) -> None:
    """The operator's trigger counts the run's age from the start that the journal notes, at each deferral."""
    arguments = {**flow("vishwa", outcome="never_ends"), "poll_interval": 2, "max_poll_interval": 30}
    task = attempt(RunFlowOperator(**arguments, deferrable=True), None, Store())
    began = time.time()
    with pytest.raises(TaskDeferred) as deferral:
        task.start()
    trigger = deferral.value.trigger
    assert told(trigger) == (2, 30)
    assert began <= trigger.since <= time.time()
    assert trigger.since == task.store.entry.since
    with pytest.raises(TaskDeferred) as again:
        task.resume_broken("Trigger failure")
    assert again.value.trigger.since == trigger.since


def test_a_sensors_trigger_counts_from_the_first_look(attempt: Make, begun: Make) -> None:
    """The trigger gets the sensor's intervals, and the time of its first look."""
    run = begun("vishwa", outcome="never_ends").to_json()
    began = time.time()
    with pytest.raises(TaskDeferred) as deferral:
        attempt(sensor(run=run, flow_id=None)).start()
    assert told(deferral.value.trigger) == (1, 300)
    assert began <= deferral.value.trigger.since <= time.time()


def test_a_trigger_of_an_older_version_goes_on(begun: Make) -> None:
    """What an older version stored lacks the new arguments; it counts from now and grows up to 300 s."""
    handle = begun("vishwa", duration=0.2).to_json()
    stored = {
        "flow_conn_id": "vishwa_default",
        "handle": handle,
        "poll_interval": 0.1,
        "until": time.time() + 20,
        "not_before": 0.0,
        "unreachable_timeout": 600.0,
        "cancel_on_kill": True,
    }
    trigger = FlowRunTrigger(**stored)
    assert (trigger.since, trigger.max_poll_interval) == (None, None)
    assert asked_and_fired(trigger)["state"] == "success"


@pytest.mark.parametrize(("age", "fewest", "most"), [(9000, 2, 2), (0, 5, 60)], ids=["old", "new"])
def test_a_trigger_that_moves_goes_on_as_the_one_before(
    begun: Callable[..., RunHandle], emulator: FlowEmulator, age: float, fewest: int, most: int
) -> None:
    """The age counts from the run's begin, not from the trigger's: an old run is asked for seldom at once."""
    handle = begun("vishwa", duration=0.4).to_json()
    now = time.time()
    trigger = FlowRunTrigger(
        "vishwa_default", handle, 0.01, now + 9000, max_poll_interval=0.6, since=now - age
    )
    assert asked_and_fired(trigger)["state"] == "success"
    asked = sum(request.operation == "status" for request in emulator.requests)
    assert fewest <= asked <= most


def asked_and_fired(trigger: FlowRunTrigger) -> Any:
    """Return what the trigger's one event holds."""

    async def event() -> Any:
        return [event.payload async for event in trigger.run()]

    [payload] = asyncio.run(event())
    return payload
