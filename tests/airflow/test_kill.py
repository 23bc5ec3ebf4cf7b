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
Be = Callable[[str | None], None]
A_PERSON = ["failed", "success", "skipped", "removed", "restarting"]
NOBODY = ["running", "deferred", "queued", "scheduled", "up_for_retry", None]


@pytest.fixture
def begun_task(attempt: Make, flow: Flow) -> Callable[..., Any]:
    """Return a function that makes a task whose run goes on."""

    def make(platform: str = "blinkops", **more: Any) -> Any:
        task = attempt(RunFlowOperator(**flow(platform, outcome="never_ends"), deferrable=True, **more))
        with pytest.raises(TaskDeferred):
            task.start()
        return task.task

    return make


@pytest.mark.parametrize("state", A_PERSON)
def test_what_a_person_ends_is_cancelled(
    begun_task: Make, emulator: FlowEmulator, task_state: Be, state: str
) -> None:
    """A task that was marked or cleared while it ran takes its run with it."""
    task_state(state)
    begun_task().on_kill()
    assert [run.state for run in emulator.runs()] == ["cancelled"]


@pytest.mark.parametrize("state", NOBODY)
def test_what_nobody_ended_goes_on(
    begun_task: Make, emulator: FlowEmulator, task_state: Be, logged: Callable[[], str], state: str | None
) -> None:
    """A worker that Airflow ends for its own reasons leaves the run to the next attempt, and says so."""
    task_state(state)
    begun_task().on_kill()
    assert [run.state for run in emulator.runs()] == ["running"]
    assert f"while the task is {state}: its run is left to the next attempt" in logged()


def test_without_an_answer_the_run_goes_on(
    begun_task: Make, emulator: FlowEmulator, logged: Callable[[], str]
) -> None:
    """Where Airflow cannot be asked, nothing is cancelled."""
    begun_task().on_kill()
    assert [run.state for run in emulator.runs()] == ["running"]
    assert "did not say why" in logged()


def test_a_user_can_forbid_it(begun_task: Make, emulator: FlowEmulator, task_state: Be) -> None:
    """With `cancel_on_kill=False` the run goes on whoever ends the task."""
    task_state("failed")
    begun_task(cancel_on_kill=False).on_kill()
    assert [run.state for run in emulator.runs()] == ["running"]


def test_a_task_that_waits_cancels_its_run(
    attempt: Make, emulator: FlowEmulator, flow: Flow, task_state: Be
) -> None:
    """A person's kill while the worker waits cancels the run at the platform."""
    task_state("failed")
    task = attempt(RunFlowOperator(**flow("blinkops", outcome="never_ends")))
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            task.run()
        except FlowRunCancelledError as error:
            ended.append(error)

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    while not any(request.operation == "status" for request in emulator.requests):
        waiting.join(0.02)
    task.task.on_kill()
    waiting.join(10)
    assert [run.state for run in emulator.runs()] == ["cancelled"]
    assert len(ended) == 1


def test_a_kill_during_the_start_cancels_what_the_answer_names(
    attempt: Make, emulator: FlowEmulator, flow: Flow, task_state: Be
) -> None:
    """A person's kill while the start is under way cancels the run as soon as it is known."""
    task_state("failed")
    emulator.fault("slow", platform="blinkops", operation="start", seconds=0.5)
    task = attempt(RunFlowOperator(**flow("blinkops", outcome="never_ends"), wait_for_completion=False))
    starting = threading.Thread(target=task.start, daemon=True)
    starting.start()
    while not emulator.requests:
        starting.join(0.02)
    task.task.on_kill()
    starting.join(10)
    assert [run.state for run in emulator.runs()] == ["cancelled"]


def test_a_platform_that_cannot_cancel_is_named(
    begun_task: Make, emulator: FlowEmulator, task_state: Be, logged: Callable[[], str]
) -> None:
    """Where the platform has no way to cancel, the log says that the run goes on."""
    task_state("failed")
    begun_task("vishwa").on_kill()
    assert "goes on: the platform documents no way to cancel it" in logged()
    assert [run.state for run in emulator.runs()] == ["running"]


def test_a_kill_never_raises(
    attempt: Make, emulator: FlowEmulator, flow: Flow, task_state: Be, logged: Callable[[], str]
) -> None:
    """Neither before a run is known nor when the platform refuses: Airflow is ending the process."""
    task_state("failed")
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
