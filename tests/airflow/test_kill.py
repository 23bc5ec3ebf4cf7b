"""What becomes of the run when Airflow ends the task."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowTaskTimeout, TaskDeferred

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.outcomes import FlowRunCancelledError

Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


def test_a_task_that_waits_cancels_its_run(attempt: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """A kill while the worker waits cancels the run at the platform."""
    task = attempt(RunFlowOperator(**flow("blinkops", outcome="never_ends")))
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            task.run()
        except FlowRunCancelledError as error:
            ended.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not any(request.operation == "status" for request in emulator.requests):
        waiting.join(0.02)
    task.task.on_kill()
    waiting.join(10)
    assert [run.state for run in emulator.runs()] == ["cancelled"]
    assert len(ended) == 1


def test_a_platform_that_cannot_cancel_is_named(
    attempt: Make, emulator: FlowEmulator, flow: Flow, logged: Callable[[], str]
) -> None:
    """Where the platform has no way to cancel, the log says that the run goes on."""
    task = attempt(RunFlowOperator(**flow("vishwa", outcome="never_ends"), deferrable=True))
    with pytest.raises(TaskDeferred):
        task.start()
    task.task.on_kill()
    assert "goes on: the platform documents no way to cancel it" in logged()
    assert [run.state for run in emulator.runs()] == ["running"]


def test_a_kill_never_raises(
    attempt: Make, emulator: FlowEmulator, flow: Flow, logged: Callable[[], str]
) -> None:
    """Neither before a run is known nor when the platform refuses: Airflow is ending the process."""
    task = attempt(RunFlowOperator(**flow("blinkops", outcome="never_ends"), deferrable=True))
    task.task.on_kill()
    with pytest.raises(TaskDeferred):
        task.start()
    emulator.fault("status", platform="blinkops", operation="cancel", status=401)
    task.task.on_kill()
    assert "may still go on, cancelling it failed" in logged()


def test_airflows_own_timeout_cancels_the_run(
    run_dag: Make, emulator: FlowEmulator, flow: Flow, noting: Make
) -> None:
    """A worker that waits longer than `execution_timeout` is ended by Airflow, and the run with it."""
    arguments = {**flow("blinkops", outcome="never_ends"), "execution_timeout": timedelta(seconds=1)}
    errors: dict[str, list[BaseException]] = {}
    done = run_dag(lambda: noting(errors)(**arguments))
    assert done.states == {("run", -1): "failed"}
    assert [type(error) for error in errors["run"]] == [AirflowTaskTimeout]
    assert [run.state for run in emulator.runs()] == ["cancelled"]
