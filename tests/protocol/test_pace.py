"""The limiter: no second with too many starts, no more under way than allowed, turns in order."""

from __future__ import annotations

import heapq
import math
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.pace import Pace

RATES = st.sampled_from([0.5, 1.0, 3.0, 7.0, 20.0, 1000 / 3])
# what happens next: after how long, to what end
HAPPENINGS = st.lists(
    st.tuples(
        st.floats(0, 2) | st.just(0.0),
        st.sampled_from(["status", "status", "cancel", "end", "end", "give up", "hold"]),
    ),
    max_size=120,
)


class Line:
    """Plays those who ask, on a clock of its own; a pace's only driver, as the gate is in the triggerer."""

    def __init__(self, rate: float, at_once: int, now: float) -> None:
        self.pace: Pace[int] = Pace(rate, at_once)
        self.now = now
        self.starts: list[tuple[float, int]] = []
        self.waiting: list[tuple[str, int]] = []
        self.under_way = 0
        self.held_until = -math.inf
        self._numbers = count()

    def ask(self, purpose: str) -> None:
        number = next(self._numbers)
        if self.pace.starts(self.now):
            assert not self.waiting
            self._started(number)
        else:
            self.pace.wait(number, purpose)
            self.waiting.append((purpose, number))
            self.let_in()

    def let_in(self) -> None:
        while (number := self.pace.next_start(self.now)) is not None:
            urgent = [each for each in self.waiting if each[0] != "status"]
            due = (urgent or self.waiting)[0]
            assert number == due[1]
            self.waiting.remove(due)
            self._started(due[1])

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and whoever's turn comes meanwhile start at the very moment."""
        end = self.now + seconds
        while (at := self.pace.next_at) is not None and at <= end:
            self.now = max(self.now, at)
            self.let_in()
        self.now = end

    def end(self) -> None:
        if self.under_way:
            self.under_way -= 1
            self.pace.end()
            self.let_in()

    def give_up(self) -> None:
        if self.waiting:
            _, number = self.waiting.pop(len(self.waiting) // 2)
            self.pace.give_up(number)
            self.pace.give_up(number)  # once more does no harm

    def hold(self, seconds: float) -> None:
        self.held_until = max(self.held_until, self.now + seconds)
        self.pace.hold(self.now + seconds)

    def _started(self, number: int) -> None:
        assert self.now >= self.held_until
        self.starts.append((self.now, number))
        self.under_way += 1


def most_in_a_second(instants: list[float]) -> int:
    """Return the most starts in any second, both of its ends included."""
    window: list[float] = []
    most = 0
    for instant in instants:
        heapq.heappush(window, instant)
        while window[0] < instant - 1.0:
            heapq.heappop(window)
        most = max(most, len(window))
    return most


@given(rate=RATES, at_once=st.integers(1, 30), begin=st.sampled_from([0.0, 1.7e9]), happenings=HAPPENINGS)
def test_no_second_is_too_full_and_turns_are_in_order(
    rate: float, at_once: int, begin: float, happenings: list[tuple[float, str]]
) -> None:
    """Whatever happens: at most `rate` starts in any second, `at_once` under way, none while held.

    Those who wait go in the order in which they came, what is urgent before all questions.
    """
    line = Line(rate, at_once, begin)
    for seconds, what in happenings:
        line.pass_time(seconds)
        if what in {"status", "cancel"}:
            line.ask(what)
        elif what == "end":
            line.end()
        elif what == "give up":
            line.give_up()
        else:
            line.hold(seconds)
        assert line.under_way <= at_once
    assert most_in_a_second([instant for instant, _ in line.starts]) <= math.ceil(rate)


@given(happenings=HAPPENINGS, at_once=st.integers(1, 3))
def test_nobody_waits_for_nothing(happenings: list[tuple[float, str]], at_once: int) -> None:
    """Without a limit per second somebody waits only while as many as may be are under way, or on hold."""
    line = Line(0, at_once, 0.0)
    for seconds, what in happenings:
        line.pass_time(seconds)
        if what in {"status", "cancel"}:
            line.ask(what)
        elif what == "end":
            line.end()
        assert not line.waiting or line.under_way == at_once


@pytest.mark.parametrize("runs", [2, 7, 100])
def test_runs_get_equal_shares(runs: int) -> None:
    """Runs that ask again as soon as they are answered take turns: none is two questions ahead of another."""
    line = Line(20, 10, 0.0)
    for _ in range(runs):
        line.ask("status")
    shares = dict.fromkeys(range(runs), 0)
    runs_by_number = {number: number for number in range(runs)}
    seen = 0
    for _ in range(20 * runs):
        line.pass_time(0.05 * 1.001)
        while seen < len(line.starts):
            run = runs_by_number[line.starts[seen][1]]
            shares[run] += 1
            seen += 1
            line.end()
            number = peek(line)
            runs_by_number[number] = run
            line.ask("status")
    assert max(shares.values()) - min(shares.values()) <= 1


def peek(line: Any) -> int:
    """Return the number that the next who asks will have."""
    number: int = next(line._numbers)
    line._numbers = count(number)
    return number


def test_limits_may_change_while_many_wait() -> None:
    """New limits hold from the next start on, and what is under way stays counted."""
    line = Line(1, 1, 0.0)
    for _ in range(5):
        line.ask("status")
    assert len(line.starts) == 1
    line.pace.set_limits(0, 3)
    line.pass_time(1.1)
    assert (len(line.starts), line.under_way) == (3, 3)
    line.pace.set_limits(0, 1)
    line.end()
    line.end()
    assert len(line.starts) == 3
    line.end()
    assert len(line.starts) == 4


def test_a_shorter_hold_takes_nothing_from_a_longer_one() -> None:
    """Of two wishes to be left alone the longer one counts."""
    pace: Pace[int] = Pace(20, 10)
    pace.hold(100.0)
    pace.hold(50.0)
    assert not pace.starts(99.0)
    assert pace.starts(100.0)
