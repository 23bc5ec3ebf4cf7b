"""The law by which a run is asked for: often at first and toward the deadline, less and less in between."""

from __future__ import annotations

import math
import random
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.polling import FIRST, LONGEST, longest_pause, next_pause
from airflow_provider_flows.protocol.waiting import EARLY, PATIENCE, Wait
from tests.protocol.waits import faulty, over_at, wait

DAY = 86_400.0
times = st.floats(0, 10 * DAY)
firsts = st.floats(0.1, 1000)
chances = st.floats(0, 1)


def steady(age: float, left: float = math.inf, first: float = 1.0, longest: float = LONGEST) -> float:
    """Return the pause, where chance makes it neither shorter nor longer."""
    return next_pause(age, left, first, longest, lambda: 1.0 if age < first else 0.75)


def gaps(asked_at: list[float]) -> list[float]:
    """Return the times between questions."""
    return [after - before for before, after in pairwise(asked_at)]


def test_the_pause_grows_with_the_age() -> None:
    """It begins with the first one, grows by 60 ms for each second of age, and stops at the longest."""
    assert steady(0) == 1.0
    assert steady(100) == pytest.approx(7)
    assert steady(100, first=30) == pytest.approx(36)
    assert steady(4900) == pytest.approx(295)
    assert steady(5000) == pytest.approx(LONGEST)
    assert steady(9e9) == pytest.approx(LONGEST)
    assert steady(6000, longest=60) == pytest.approx(60)


def test_the_pause_shrinks_toward_the_deadline() -> None:
    """A run that is near its deadline is asked for as often as one that is as young as the rest is short."""
    assert steady(DAY, left=100) == pytest.approx(7)
    assert steady(100, left=DAY) == steady(100)
    assert steady(DAY, left=1.05) == 1.05
    assert steady(DAY, left=0.25) == 0.25
    assert steady(DAY, left=0) == 0


@given(times, times, firsts, firsts, chances)
def test_a_pause_keeps_its_bounds(age: float, left: float, first: float, more: float, chance: float) -> None:
    """It is never longer than the longest or than what is left; chance takes 15 % at most, 70 % at first."""
    longest = first + more
    pause = next_pause(age, left, first, longest, lambda: chance)
    middle = min(longest, first + 0.06 * age, first + 0.06 * left)
    assert pause <= min(longest, left, (1.0 if age < first else 1.05) * middle + 1e-9)
    assert pause >= min(left, (0.3 if age < first else 0.85) * middle - 1e-9)


@given(times, times, firsts, chances)
def test_an_older_run_is_not_asked_for_more_often(
    age: float, more: float, first: float, chance: float
) -> None:
    """Far from the deadline a pause is as long as the one of a younger run, or longer."""
    young, old = (
        next_pause(each, math.inf, first, first + 300, lambda: chance) for each in (age, age + more)
    )
    assert young <= old


def test_the_jitter_spreads_runs_that_began_together() -> None:
    """The pauses of many runs fill their band evenly, the first of all a wide one."""
    chances = random.Random(5)  # noqa: S311 - chance, no secret
    for age, band in ((0, (0.3, 0.65, 1.0)), (100, (5.95, 6.65, 7.35))):
        found = sorted(next_pause(age, math.inf, 1, 300, chances.random) for _ in range(2000))
        assert (found[0], found[1000], found[-1]) == pytest.approx(band, rel=0.05)


@given(times, times, firsts, chances)
def test_equal_intervals_are_a_fixed_one(age: float, left: float, first: float, chance: float) -> None:
    """Where the longest pause is the first, every pause is just that, without jitter, but for the last."""
    assert next_pause(age, left, first, first, lambda: chance) == min(first, left)


def test_a_run_that_began_in_the_future_is_new() -> None:
    """A clock that was set back makes no pause shorter than the first."""
    assert steady(-5000) == 1.0


def test_the_longest_pause_must_not_be_the_shorter_one() -> None:
    """By default it is 300 seconds, or the first where that is more; a shorter one is refused with a mend."""
    assert [longest_pause(first, None) for first in (FIRST, 300, 900)] == [LONGEST, 300, 900]
    assert longest_pause(2, 2) == 2
    with pytest.raises(ValueError, match=r"interval \(1.5 s\) is below poll_interval \(2 s\).*raise"):
        longest_pause(2, 1.5)
    with pytest.raises(ValueError, match="is below poke_interval"):
        longest_pause(2, 1, "poke_interval")
    with pytest.raises(ValueError, match="both the same value for a fixed interval"):
        Wait(poll_interval=2, max_poll_interval=1, until=0)


def test_a_wait_follows_the_law() -> None:
    """The pauses grow from the first question on, and the last question is at the deadline."""
    _, stage, _ = wait(over_at(math.inf), poll_interval=1, max_poll_interval=20, until=2000)
    found = gaps(stage.asked_at)
    rising = [gap for gap, at in zip(found, stage.asked_at, strict=False) if at < 340]
    assert found[0] == pytest.approx(0.65)
    assert rising == sorted(rising)
    assert max(found) == pytest.approx(19)
    assert stage.asked_at[-1] == 2000
    falling = [gap for gap, at in zip(found, stage.asked_at, strict=False) if at > 1660][:-1]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] < 1.2


def test_a_wait_that_moves_goes_on_as_the_one_before() -> None:
    """A wait in another process asks an old run as seldom as the first process would have."""
    _, stage, _ = wait(over_at(1000), poll_interval=1, max_poll_interval=300, since=-1000, until=DAY)
    assert stage.asked_at[1] == pytest.approx(61 * 0.95)
    _, anew, _ = wait(over_at(1000), poll_interval=1, max_poll_interval=300, until=DAY)
    assert anew.asked_at[1] == pytest.approx(0.65)


@given(end=st.floats(0, 5000), chance=chances, cut=st.floats(0, 5000))
def test_moves_cost_one_question_each(end: float, chance: float, cut: float) -> None:
    """A wait that goes on elsewhere asks once more than one that stayed, where the questions stood."""
    law = partial(wait, poll_interval=1, max_poll_interval=300, until=DAY, jitter=chance)
    _, whole, _ = law(over_at(end))
    before = [at for at in whole.asked_at if at <= cut]
    _, rest, _ = law(over_at(end - cut), since=-cut)
    assert len(before) + len(rest.asked_at) <= len(whole.asked_at) + 2
    assert rest.asked_at[-1] + cut <= max(cut, end * 1.07 + 1.2)


def test_faults_are_looked_at_more_closely() -> None:
    """Amid a fault an old run is asked for each half minute, so that a budget is more than two looks."""
    play = faulty(503, 6500, 7100, run_end=8000)
    _, stage, _ = wait(play, poll_interval=1, max_poll_interval=LONGEST, until=DAY)
    first = next(at for at in stage.asked_at if at >= 6500)
    amid = [at for at in stage.asked_at if first <= at <= 7110]
    assert gaps(amid) == pytest.approx([0.95 * EARLY / 2] * (len(amid) - 1))
    assert len(amid) > PATIENCE / EARLY
    after = [at for at in stage.asked_at if at >= 7100]
    assert gaps(after)[0] == pytest.approx(0.95 * LONGEST)


def test_a_fixed_interval_stays_so_amid_faults() -> None:
    """Who asked for an interval gets it, whatever happens."""
    _, stage, _ = wait(faulty(503, 90, 300, run_end=500), poll_interval=90, until=5000)
    assert stage.asked_at == [0, 90, 180, 270, 360, 450, 540]
