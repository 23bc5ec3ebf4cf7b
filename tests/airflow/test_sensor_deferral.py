"""A sensor's wait in the triggerer: until when, and what becomes of it when Airflow ends its trigger."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferred,
)

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.settings import MOST_WAITS
from airflow_provider_flows.outcomes import FlowPermanentError, FlowRunFailedError, FlowUnavailableError
from airflow_provider_flows.sensors.flow import FlowRunSensor
from airflow_provider_flows.sensors.notes import KEY
from tests.airflow.legs import Attempt, Store

Make = Callable[..., Any]
CRASH, TIMEOUT = "Trigger failure", "Trigger timeout"  # what Airflow says of a trigger that it ended


@pytest.fixture
def deferred(attempt: Make) -> Callable[..., tuple[Attempt, Any]]:
    """Return a function that lets a sensor defer; it returns the attempt and its deferral."""

    def begin(run: Any, store: Store | None = None, **arguments: Any) -> tuple[Attempt, Any]:
        common = {"task_id": "wait", "flow_conn_id": f"{run.platform}_default", "timeout": 1000}
        sensor = FlowRunSensor(**{**common, **arguments}, run=run.to_json(), deferrable=True)
        process = attempt(sensor, None, store)
        with pytest.raises(TaskDeferred) as deferral:
            process.start()
        return process, deferral.value

    return begin


def broken(process: Attempt, reason: str = CRASH) -> Any:
    """Take the sensor up again after Airflow has ended its trigger, and return the next deferral."""
    with pytest.raises(TaskDeferred) as deferral:
        process.resume_broken(reason)
    return deferral.value


@pytest.mark.parametrize(
    ("limits", "least"),
    [
        ({"timeout": 900, "execution_timeout": timedelta(seconds=100)}, 100),
        ({"timeout": timedelta(seconds=50), "execution_timeout": timedelta(seconds=100)}, 50),
    ],
)
def test_the_execution_timeout_holds_while_deferred(
    deferred: Make, begun: Make, limits: dict[str, Any], least: float
) -> None:
    """The deadline is where `timeout` or `execution_timeout` ends first."""
    run = begun("vishwa", outcome="never_ends")
    began = time.time()
    _, deferral = deferred(run, **limits)
    assert began + least <= deferral.trigger.until <= time.time() + least


def test_a_sensors_trigger_cancels_nothing_and_forgives_as_the_sensor_does(
    deferred: Make, begun: Make
) -> None:
    """The trigger has the sensor's `unreachable_timeout`, and leaves the run alone whoever ends the task."""
    run = begun("blinkops", outcome="never_ends")
    _, deferral = deferred(run, unreachable_timeout=timedelta(minutes=2))
    assert deferral.trigger.unreachable_timeout == 120
    assert deferral.trigger.cancel_on_kill is False


def test_a_deadline_that_passed_on_the_worker_defers_nothing(begun: Make, attempt: Make) -> None:
    """A sensor without any time has looked once, and is then out of time."""
    run = begun("vishwa", outcome="never_ends").to_json()
    common: dict[str, Any] = {"task_id": "wait", "flow_conn_id": "vishwa_default", "run": run, "timeout": 0}
    with pytest.raises(AirflowSensorTimeout, match="was not over in time"):
        attempt(FlowRunSensor(**common, deferrable=True)).start()
    with pytest.raises(AirflowSkipException, match="was not over in time"):
        attempt(FlowRunSensor(**common, deferrable=True, soft_fail=True)).start()


def test_a_crashed_trigger_is_deferred_again_a_few_times(
    deferred: Make, begun: Make, emulator: FlowEmulator
) -> None:
    """Each crash costs one look, keeps deadline and age, and is counted where the next process finds it."""
    run = begun("vishwa", outcome="never_ends")
    process, first = deferred(run, Store(), soft_fail=True, unreachable_timeout=9)
    for _ in range(MOST_WAITS):
        again = broken(process)
        assert (again.trigger.since, again.trigger.until) == (first.trigger.since, first.trigger.until)
        assert again.trigger.serialize()[1]["unreachable_timeout"] == 9
        assert again.trigger.not_before >= time.time() + 5
    with pytest.raises(FlowUnavailableError, match=f"{MOST_WAITS + 1} times, last: {CRASH}"):
        process.resume_broken(CRASH)
    asked = [request for request in emulator.requests if request.operation == "status"]
    assert len(asked) == 1 + MOST_WAITS + 1


def test_weather_at_a_crash_is_forgiven(deferred: Make, begun: Make, emulator: FlowEmulator) -> None:
    """The look after a crash forgives as any other does."""
    process, first = deferred(begun("vishwa", outcome="never_ends"), Store())
    emulator.fault("not_json", platform="vishwa", operation="status")
    assert broken(process).trigger.until == first.trigger.until


@pytest.mark.parametrize("reason", [CRASH, TIMEOUT])
def test_a_run_that_is_over_is_no_failure_of_its_trigger(deferred: Make, begun: Make, reason: str) -> None:
    """A run that ended while nobody looked gives its result, or its failure."""
    process, _ = deferred(begun("scade", duration=0.4, result=7), Store())
    failing, _ = deferred(begun("blinkops", duration=0.3, outcome="failed"), Store())
    time.sleep(0.5)
    assert process.resume_broken(reason) == 7
    with pytest.raises(FlowRunFailedError):
        failing.resume_broken(reason)


def test_a_deadline_that_passed_amid_a_crash_is_a_timeout(deferred: Make, begun: Make) -> None:
    """A trigger that crashed at its end is not deferred again."""
    process, _ = deferred(begun("vishwa", outcome="never_ends"), Store(), timeout=0.3)
    time.sleep(0.3)
    with pytest.raises(AirflowSensorTimeout, match="was not over in time; it was running"):
        process.resume_broken(CRASH)


@pytest.mark.parametrize("asked", [None, "soft_fail", "never_fail"])
def test_a_silent_triggerer_is_the_sensors_timeout(
    deferred: Make, begun: Make, emulator: FlowEmulator, asked: str | None
) -> None:
    """A trigger that timed out is told with the run's state, or with the fault that hides it."""
    more = {asked: True} if asked else {}
    run = begun("vishwa", outcome="never_ends")
    kind = AirflowSkipException if asked else AirflowSensorTimeout
    process, _ = deferred(run, **more, unreachable_timeout=0)
    with pytest.raises(kind, match="was not over in time; it was running"):
        process.resume_broken(TIMEOUT)
    emulator.fault("not_json", platform="vishwa", operation="status")
    with pytest.raises(kind, match=r"not seen in this wait; no good answer since .*not JSON"):
        process.resume_broken(TIMEOUT)


@pytest.mark.parametrize("store", [None, Store(), Store({KEY: '{"attempt": "another"}'})], ids=str)
def test_a_crash_that_nobody_counts_fails_as_airflow_does(
    deferred: Make, begun: Make, emulator: FlowEmulator, store: Store | None
) -> None:
    """Without a note of this attempt a crash is told in Airflow's own words, and skips where asked."""
    run = begun("vishwa", outcome="never_ends")
    for more, kind in (({}, AirflowException), ({"soft_fail": True}, AirflowSkipException)):
        process, _ = deferred(run, **more)
        process.store = store
        asked = len(emulator.requests)
        with pytest.raises(kind) as caught:
            process.resume_broken(CRASH)
        assert CRASH in str(caught.value.__cause__ or caught.value)
        assert len(emulator.requests) == asked


def test_another_attempt_counts_anew(deferred: Make, begun: Make) -> None:
    """What an earlier attempt noted says nothing of the triggers and the deadline of this one."""
    store = Store()
    run = begun("vishwa", outcome="never_ends")
    process, _ = deferred(run, store)
    for _ in range(MOST_WAITS):
        broken(process)
    retry, deferral = deferred(run, store, timeout=2000)
    assert broken(retry).trigger.until == deferral.trigger.until
    retry.ti.id = "attempt-2"
    with pytest.raises(AirflowException, match=CRASH):
        retry.resume_broken(CRASH)


def test_a_fault_in_the_triggerer_has_its_kind(deferred: Make, begun: Make) -> None:
    """What the trigger could not forgive ends the sensor for good, or leaves it to the retries."""
    process, _ = deferred(begun("vishwa", outcome="never_ends"), soft_fail=True)
    event = {"handle": {}, "message": "no good answer for 600 s"}
    with pytest.raises(FlowUnavailableError, match="no good answer for 600 s"):
        process.resume({**event, "fault": "UnavailableError"})
    with pytest.raises(AirflowSkipException, match="no good answer for 600 s"):
        process.resume({**event, "fault": "CredentialsError"})
    process.task.soft_fail = False
    with pytest.raises(FlowPermanentError, match="no good answer for 600 s"):
        process.resume({**event, "fault": "NotFoundError"})
