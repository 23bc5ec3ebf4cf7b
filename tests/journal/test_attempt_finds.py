"""What an attempt does about what an earlier one has left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_provider_flows.journal.attempt import REMEMBERED, other_inputs
from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.journal.doubt import in_doubt
from airflow_provider_flows.journal.entry import NAMELESS, Stage
from airflow_provider_flows.journal.errors import (
    ChangedError,
    DoubtError,
    OrphanError,
)
from airflow_provider_flows.protocol.errors import (
    CredentialsError,
    FlowError,
    NotSupportedError,
    ResponseLostError,
)
from airflow_provider_flows.protocol.runs import Run, RunState
from tests.journal.doubles import (
    BEGINNING,
    CLEARED,
    INTENT,
    NOTED,
    NOW,
    OTHER,
    RUNNING,
    STATUS,
    World,
    answered,
)

ENDED = replace(RUNNING, state=RunState.SUCCESS, raw_state="Completed")
FAILED = replace(RUNNING, state=RunState.FAILED)


def test_an_intent_of_another_attempt_is_doubt() -> None:
    """An attempt that was lost between its start and its answer is not followed by another start."""
    world = World(entry=INTENT)
    with pytest.raises(DoubtError) as caught:
        world.attempt().begin()
    why = "it was lost before the platform's answer was noted"
    assert str(caught.value) == str(in_doubt(INTENT, "flow x", why))
    assert world.done == ["read"]


def test_an_intent_of_another_attempt_is_searched_for() -> None:
    """With `search` the lost attempt's run is taken over, under that attempt's own key."""
    world = World(entry=INTENT, found=[[OTHER], [OTHER]])
    entry = world.attempt(replace(NOW, on_ambiguous_start="search")).begin()
    assert entry == replace(INTENT, stage=Stage.RUN, run=OTHER, since=INTENT.at, until=INTENT.at + 300)
    assert world.rows == [entry]
    assert world.said[0] == "Looking for a run of flow x: an earlier attempt was lost while it started one"


@pytest.mark.parametrize(
    "now", [CLEARED, replace(NOW, on_ambiguous_start="restart")], ids=["cleared", "restart"]
)
def test_a_person_may_want_another_start(now: Circumstances) -> None:
    """After a clear, and with `restart`, a start in doubt is followed by another; the log says so."""
    world = World(entry=INTENT, started=OTHER)
    assert world.attempt(now).begin().past == (NAMELESS,)
    assert world.done == ["read", "prepare", "fence", "start", "keep"]
    assert world.warned == ["Attempt 1 may have started a run of flow x; another one is started"]


def test_a_retry_goes_on_with_a_run_that_goes_on() -> None:
    """A retry looks once, starts nothing, and keeps the run's own time."""
    seen = replace(RUNNING, raw_state="In progress")
    world = World(entry=NOTED, looked=seen)
    entry = world.attempt().begin()
    assert entry == replace(NOTED, run=seen, until=410.0)
    assert world.done == ["read", "look r1", "keep"]
    assert world.said == [f"Going on with {RUNNING.handle}, which an earlier attempt started"]


def test_a_run_that_was_left_gets_its_time_once_more() -> None:
    """A run whose time was up, and that goes on, is given the whole timeout by the next attempt."""
    entry = World(entry=replace(NOTED, left=True)).attempt().begin()
    assert (entry.since, entry.until, entry.left) == (BEGINNING, BEGINNING + 300, False)


def test_saying_so_comes_with_the_time() -> None:
    """The log tells that the time was up before."""
    world = World(entry=replace(NOTED, left=True))
    world.attempt().begin()
    assert world.said[1:] == ["Its time was up before, so it gets the whole timeout once more"]


@pytest.mark.parametrize("left", [True, False])
def test_a_run_that_did_well_is_taken_as_it_ended(left: bool) -> None:
    """A retry after a run that succeeded takes its end and gives it no time."""
    world = World(entry=replace(NOTED, left=left), looked=ENDED)
    assert world.attempt().begin() == replace(NOTED, left=left, run=ENDED, until=410.0)
    assert world.said == [f"{RUNNING.handle}, which an earlier attempt started, is success"]


def test_a_kept_result_is_taken_without_a_question() -> None:
    """A run that was over with the start's answer is not asked about again."""
    kept = replace(NOTED, stage=Stage.RESULT, run=ENDED, kept={"result": 7})
    world = World(entry=kept)
    assert world.attempt().begin() == replace(kept, until=410.0)
    assert world.done == ["read", "keep"]


def test_a_run_that_failed_is_followed_by_another() -> None:
    """The task's retries are for runs that fail; the new intent remembers the old run."""
    world = World(entry=replace(NOTED, past=("r0",)), looked=FAILED, started=OTHER)
    assert world.attempt().begin().past == ("r0", "r1")
    assert world.done == ["read", "look r1", "prepare", "fence", "start", "keep"]
    assert world.said == [f"{RUNNING.handle} of an earlier attempt is failed; another one is started"]


def test_only_so_many_runs_are_remembered() -> None:
    """The newest of the earlier runs are kept, so that the entry stays small."""
    past = tuple(str(number) for number in range(REMEMBERED))
    assert REMEMBERED == 100
    assert World(entry=replace(NOTED, past=past), looked=FAILED).attempt().begin().past == (*past[1:], "r1")


def test_other_inputs_fail() -> None:
    """A run of other inputs is neither taken nor started again; the error says which run and what to do."""
    world = World(entry=NOTED)
    with pytest.raises(ChangedError) as caught:
        world.attempt(replace(NOW, fingerprint="changed")).begin()
    assert str(caught.value) == str(other_inputs(RUNNING))
    assert str(caught.value) == (
        f"{RUNNING.handle}, which an earlier attempt of this task started, is running and had other inputs, "
        "options or another connection than this attempt. Nothing was started now. Clear the task to start a "
        "run with what it has now; keep templates that change with each attempt, such as now(), out of the "
        "inputs."
    )
    assert world.done == ["read", "look r1"]


def test_after_a_clear_the_old_run_is_cancelled_first() -> None:
    """Where the platform cancels, a cleared task's run does not go on beside the new one."""
    world = World(entry=NOTED)
    world.attempt(CLEARED).begin()
    assert world.done == ["read", "look r1", "cancel r1", "prepare", "fence", "start", "keep"]
    assert world.said == [
        f"{RUNNING.handle} of an earlier attempt is cancelled before another one is started"
    ]


def test_after_a_clear_an_old_run_that_may_go_on_keeps_the_next_from_starting() -> None:
    """Where cancelling failed for a reason that may pass, nothing is started beside the old run."""
    world = World(entry=NOTED, cancels=False)
    with pytest.raises(OrphanError) as caught:
        world.attempt(CLEARED).begin()
    assert str(caught.value) == (
        f"{RUNNING.handle} of an earlier attempt could not be cancelled now, so no other one was started "
        "beside it"
    )
    assert world.done == ["read", "look r1", "cancel r1"]


def test_after_a_clear_an_old_run_that_cannot_be_cancelled_is_spoken_of() -> None:
    """Where the platform does not cancel, the log says that the old run goes on."""
    world = World(entry=NOTED)
    world.attempt(replace(CLEARED, can_cancel=False)).begin()
    assert world.done == ["read", "look r1", "prepare", "fence", "start", "keep"]
    (warning,) = world.warned
    assert warning == (
        f"{RUNNING.handle} of an earlier attempt goes on beside the one that is started now: the platform "
        "documents no way to cancel it"
    )


@pytest.mark.parametrize(
    "fault", [ResponseLostError("away", STATUS), CredentialsError("away", answered(401, STATUS))], ids=repr
)
@pytest.mark.parametrize("ending", [True, False])
def test_a_run_that_nobody_can_ask_about_is_waited_for(fault: FlowError, ending: bool) -> None:
    """A fault is left to the waiting; also a run that was told to end may have done well."""
    world = World(entry=replace(NOTED, ending=ending), looked=fault)
    assert world.attempt().begin() == replace(NOTED, until=410.0)
    assert world.done == ["read", "look r1", "keep"]
    assert world.said[0] == f"How {RUNNING.handle} stands could not be asked: away"


def test_a_run_that_was_told_to_end_and_did_not_is_told_once_more() -> None:
    """A run that goes on though its time is up keeps no other from being started."""
    world = World(entry=replace(NOTED, ending=True))
    world.attempt().begin()
    assert world.done == ["read", "look r1", "cancel r1", "prepare", "fence", "start", "keep"]


def test_what_is_no_answer_is_raised() -> None:
    """What is wrong on our side while the run is looked at is not taken for the platform's silence."""
    with pytest.raises(NotSupportedError):
        World(entry=NOTED, looked=NotSupportedError("no way")).attempt().begin()


def test_a_task_that_does_not_wait_takes_the_run_as_noted() -> None:
    """Without waiting, nobody is asked how the run stands."""
    world = World(entry=NOTED, looked=Run(RUNNING.handle, RunState.FAILED))
    assert world.attempt(replace(NOW, waits=False)).begin().run == RUNNING
    assert world.done == ["read", "keep"]
