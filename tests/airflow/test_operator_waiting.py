"""Where an operator waits, until when, and what it makes of its trigger's event."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.outcomes import FlowPermanentError, FlowRunTimeoutError

Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]
in_both_modes = pytest.mark.parametrize("deferrable", [False, True], ids=["worker", "deferred"])


@pytest.mark.parametrize("defer_after", [0, 0.3])
def test_the_worker_asks_before_it_defers(
    attempt: Make, emulator: FlowEmulator, flow: Flow, defer_after: float
) -> None:
    """Once after the start, and once more when `defer_after` is over; without that it asks nothing."""
    arguments = {**flow("vishwa", outcome="never_ends"), "defer_after": defer_after, "poll_interval": 5}
    began = time.time()
    with pytest.raises(TaskDeferred):
        attempt(RunFlowOperator(**arguments, deferrable=True)).start()
    asked = [request.at for request in emulator.requests if request.operation == "status"]
    assert len(asked) == (2 if defer_after else 0)
    assert time.time() >= began + defer_after


def test_a_run_that_is_over_quickly_never_defers(attempt: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """Within `defer_after` the worker sees the end itself, however long the poll interval is."""
    arguments = {**flow("vishwa", duration=0.2), "poll_interval": 60, "defer_after": timedelta(seconds=1)}
    task = attempt(RunFlowOperator(**arguments, deferrable=True))
    task.run()
    assert not task.deferrals
    assert len([request for request in emulator.requests if request.operation == "status"]) == 2


def test_a_deadline_that_passed_on_the_worker_defers_nothing(attempt: Make, flow: Flow) -> None:
    """A `timeout` shorter than `defer_after` ends on the worker."""
    task = attempt(
        RunFlowOperator(
            **{**flow("vishwa", outcome="never_ends"), "defer_after": 5}, timeout=0.2, deferrable=True
        )
    )
    with pytest.raises(FlowRunTimeoutError):
        task.run()
    assert not task.deferrals


def test_a_deferral_waits_for_airflow_to_settle(attempt: Make, flow: Flow) -> None:
    """The trigger may not fire in the first six seconds, and Airflow's own limit lies behind our deadline."""
    arguments = flow("vishwa", outcome="never_ends")
    began = time.time()
    with pytest.raises(TaskDeferred) as caught:
        attempt(RunFlowOperator(**arguments, deferrable=True, timeout=2)).start()
    trigger = caught.value.trigger
    assert trigger.not_before >= began + 6
    assert began + 2 <= trigger.until <= time.time() + 2
    assert caught.value.method_name == "execute_complete"
    assert time.time() + caught.value.timeout.total_seconds() >= trigger.not_before + 60


def test_the_execution_timeout_holds_while_deferred(attempt: Make, flow: Flow) -> None:
    """The deadline is where `timeout`, or `execution_timeout` from the attempt's start, ends first."""
    arguments = {**flow("vishwa", outcome="never_ends"), "deferrable": True}
    for limits, least in (
        ({"timeout": 900, "execution_timeout": timedelta(seconds=100)}, 100),
        ({"timeout": timedelta(seconds=50), "execution_timeout": timedelta(seconds=100)}, 50),
    ):
        began = time.time()
        with pytest.raises(TaskDeferred) as caught:
            attempt(RunFlowOperator(**arguments, **limits)).start()
        assert began + least <= caught.value.trigger.until <= time.time() + least


def test_a_permanent_fault_in_the_triggerer_is_permanent_for_the_task(
    attempt: Make, emulator: FlowEmulator, flow: Flow
) -> None:
    """A refused credential ends the task wherever it was met: a retry would start a second run."""
    arguments = {**flow("vishwa", outcome="never_ends"), "deferrable": True, "unreachable_timeout": 0}
    task = attempt(RunFlowOperator(**arguments))
    with pytest.raises(TaskDeferred) as deferral:
        task.start()
    emulator.fault("status", platform="vishwa", operation="status", status=401)
    with pytest.raises(FlowPermanentError, match=r"vishwa_default.*answered 401"):
        task.finish(deferral.value)
    assert task.events[0]["fault"] == "CredentialsError"


def test_a_passing_fault_in_the_triggerer_starts_no_second_run(attempt: Make, flow: Flow) -> None:
    """What the trigger could not mend ends the task for good: the run was started, and may go on."""
    task = attempt(RunFlowOperator(**flow("vishwa", outcome="never_ends"), deferrable=True))
    event = {"handle": {}, "fault": "FlowError", "message": "no readable answer for 600 s"}
    with pytest.raises(FlowPermanentError, match="no readable answer for 600 s The run was started"):
        task.resume(event)


@pytest.mark.parametrize("reason", ["Trigger timeout", "Trigger failure"])
def test_a_wait_that_airflow_ended_starts_no_second_run(attempt: Make, flow: Flow, reason: str) -> None:
    """Without a store, a triggerer that was silent or a trigger that crashed ends the task for good."""
    task = attempt(RunFlowOperator(**flow("vishwa"), deferrable=True))
    with pytest.raises(FlowPermanentError, match=rf"{reason}.*would start a second run"):
        task.resume_broken(reason)


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        "success",
        {"handle": {"platform": "vishwa"}, "state": "success"},
        {"handle": {"platform": "vishwa", "flow_id": "a", "run_id": "b"}, "state": "finished"},
        {"fault": "annotations", "message": "x"},
        {"fault": "Request", "message": "x"},
    ],
)
def test_an_event_without_sense_fails_the_task_for_good(attempt: Make, flow: Flow, event: object) -> None:
    """What no trigger of ours sends is an error, not a state; another attempt would start a second run."""
    task = attempt(RunFlowOperator(**flow("vishwa"), deferrable=True))
    with pytest.raises(FlowPermanentError, match="makes no sense"):
        task.resume(event)


@in_both_modes
def test_a_result_that_cannot_be_read_starts_no_second_run(
    attempt: Make, emulator: FlowEmulator, flow: Flow, deferrable: bool
) -> None:
    """A garbled result of a run that succeeded ends the task for good: a retry would run the flow again."""
    emulator.fault("not_json", platform="blinkops", operation="result")
    with pytest.raises(FlowPermanentError, match=r"not JSON.*would start a second run"):
        attempt(RunFlowOperator(**flow("blinkops"), deferrable=deferrable)).run()
