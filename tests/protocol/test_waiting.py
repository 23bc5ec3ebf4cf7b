"""Waiting for a run, in time that only the wait moves: when it asks, what it reports, when it stops."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.messages import Request, Response
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunState
from airflow_provider_flows.protocol.waiting import say_nothing
from tests.protocol.made_up import BEGINNING, HANDLE, said
from tests.protocol.waits import over_at, wait


def test_a_run_is_asked_for_until_it_is_over() -> None:
    """The run is asked for at once, then at each interval, and no more once it is over."""
    run, stage, reported = wait(over_at(25))
    assert (run.state, stage.asked_at) == (RunState.SUCCESS, [0, 10, 20, 30])
    assert reported == ["running", "success"]


def test_a_run_that_is_over_is_asked_for_once() -> None:
    """The end at the first look takes no time."""
    run, stage, _ = wait(over_at(0, after="failed"))
    assert (run.state, stage.asked_at, stage.now) == (RunState.FAILED, [0], BEGINNING)


@given(
    end=st.floats(0, 500),
    poll_interval=st.floats(0.1, 100),
    until=st.floats(0, 300),
    not_before=st.floats(0, 300),
)
def test_a_wait_keeps_its_times(end: float, poll_interval: float, until: float, not_before: float) -> None:
    """It ends when the run's end is seen or the time is up, never earlier than told and never much later."""
    run, stage, _ = wait(over_at(end), poll_interval=poll_interval, until=until, not_before=not_before)
    took = stage.now - BEGINNING
    assert took >= not_before - 1e-3
    assert took <= max(not_before, min(until, end + poll_interval)) + 1e-3
    last = stage.asked_at[-1]
    assert run.state.is_terminal == (last >= end)
    assert run.state.is_terminal or last >= until - 1e-3
    gaps = [after - before for before, after in zip(stage.asked_at, stage.asked_at[1:], strict=False)]
    assert all(gap <= poll_interval + 1e-3 for gap in gaps)


def test_the_time_is_up_in_time() -> None:
    """The last question is at the deadline, and the run is returned as it then stood."""
    run, stage, _ = wait(over_at(math.inf), until=25)
    assert (run.state, run.raw_state, stage.asked_at) == (RunState.RUNNING, "running", [0, 10, 20, 25])
    run, stage, _ = wait(over_at(math.inf), until=0)
    assert (run.state, stage.asked_at) == (RunState.RUNNING, [0])


def test_an_end_can_be_told_later() -> None:
    """`not_before` holds the end back, be it the run's or the time's."""
    assert wait(over_at(0), not_before=6)[1].now == BEGINNING + 6
    assert wait(over_at(5), not_before=6)[1].now == BEGINNING + 10
    assert wait(over_at(math.inf), until=3, not_before=6)[1].now == BEGINNING + 6


def test_each_change_is_reported_once() -> None:
    """A word is reported when it differs from the one before it, however often it is heard."""
    words = {0: "queued", 20: "running", 40: "unknown", 70: "running", 90: "success"}
    play = over_at(math.inf)

    def changing(request: Request, since: float) -> Response:
        return said(request, words[max(at for at in words if at <= since)])

    assert wait(changing)[2] == ["queued", "running", "unknown", "running", "success"]
    assert wait(play, until=50)[2] == ["running"]
    say_nothing(Run(HANDLE, RunState.RUNNING))


def test_a_wait_is_not_held_up_by_what_the_platform_asks_for() -> None:
    """A Retry-After beyond the deadline does not keep a worker: the wait ends when it was told to."""

    def busy(request: Request, _since: float) -> Response:
        return said(request, "busy", 503, retry_after="280")

    run, stage, _ = wait(busy, until=5, retry=RetryPolicy(jitter=lambda: 0.0))
    assert (stage.asked_at, stage.now) == ([0], BEGINNING + 5)
    assert run.state is RunState.UNKNOWN
