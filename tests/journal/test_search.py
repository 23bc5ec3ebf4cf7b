"""Looking for the run of a start whose answer nobody has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat

import pytest

from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.journal.doubt import in_doubt
from airflow_provider_flows.journal.entry import NAMELESS, Entry, Stage
from airflow_provider_flows.journal.errors import DoubtError
from airflow_provider_flows.journal.search import SEARCH_EVERY, SEARCH_FOR, sought
from airflow_provider_flows.protocol.errors import (
    FlowError,
    NotSentError,
    NotSupportedError,
    RefusedError,
    ResponseLostError,
    UnavailableError,
)
from airflow_provider_flows.protocol.runs import Run
from tests.journal.doubles import BEGINNING, INTENT, NOW, OTHER, RUNNING, STATUS, World, answered

PAST = replace(INTENT, past=("r0",))


def doubt_of(world: World, intent: Entry = INTENT, now: Circumstances = NOW) -> tuple[str, DoubtError]:
    """Return why a search ends in doubt; the rest of the error's text is that of every doubt."""
    with pytest.raises(DoubtError) as caught:
        sought(world.attempt(now), intent, "why")
    before, _, after = str(in_doubt(intent, "flow x", "WHY")).partition("WHY")
    assert str(caught.value).startswith(before)
    assert str(caught.value).endswith(after)
    return str(caught.value).removeprefix(before).removesuffix(after), caught.value


def test_the_one_run_is_taken() -> None:
    """One candidate that still is alone a little later is the run; its time counts from the intent."""
    world = World(found=[[RUNNING], [RUNNING]])
    entry = sought(world.attempt(), PAST, "why")
    assert entry == replace(PAST, stage=Stage.RUN, run=RUNNING, since=PAST.at)
    assert world.said == ["Looking for a run of flow x: why", f"Found {RUNNING.handle}"]
    assert world.now == BEGINNING + SEARCH_EVERY


def test_a_run_is_claimed_before_the_last_look() -> None:
    """Of two tasks that found the same run, each sees the other's claim when it looks once more."""
    world = World(found=[[RUNNING], [RUNNING]])
    sought(world.attempt(), INTENT, "why")
    assert world.done == ["find k1", "claim r1", "find k1"]


@pytest.mark.parametrize(
    "fault",
    [
        (),
        NotSentError("away", STATUS),
        ResponseLostError("away", STATUS),
        UnavailableError("away", answered(502, STATUS)),
    ],
    ids=repr,
)
def test_a_run_that_turns_up_late_is_taken(fault: Sequence[Run] | FlowError) -> None:
    """A listing that is empty or away is asked again every few seconds."""
    world = World(found=[fault, fault, [RUNNING], [RUNNING]])
    assert sought(world.attempt(), INTENT, "why").run == RUNNING
    assert world.now == BEGINNING + 3 * SEARCH_EVERY
    assert world.said[1:-1] == ([] if fault == () else ["away", "away"])


def test_a_run_that_somebody_else_has_taken_is_doubt() -> None:
    """A candidate that is none any more when it is asked for once more is not the run."""
    assert doubt_of(World(found=[[RUNNING], []]))[0] == "no run was found within 60 s that may be the one"


def test_a_listing_that_stays_away_is_no_answer() -> None:
    """A fault that lasts until the end is raised as it is, so that another attempt may look again."""
    fault = UnavailableError("away", answered(502, STATUS))
    world = World(found=[(), *([fault] * 12)])
    with pytest.raises(UnavailableError) as caught:
        sought(world.attempt(), INTENT, "why")
    assert caught.value is fault
    assert world.now == BEGINNING + SEARCH_FOR


def test_a_listing_that_comes_back_is_an_answer() -> None:
    """A fault before the last listing is forgotten."""
    fault = UnavailableError("away", answered(502, STATUS))
    assert doubt_of(World(found=[fault] * 12))[0] == "no run was found within 60 s that may be the one"


def test_another_one_that_turns_up_is_doubt() -> None:
    """One candidate that soon has company is not known to be the run."""
    world = World(found=[[RUNNING], [RUNNING, OTHER]])
    assert doubt_of(world)[0] == "more than one run may be the one: r1, r2"


def test_none_in_time_is_doubt() -> None:
    """After a minute nobody can say any more; the last question is asked when the minute is over."""
    world = World()
    assert doubt_of(world)[0] == "no run was found within 60 s that may be the one"
    assert (SEARCH_EVERY, SEARCH_FOR) == (5.0, 60.0)
    assert world.now == BEGINNING + SEARCH_FOR
    assert world.done == list(repeat("find k1", 13))


def test_several_are_doubt() -> None:
    """More than one candidate is no answer, and all of them are named; nobody waits for more."""
    world = World(found=[[RUNNING, OTHER]])
    assert doubt_of(world)[0] == "more than one run may be the one: r1, r2"
    assert world.done == ["find k1"]


@pytest.mark.parametrize(
    "fault", [NotSupportedError("no listing"), RefusedError("no listing", answered(400, STATUS))], ids=repr
)
def test_a_listing_that_cannot_be_had_is_doubt(fault: FlowError) -> None:
    """What will not pass is not asked again; its reason is told."""
    world = World(found=[fault])
    why, error = doubt_of(world)
    assert why == "no listing"
    assert error.__cause__ is fault
    assert world.now == BEGINNING


def test_other_inputs_are_doubt() -> None:
    """A run of other inputs could not be told from others, so nobody is asked."""
    world = World(found=[[RUNNING]])
    why, _ = doubt_of(world, now=replace(NOW, fingerprint="changed"))
    assert why == "its inputs were others, so its run could not be told from others"
    assert world.done == world.said == []


def test_an_earlier_doubt_is_doubt() -> None:
    """An earlier run without a known id could be taken for this one, so nobody is asked."""
    world = World(found=[[RUNNING]])
    why, _ = doubt_of(world, replace(INTENT, past=("r0", NAMELESS)))
    assert why == "an earlier run of it, whose id is not known, could be taken for this one"
    assert world.done == world.said == []
