"""Thousands of runs on one connection, in simulated time: no herd, equal shares, patience."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from airflow_provider_flows.protocol.errors import NotSentError, ResponseLostError
from airflow_provider_flows.protocol.messages import Request
from airflow_provider_flows.protocol.runs import RunHandle
from tests.protocol.made_up import said
from tests.protocol.many import BEGIN, RATE, Outcome, World, broken, running
from tests.support.crowded import by_address, most_in_a_second

FAULTS: dict[str, Callable[[Request], Outcome]] = {
    "nobody there": lambda request: NotSentError("refused", request),
    "answers lost": lambda request: ResponseLostError("cut off", request),
    "503": lambda request: said(request, "", 503),
    "429": lambda request: said(request, "", 429),
    "429 with a time": lambda request: said(request, "", 429, retry_after="30"),
    "503 with a time": lambda request: said(request, "", 503, retry_after="5"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_outage_ends_without_a_herd(fault: str) -> None:
    """A thousand runs, deferred at once: not before, amid nor after an outage any second is too full."""
    world = World(broken(FAULTS[fault], 60, 300))
    world.watch(1000, within=0.0)
    world.run(BEGIN + 600)
    assert most_in_a_second(world.times()) <= RATE
    assert not world.results
    after = [at for at in world.times() if at > BEGIN + 330]
    assert len(after) > 0.95 * 270 * RATE  # and the limit is used: all are asked again


def test_a_retry_after_slows_all_runs() -> None:
    """One answer that asks for a minute's rest keeps every run quiet for a minute, and only for that."""
    world = World(broken(lambda request: said(request, "", 429, retry_after="60"), 30, 30.04))
    world.watch(200)
    world.run(BEGIN + 150)
    times = [at - BEGIN for at in world.times()]
    gaps = [(later - earlier, earlier) for earlier, later in pairwise(times)]
    longest, at = max(gaps)
    assert 59.5 <= longest <= 60.5
    assert 30 <= at <= 30.2  # what was under way when the answer came
    assert most_in_a_second(times) <= RATE


def test_a_run_that_was_turned_away_waits_once() -> None:
    """The pause of a run's own after Retry-After runs while the gate is closed, not after it."""
    turned: list[str] = []

    def play(request: Request, since: float) -> Outcome:
        if not turned:
            turned.append(request.url)
            return said(request, "", 429, retry_after="60")
        return running(request, since)

    world = World(play)
    world.watch(3)
    world.run(BEGIN + 70)
    again = [at - BEGIN for at, request in world.sent if request.url == turned[0]]
    assert 60 <= again[1] <= 61.2


def test_runs_share_equally() -> None:
    """More runs than can be asked at the pace they would like: each is asked as often as any other."""
    world = World(running)
    world.watch(300, within=10.0, max_poll_interval=1.0)
    world.run(BEGIN + 600)
    shares = by_address([(at, request) for at, request in world.sent if at > BEGIN + 60])
    assert len(shares) == 300
    assert max(shares.values()) - min(shares.values()) <= 1


def test_a_cancel_does_not_wait_behind_questions() -> None:
    """With ten thousand questions waiting, a cancel is sent with the next turn."""
    world = World(running)
    world.watch(10_000)
    world.run(BEGIN + 20)
    for number in range(5):
        world.begin(f"cancel {number}", world.api.cancel(RunHandle("made_up", "f", str(number))))
    world.run(BEGIN + 21)
    assert all(world.results[f"cancel {number}"] for number in range(5))
    assert max(world.times("cancel")) <= BEGIN + 20.4


@pytest.mark.parametrize("status", [404, 503])
def test_one_fault_after_a_long_wait_for_a_turn_is_one_fault(status: int) -> None:
    """Where each run's turn comes every ten minutes, a fault that one of them meets is forgiven as ever."""
    struck: list[str] = []

    def play(request: Request, since: float) -> Outcome:
        if since > 700 and request.url not in struck and len(struck) < 50:
            struck.append(request.url)
            return said(request, "", status)
        return running(request, since)

    world = World(play, rate=2)
    world.watch(1500)
    world.run(BEGIN + 1600)
    assert len(struck) == 50
    assert not world.results
