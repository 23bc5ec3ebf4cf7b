"""What a later attempt of a task makes of the run that an earlier one started."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.outcomes import (
    FlowPermanentError,
    FlowRunFailedError,
    FlowRunLeftError,
    FlowRunTimeoutError,
    FlowUnavailableError,
)
from tests.airflow.legs import Attempt, Store, TaskInstance

Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


class Died(BaseException):
    """The worker is gone."""


@dataclass
class Life:
    """A task through its attempts, on one store."""

    make: Make
    store: Store
    tries: int = 0
    max_tries: int = 3

    def attempt(self, **arguments: Any) -> Attempt:
        """Return the next attempt; a new process knows nothing but what the store holds."""
        self.tries += 1
        ti = TaskInstance("run", try_number=self.tries, max_tries=self.max_tries, id=f"attempt-{self.tries}")
        attempt: Attempt = self.make(RunFlowOperator(**arguments), ti, self.store)
        return attempt

    def clear(self) -> None:
        """Let a person clear the task."""
        self.max_tries = self.tries + 3


@pytest.fixture
def life(attempt: Make) -> Life:
    """Return a task that has not begun."""
    return Life(attempt, Store())


def left(life: Life, **arguments: Any) -> None:
    """Let an attempt start its run and defer, and hear no more of it."""
    with pytest.raises(TaskDeferred):
        life.attempt(**arguments, deferrable=True).start()


@pytest.mark.parametrize("platform", ["scade", "blinkops"])
@pytest.mark.parametrize("deferrable", [False, True])
def test_a_retry_goes_on_with_the_run(
    life: Life, flow: Flow, emulator: FlowEmulator, platform: str, deferrable: bool
) -> None:
    """An attempt after a lost worker takes the run up again, and returns its result."""
    arguments = flow(platform, duration=1.5, result={"a": 1})
    left(life, **arguments)
    retry = life.attempt(**arguments, deferrable=deferrable)
    assert retry.run() == {"a": 1}
    assert len(emulator.runs()) == 1
    assert retry.ti.xcoms["run_id"] == emulator.runs()[0].id


def test_a_run_that_did_well_meanwhile_gives_its_result(
    life: Life, flow: Flow, emulator: FlowEmulator
) -> None:
    """A retry does not run again what has succeeded without its task."""
    arguments = flow("scade", duration=0.0, result={"a": 1})
    first = life.attempt(**arguments)

    def die(*_: Any, **__: Any) -> None:
        raise Died

    first.task.hook.wait_for_run = die
    with pytest.raises(Died):
        first.run()
    assert life.attempt(**arguments).run() == {"a": 1}
    assert len(emulator.runs()) == 1


def test_a_failed_run_is_run_again(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """A retry after a run that failed starts another one, as the task's retries ask."""
    arguments = flow("vishwa", outcome="failed")
    for _ in range(2):
        with pytest.raises(FlowRunFailedError):
            life.attempt(**arguments).run()
    assert len(emulator.runs()) == 2


def test_a_clear_cancels_and_starts_anew(
    life: Life, flow: Flow, emulator: FlowEmulator, logged: Callable[[], str]
) -> None:
    """An attempt after a clear ends the orphan where the platform can."""
    arguments = flow("blinkops", outcome="never_ends")
    left(life, **arguments)
    life.clear()
    left(life, **arguments)
    assert [run.state for run in emulator.runs()] == ["cancelled", "running"]
    assert "of an earlier attempt is cancelled before another one is started" in logged()


def test_a_clear_says_what_goes_on(
    life: Life, flow: Flow, emulator: FlowEmulator, logged: Callable[[], str]
) -> None:
    """Where the platform cannot cancel, the log names the run that goes on."""
    arguments = flow("scade", outcome="never_ends")
    left(life, **arguments)
    life.clear()
    left(life, **arguments)
    assert len(emulator.runs()) == 2
    assert "goes on beside the one that is started now" in logged()


def test_other_inputs_are_not_this_run(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """A retry whose inputs changed neither takes the run for its own nor starts another beside it."""
    arguments = flow("vishwa", outcome="never_ends")
    left(life, **arguments, inputs={"x": 1})
    with pytest.raises(FlowPermanentError, match=r"had other inputs.*Clear the task"):
        life.attempt(**arguments, inputs={"x": 2}).run()
    life.clear()
    left(life, **arguments, inputs={"x": 2})
    assert len(emulator.runs()) == 2


@pytest.mark.parametrize("platform", ["scade", "blinkops", "vishwa", "wisebot", "unitelabs"])
def test_a_lost_answer_is_never_repeated(
    life: Life, flow: Flow, emulator: FlowEmulator, platform: str
) -> None:
    """After a start whose answer was lost, every retry refuses to start, and says how to go on."""
    arguments = flow(platform)
    emulator.fault("lost", platform=platform, operation="start")
    for _ in range(3):
        with pytest.raises(FlowPermanentError, match=r"Look for the run on the platform.*clear the task"):
            life.attempt(**arguments).run()
    assert len(emulator.runs()) == 1
    life.clear()
    life.attempt(**arguments).run()
    assert len(emulator.runs()) == 2


def test_a_worker_that_dies_before_the_answer_leaves_doubt(
    life: Life, flow: Flow, emulator: FlowEmulator
) -> None:
    """An intent without a run is in doubt, whatever became of its attempt."""
    arguments = flow("vishwa")
    first = life.attempt(**arguments)
    hook = first.task.hook

    def die(order: Any, *, variant: str | None = None) -> None:
        type(hook).start_prepared_run(hook, order, variant=variant)
        raise Died

    hook.start_prepared_run = die
    with pytest.raises(Died):
        first.run()
    with pytest.raises(FlowPermanentError, match="Attempt 1 of this task may have started a run"):
        life.attempt(**arguments).run()
    assert len(emulator.runs()) == 1


def test_a_restart_is_the_users_choice(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """With `restart` a start in doubt is left to the task's retries, which start again."""
    arguments = {**flow("vishwa", result={"a": 1}), "on_ambiguous_start": "restart"}
    emulator.fault("lost", platform="vishwa", operation="start")
    with pytest.raises(FlowUnavailableError):
        life.attempt(**arguments).run()
    life.attempt(**arguments).run()
    assert len(emulator.runs()) == 2


def test_a_search_finds_the_run(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """With `search` a lost answer is no failure where the platform lists its runs."""
    arguments = {**flow("blinkops", result={"a": 1}), "on_ambiguous_start": "search", "inputs": {"x": 7}}
    emulator.fault("lost", platform="blinkops", operation="start")
    assert life.attempt(**arguments).run() == {"a": 1}
    assert len(emulator.runs()) == 1


def test_a_search_needs_a_listing(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """`search` on a platform that lists nothing is refused before anything is started."""
    with pytest.raises(FlowPermanentError, match=r"on_ambiguous_start='search'.*Scade documents no way"):
        life.attempt(**flow("scade"), on_ambiguous_start="search").run()
    assert emulator.runs() == []


def test_an_attempt_that_was_replaced_starts_nothing(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """Airflow refuses the intent of an attempt that another one has replaced, and nothing is sent."""
    life.store.faults = [None, 404]
    with pytest.raises(FlowPermanentError, match="begun another attempt of this task"):
        life.attempt(**flow("vishwa")).run()
    assert emulator.runs() == []


@pytest.mark.parametrize("faults", [[500], [None, 503], [None]])
def test_without_the_journal_nothing_is_started(
    life: Life, flow: Flow, emulator: FlowEmulator, faults: list[int | None]
) -> None:
    """Where the store cannot be asked, the task is left to its retries before anything is sent."""
    life.store.faults = [*faults, 429]
    with pytest.raises(FlowUnavailableError, match=r"does not answer.*Nothing is started now"):
        life.attempt(**flow("vishwa")).run()
    assert emulator.runs() == []


def test_a_write_after_the_answer_is_repeated(life: Life, flow: Flow) -> None:
    """A store that is away after the start does not fail the task, and gets the run as soon as it is back."""
    arguments = flow("scade", duration=0.5, result={"a": 1})
    life.store.faults = [None, None, 500]
    assert life.attempt(**arguments).run() == {"a": 1}
    assert life.store.entry is not None
    assert life.store.entry.run is not None
    assert life.store.calls[:4] == ["get", "set", "set", "set"]


def test_what_surely_did_not_start_leaves_no_doubt(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """A start that the platform turned away withdraws its intent, so that a retry starts."""
    arguments = flow("scade", result={"a": 1})
    turned_away = {"Retry-After": "0"}
    emulator.fault("status", platform="scade", operation="start", times=5, status=503, headers=turned_away)
    with pytest.raises(FlowUnavailableError) as busy:
        life.attempt(**arguments).run()
    assert busy.value.retry_after == 0
    assert life.store.entry is None
    assert life.attempt(**arguments).run() == {"a": 1}


def test_a_kept_result_is_returned(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """A result that came with the start's answer outlives the worker that got it."""
    arguments = flow("wisebot", result={"a": 1})
    assert life.attempt(**arguments).run() == {"a": 1}
    assert life.attempt(**arguments).run() == {"a": 1}
    assert len(emulator.runs()) == 1


def test_a_run_that_was_left_gets_its_time_once_more(
    life: Life, flow: Flow, emulator: FlowEmulator, logged: Callable[[], str]
) -> None:
    """A timeout that cannot cancel leaves the run to the next attempt, with one fresh timeout."""
    arguments = flow("scade", duration=1.0, result={"a": 1})
    with pytest.raises(FlowRunLeftError):
        life.attempt(**arguments, timeout=0.3).run()
    assert "The time of run" in logged()
    assert life.attempt(**arguments, timeout=5).run() == {"a": 1}
    assert len(emulator.runs()) == 1
    assert "gets the whole timeout once more" in logged()


def test_a_user_can_let_it_go_on(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """With `cancel_on_timeout=False` a run whose time is up is not cancelled."""
    arguments = flow("blinkops", outcome="never_ends")
    with pytest.raises(FlowRunLeftError):
        life.attempt(**arguments, timeout=0.3, cancel_on_timeout=False).run()
    assert [run.state for run in emulator.runs()] == ["running"]


def test_a_run_that_was_cancelled_at_its_deadline_is_run_again(
    life: Life, flow: Flow, emulator: FlowEmulator
) -> None:
    """A retry after a timeout that cancelled starts another run."""
    arguments = flow("blinkops", outcome="never_ends")
    for _ in range(2):
        with pytest.raises(FlowRunTimeoutError):
            life.attempt(**arguments, timeout=0.3).run()
    assert [run.state for run in emulator.runs()] == ["cancelled", "cancelled"]


def test_the_deadline_outlives_the_attempt(life: Life, flow: Flow) -> None:
    """`timeout` counts from the run's start, whichever attempt waits."""
    arguments = flow("scade", outcome="never_ends")
    left(life, **arguments, timeout=100)
    first = life.store.entry
    with pytest.raises(TaskDeferred) as again:
        life.attempt(**arguments, timeout=100, deferrable=True).start()
    assert first is not None
    assert again.value.trigger.until == first.until


def test_a_broken_trigger_is_replaced(life: Life, flow: Flow, logged: Callable[[], str]) -> None:
    """A trigger that crashes is deferred again with the same deadline, a bounded number of times."""
    task = life.attempt(**flow("scade", outcome="never_ends"), deferrable=True)
    with pytest.raises(TaskDeferred) as first:
        task.start()
    for _ in range(5):
        with pytest.raises(TaskDeferred) as again:
            task.resume_broken("Trigger failure")
        assert again.value.trigger.until == first.value.trigger.until
    with pytest.raises(FlowUnavailableError, match="6 times, last: Trigger failure"):
        task.resume_broken("Trigger failure")
    assert "Airflow ended the wait in the triggerer" in logged()


def test_a_silent_triggerer_ends_at_the_deadline(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """Where Airflow gave a trigger up after the deadline, a run that goes on is cancelled."""
    task = life.attempt(**flow("blinkops", outcome="never_ends"), deferrable=True, timeout=0.5)
    with pytest.raises(TaskDeferred):
        task.start()
    assert task.store is not None
    assert task.store.entry is not None
    time.sleep(max(0.0, task.store.entry.until - time.time()))
    with pytest.raises(FlowRunTimeoutError):
        task.resume_broken("Trigger timeout")
    assert [run.state for run in emulator.runs()] == ["cancelled"]


def test_an_unreadable_entry_starts_nothing(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """What another program wrote into the store is no reason to start a run."""
    life.store.data["flow_run"] = '{"version": 99}'
    with pytest.raises(FlowPermanentError, match=r"makes no sense.*delete the key 'flow_run'"):
        life.attempt(**flow("vishwa")).run()
    assert emulator.runs() == []


def test_without_a_store_the_log_says_what_is_not_promised(
    attempt: Make, flow: Flow, logged: Callable[[], str]
) -> None:
    """On an Airflow without a task state store, the task says once what may happen."""
    attempt(RunFlowOperator(**flow("vishwa"))).run()
    assert logged().count("the task's next attempt starts a second run") == 1


def test_a_write_that_stays_owed_is_made_up_for(life: Life, flow: Flow) -> None:
    """What the store did not take for some seconds, it gets before the task ends."""
    life.store.faults = [None, None, 500, 500, 500]
    assert life.attempt(**flow("scade", duration=0.3, result={"a": 1})).run() == {"a": 1}
    assert life.store.entry is not None
    assert life.store.entry.run is not None


def test_a_run_is_seen_through_though_its_note_is_refused(
    life: Life, flow: Flow, logged: Callable[[], str]
) -> None:
    """An attempt that was replaced after its start goes on until Airflow ends it; its note is not forced."""
    life.store.faults = [None, None, 404]
    assert life.attempt(**flow("scade", result={"a": 1})).run() == {"a": 1}
    assert life.store.calls == ["get", "set", "set"]
    assert "Airflow has begun another attempt of this task" in logged()


def test_a_leg_without_the_journal_goes_on(life: Life, flow: Flow, logged: Callable[[], str]) -> None:
    """A leg after the trigger already has its run: a store that is away does not fail it."""
    task = life.attempt(**flow("scade", duration=0.5, result={"a": 1}), deferrable=True)
    with pytest.raises(TaskDeferred) as deferral:
        task.start()
    life.store.faults = [500]
    assert task.finish(deferral.value) == {"a": 1}
    assert "does not answer" in logged()


def test_a_search_by_a_key_needs_the_input(life: Life, flow: Flow, emulator: FlowEmulator) -> None:
    """A correlation input that is not there is told before anything is started."""
    arguments = {**flow("blinkops"), "on_ambiguous_start": "search", "inputs": {"x": 1}}
    with pytest.raises(FlowPermanentError, match="correlation_input names 'key', and there is no such input"):
        life.attempt(**arguments, correlation_input="key").run()
    assert emulator.runs() == []


def test_a_search_that_needs_a_setting_names_it(life: Life, flow: Flow) -> None:
    """UniteLabs can be searched only once the connection says where its runs are listed."""
    with pytest.raises(FlowPermanentError, match=r"on_ambiguous_start='search'.*extra runs_path"):
        life.attempt(**flow("unitelabs"), on_ambiguous_start="search").run()
