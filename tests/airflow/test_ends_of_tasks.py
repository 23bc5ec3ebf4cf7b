"""What becomes of the run when its task ends at an awkward moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowTaskTimeout, TaskDeferred

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.journal.entry import Stage
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.outcomes import (
    FlowPermanentError,
    FlowRunForgottenError,
    FlowRunLeftError,
    FlowUnavailableError,
)
from tests.airflow.legs import Attempt, Store, TaskInstance

Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]
Be = Callable[[str | None], None]


@pytest.fixture
def store() -> Store:
    """Return the task state store of one task."""
    return Store()


def second(attempt: Make, store: Store, max_tries: int = 3, **arguments: Any) -> Attempt:
    """Return the second attempt of a task; other `max_tries` say that the task was cleared."""
    ti = TaskInstance("run", try_number=2, max_tries=max_tries, id="attempt-2")
    made: Attempt = attempt(RunFlowOperator(**arguments), ti, store)
    return made


def calls_before(target: Any, name: str, act: Callable[[], None]) -> None:
    """Let something happen each time just before a method of one object is called."""
    method = getattr(target, name)

    def called(*args: Any, **kwargs: Any) -> Any:
        act()
        return method(*args, **kwargs)

    setattr(target, name, called)


def test_an_orphan_that_cannot_be_cancelled_yet_is_not_joined(
    attempt: Make, store: Store, flow: Flow, emulator: FlowEmulator
) -> None:
    """After a clear nothing is started while the old run cannot be cancelled; a retry cancels it first."""
    arguments = flow("blinkops", outcome="never_ends")
    with pytest.raises(TaskDeferred):
        attempt(RunFlowOperator(**arguments, deferrable=True), None, store).start()
    emulator.fault("status", platform="blinkops", operation="cancel", status=502, times=5)
    with pytest.raises(FlowUnavailableError, match="could not be cancelled now, so no other one was started"):
        second(attempt, store, max_tries=4, **arguments).start()
    assert [run.state for run in emulator.runs()] == ["running"]
    with pytest.raises(TaskDeferred):
        second(attempt, store, max_tries=4, **arguments, deferrable=True).start()
    assert [run.state for run in emulator.runs()] == ["cancelled", "running"]


def test_a_task_that_was_ended_before_its_start_starts_nothing(
    attempt: Make, store: Store, flow: Flow, emulator: FlowEmulator, task_state: Be
) -> None:
    """A person's mark while files are uploaded or a token is taken out keeps the start from being sent."""
    task_state("failed")
    task = attempt(RunFlowOperator(**flow("vishwa")), None, store)
    calls_before(task.task.hook, "prepare_run", task.task.on_kill)
    with pytest.raises(FlowPermanentError, match="A person has ended this task"):
        task.start()
    assert emulator.runs() == []
    assert store.entry is None


def test_a_task_that_was_ended_while_it_looks_cancels_what_it_finds(
    attempt: Make, store: Store, flow: Flow, emulator: FlowEmulator, task_state: Be
) -> None:
    """A person's mark while a retry asks for the run of the attempt before it ends that run."""
    task_state("failed")
    arguments = {**flow("blinkops", outcome="never_ends"), "deferrable": True}
    with pytest.raises(TaskDeferred):
        attempt(RunFlowOperator(**arguments), None, store).start()
    task = second(attempt, store, **arguments)
    calls_before(task.task.hook, "get_run", task.task.on_kill)
    with pytest.raises(BaseException, match=r"A person has ended|is cancelled"):
        task.start()
    assert [run.state for run in emulator.runs()] == ["cancelled"]


def test_a_store_that_is_away_leaves_a_broken_wait_to_a_retry(
    attempt: Make, store: Store, flow: Flow
) -> None:
    """A trigger that broke while the store is away is no reason to give the run up for good."""
    task = attempt(RunFlowOperator(**flow("scade", outcome="never_ends"), deferrable=True), None, store)
    with pytest.raises(TaskDeferred):
        task.start()
    store.faults = [503]
    with pytest.raises(FlowUnavailableError, match="does not answer"):
        task.resume_broken("Trigger failure")


def test_a_run_that_could_not_be_noted_is_noted_by_the_next_leg(
    attempt: Make, store: Store, flow: Flow
) -> None:
    """The trigger's event brings the run into a journal that still holds the intent only."""
    task = attempt(RunFlowOperator(**flow("scade", outcome="never_ends"), deferrable=True), None, store)
    store.faults = [None, None, *[500] * 4]
    with pytest.raises(TaskDeferred) as deferral:
        task.start()
    assert [entry.stage for entry in [store.entry] if entry] == [Stage.INTENT]
    event = {
        "handle": deferral.value.trigger.handle,
        "fault": "UnavailableError",
        "message": "gone for 600 s",
    }
    with pytest.raises(FlowUnavailableError, match="gone for 600 s"):
        task.resume(event)
    assert [entry.stage for entry in [store.entry] if entry] == [Stage.RUN]


@pytest.mark.parametrize("moment", ["get_run", "wait_for_run", "get_result"])
def test_airflows_timeout_at_any_moment_ends_the_run(
    attempt: Make, store: Store, flow: Flow, emulator: FlowEmulator, moment: str
) -> None:
    """`execution_timeout` that strikes between two steps cancels the run and notes it."""

    def strike() -> None:
        raise AirflowTaskTimeout

    outcome = "success" if moment == "get_result" else "never_ends"
    arguments = flow("blinkops", outcome=outcome, duration=0.2)
    task = attempt(RunFlowOperator(**arguments), None, store)
    if moment == "get_run":
        with pytest.raises(TaskDeferred):
            attempt(RunFlowOperator(**arguments, deferrable=True), None, store).start()
        task = second(attempt, store, **arguments)
    calls_before(task.task.hook, moment, strike)
    with pytest.raises(AirflowTaskTimeout):
        task.start()
    assert [run.state for run in emulator.runs()] == ["success" if moment == "get_result" else "cancelled"]


def test_without_a_store_airflows_timeout_is_final_where_the_run_goes_on(attempt: Make, flow: Flow) -> None:
    """On an Airflow without a store a retry would start a second run beside one that cannot be cancelled."""

    def strike() -> None:
        raise AirflowTaskTimeout

    task = attempt(RunFlowOperator(**flow("vishwa", outcome="never_ends")))
    calls_before(task.task.hook, "wait_for_run", strike)
    with pytest.raises(FlowRunForgottenError):
        task.start()


def test_a_replaced_attempt_leaves_the_run_to_its_successor(
    attempt: Make, store: Store, flow: Flow, emulator: FlowEmulator
) -> None:
    """An attempt whose time is up cancels nothing once Airflow has begun another one."""
    task = attempt(RunFlowOperator(**flow("blinkops", outcome="never_ends"), timeout=0.3), None, store)
    store.faults = [None, None, None, 404]
    with pytest.raises(FlowRunLeftError):
        task.start()
    assert [run.state for run in emulator.runs()] == ["running"]


def test_a_refusal_after_the_start_is_left_to_retries(
    attempt: Make, store: Store, flow: Flow, emulator: FlowEmulator
) -> None:
    """Once the run is noted even a refused credential is worth another attempt; the text says what to do."""
    arguments = flow("scade", result={"a": 1})
    emulator.fault("status", platform="scade", operation="status", status=401, times=2)
    with pytest.raises(FlowUnavailableError, match=r"answered 401.*clearing the task starts another run"):
        attempt(RunFlowOperator(**arguments, unreachable_timeout=0), None, store).start()
    assert second(attempt, store, **arguments).run() == {"a": 1}
    assert len(emulator.runs()) == 1


def test_a_cancel_is_sent_again(attempt: Make, flow: Flow, emulator: FlowEmulator, task_state: Be) -> None:
    """One 502 does not leave a run behind: cancelling twice does no more than cancelling once."""
    task_state("failed")
    task = attempt(RunFlowOperator(**flow("blinkops", outcome="never_ends"), deferrable=True))
    with pytest.raises(TaskDeferred):
        task.start()
    emulator.fault("status", platform="blinkops", operation="cancel", status=502)
    task.task.on_kill()
    assert [run.state for run in emulator.runs()] == ["cancelled"]
