"""How an attempt starts a run: what it asks and writes, in which order, and what it makes of faults."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.journal.entry import Entry, Stage
from airflow_provider_flows.journal.errors import (
    DoubtError,
    JournalAwayError,
    SupersededError,
)
from airflow_provider_flows.protocol.errors import (
    ResponseLostError,
    UnavailableError,
)
from airflow_provider_flows.protocol.runs import RunState
from tests.journal.doubles import (
    BEGINNING,
    NOTED,
    NOW,
    OTHER,
    RUNNING,
    START,
    World,
    answered,
)

ENDED = replace(RUNNING, state=RunState.SUCCESS, raw_state="Completed")
FAILED = replace(RUNNING, state=RunState.FAILED)
OWN = Entry(
    stage=Stage.INTENT, key="k2", fingerprint="same", attempt_id="a2", try_number=2, max_tries=2, at=BEGINNING
)
LOST = ResponseLostError("the answer was lost.", START)


def test_a_first_attempt_prepares_writes_its_intent_and_starts() -> None:
    """The intent is written after all that may fail before a start, and the run after the answer."""
    world = World(started=OTHER)
    entry = world.attempt().begin()
    assert world.done == ["read", "prepare", "fence", "start", "keep"]
    noted = replace(OWN, stage=Stage.RUN, run=OTHER, since=BEGINNING + 5, until=BEGINNING + 305)
    assert world.rows == [OWN, noted]
    assert entry == noted
    assert world.said == []


def test_no_time_goes_beyond_the_attempt() -> None:
    """The time is up when the run's or the attempt's is, whichever comes first."""
    assert World().attempt(latest=BEGINNING + 20).begin().until == BEGINNING + 20


def test_a_run_that_is_over_at_once_keeps_its_result() -> None:
    """A result that came with the start's answer is kept before anything else happens."""
    world = World(started=replace(ENDED, result=7, has_result=True))
    entry = world.attempt().begin()
    assert (entry.stage, entry.kept, entry.since) == (Stage.RESULT, {"result": 7}, BEGINNING + 5)
    assert world.rows[-1] == entry


def test_a_refused_fence_starts_nothing() -> None:
    """An attempt that was replaced ends where its intent's write is refused."""
    world = World(fenced=SupersededError("replaced"))
    with pytest.raises(SupersededError):
        world.attempt().begin()
    assert world.done == ["read", "prepare", "fence"]


@pytest.mark.parametrize("earlier", [None, replace(NOTED, past=("r0",))])
def test_an_intent_that_may_be_written_is_taken_back(earlier: Entry | None) -> None:
    """Where nobody knows whether the intent was written, what stood there is put back."""
    world = World(entry=earlier, looked=FAILED, fenced=JournalAwayError("away"))
    with pytest.raises(JournalAwayError):
        world.attempt().begin()
    assert world.done[-3:] == ["prepare", "fence", "keep"]
    assert world.rows[-1] == earlier


@pytest.mark.parametrize("now", [NOW, replace(NOW, on_ambiguous_start="search")])
def test_a_start_that_was_turned_away_is_withdrawn(now: Circumstances) -> None:
    """Where surely nothing was started, the next attempt meets an empty journal and the error is raised."""
    world = World(started=UnavailableError("busy", answered(429)))
    with pytest.raises(UnavailableError):
        world.attempt(now).begin()
    assert world.done == ["read", "prepare", "fence", "start", "keep"]
    assert world.rows[-1] is None


def test_a_withdrawn_intent_keeps_the_past() -> None:
    """The ids of earlier runs outlive a start that was turned away."""
    world = World(entry=NOTED, looked=FAILED, started=UnavailableError("busy", answered(429)))
    with pytest.raises(UnavailableError):
        world.attempt().begin()
    assert world.rows == [replace(OWN, past=("r1",)), replace(OWN, past=("r1",), stage=Stage.WITHDRAWN)]
    after = World(entry=world.rows[-1])
    assert after.attempt().begin().past == ("r1",)
    assert after.done == ["read", "prepare", "fence", "start", "keep"]


def test_a_lost_answer_is_doubt() -> None:
    """The intent stays, and the error says what happened and what a person can do."""
    world = World(started=LOST)
    with pytest.raises(DoubtError, match=r"^the answer was lost\. Look for the run") as caught:
        world.attempt().begin()
    assert caught.value.__cause__ is LOST
    assert world.rows == [OWN]


def test_a_lost_answer_may_be_tried_again_where_the_user_says_so() -> None:
    """With `restart` the fault is raised as it is, and the intent stays for the next attempt."""
    world = World(started=LOST)
    with pytest.raises(ResponseLostError):
        world.attempt(replace(NOW, on_ambiguous_start="restart")).begin()
    assert world.rows == [OWN]


def test_a_lost_answer_is_searched_for_where_the_user_says_so() -> None:
    """With `search` the run is looked for at once, and noted when it is found."""
    world = World(started=LOST, found=[[OTHER], [OTHER]])
    entry = world.attempt(replace(NOW, on_ambiguous_start="search")).begin()
    assert (entry.stage, entry.run, entry.since) == (Stage.RUN, OTHER, BEGINNING)
    assert entry.until == BEGINNING + 300
    assert world.rows == [OWN, entry]
    assert world.said[:2] == [
        "the answer was lost.",
        "Looking for a run of flow x: the start's answer was lost",
    ]
