"""Waiting for a run, in time that only the wait moves: when it asks, what it forgives, when it stops."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    CredentialsError,
    FlowError,
    NotFoundError,
    OversizedError,
    ResponseLostError,
)
from airflow_provider_flows.protocol.messages import Exchange, Request, Response
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.protocol.waiting import EARLY, PATIENCE, Wait, say_nothing, wait_for
from airflow_provider_flows.transports.driver import drive
from tests.protocol.made_up import BEGINNING, HANDLE, Polled, Stage, said

ONCE = RetryPolicy(attempts=1)


def wait(
    play: Callable[[Request, float], Response],
    *,
    poll_interval: float = 10.0,
    until: float = 1000.0,
    not_before: float = 0.0,
    retry: RetryPolicy = ONCE,
) -> tuple[Run, Stage, list[str]]:
    """Wait on a stage, times counted from the beginning; return run, stage and reported words."""
    stage = Stage(play)
    reported: list[str] = []
    wish = Wait(
        poll_interval=poll_interval,
        until=BEGINNING + until,
        not_before=BEGINNING + not_before,
        report=lambda run: reported.append(run.raw_state),
    )
    api = FlowApi(platform=Polled(), clock=stage.clock, retry=retry)
    return drive(api.wait(HANDLE, wish), stage.perform), stage, reported


def over_at(
    end: float, before: str = "running", after: str = "success"
) -> Callable[[Request, float], Response]:
    """Return a play in which a run is over after some seconds."""
    return lambda request, since: said(request, after if since >= end else before)


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


def faulty(
    status: int, begin: float, end: float, run_end: float = math.inf
) -> Callable[[Request, float], Response]:
    """Return a play with a status code instead of an answer for a while."""

    def play(request: Request, since: float) -> Response:
        if begin <= since < end:
            return said(request, "fault", status)
        return over_at(run_end)(request, since)

    return play


def test_a_run_that_is_not_found_yet_is_forgiven() -> None:
    """A 404 right after the start passes; after a minute, or once the run was seen, it is an error."""
    run, stage, reported = wait(faulty(404, 0, 30, run_end=40))
    assert (run.state, stage.asked_at, reported) == (
        RunState.SUCCESS,
        [0, 10, 20, 30, 40],
        ["running", "success"],
    )
    with pytest.raises(NotFoundError):
        wait(faulty(404, 0, math.inf))
    with pytest.raises(NotFoundError):
        wait(faulty(404, 10, 20))
    run, stage, _ = wait(faulty(404, 0, math.inf), until=EARLY - 1)
    assert (run.state, run.raw_state, stage.asked_at[-1]) == (RunState.UNKNOWN, "", EARLY - 1)
    assert run.message == "last seen so; since then no readable answer: answered 404"


def test_faults_that_pass_are_forgiven() -> None:
    """A platform that is down for less than ten minutes does not end the wait, however often it happens."""

    def twice(request: Request, since: float) -> Response:
        down = 10 <= since < 10 + PATIENCE or 700 <= since < 700 + PATIENCE
        return said(request, "fault", 503) if down else over_at(1400)(request, since)

    assert wait(twice, until=2000)[0].state is RunState.SUCCESS


def test_a_platform_that_stays_down_ends_the_wait() -> None:
    """After ten minutes without a readable answer the error says what was seen last and what came instead."""
    with pytest.raises(
        FlowError, match=r"no readable answer for 600 s; last seen running \('running'\)\. Last f"
    ) as caught:
        wait(faulty(503, 10, math.inf), until=5000)
    assert "answered 503" in str(caught.value)
    with pytest.raises(FlowError, match=r"last seen unknown\. Last fault: answered 503"):
        wait(faulty(503, 0, math.inf), until=5000)


def test_patience_is_counted_from_the_first_fault() -> None:
    """With questions further apart than the patience, one fault alone is forgiven, and two are not."""
    run, stage, _ = wait(faulty(503, 900, 901, run_end=1000), poll_interval=900, until=5000)
    assert (run.state, stage.asked_at) == (RunState.SUCCESS, [0, 900, 1800])
    with pytest.raises(FlowError, match="no readable answer"):
        wait(faulty(503, 900, 2000), poll_interval=900, until=5000)


def test_a_time_that_is_up_amid_faults_says_so() -> None:
    """The run as it was last seen is returned, and its message says that and why nothing was heard since."""
    run, _, reported = wait(faulty(503, 10, math.inf), until=100)
    assert (run.state, run.raw_state) == (RunState.RUNNING, "running")
    assert run.message == "last seen so; since then no readable answer: answered 503"
    assert reported == ["running"]
    assert wait(faulty(503, 10, 20), until=100)[0].message == ""


def test_the_message_about_an_unknown_word_is_kept() -> None:
    """A fault at the end does not hide that the word before it was unknown."""

    def get() -> Exchange[Run]:
        yield from ()
        if len(seen) > 1:
            raise ResponseLostError("gone", Request(purpose="status", method="GET", url="u"))
        seen.append(0)
        return Run(HANDLE, RunState.UNKNOWN, "odd", "odd is unknown")

    seen: list[int] = []
    stage = Stage(over_at(0))
    wish = Wait(poll_interval=1, until=BEGINNING + 5)
    run = drive(wait_for(get, HANDLE, wish, stage.clock), stage.perform)
    assert run.message == "odd is unknown; since then no readable answer: gone"


def test_what_cannot_pass_ends_the_wait_at_once() -> None:
    """Refused credentials and an answer that is too large would come again: nobody waits for them."""
    with pytest.raises(CredentialsError):
        wait(faulty(401, 10, 20))

    def oversized(request: Request, _since: float) -> Response:
        raise OversizedError("too large", request)

    with pytest.raises(OversizedError):
        wait(oversized)


def test_an_unreadable_answer_may_pass() -> None:
    """A maintenance page instead of JSON is forgiven like any other fault."""

    class Odd(Polled):
        def read_status(self, handle: RunHandle, response: Response) -> Run:
            if response.text == "queued":
                raise AnswerError("a page", response)
            return super().read_status(handle, response)

    stage = Stage(over_at(20, before="queued"))
    api = FlowApi(platform=Odd(), clock=stage.clock, retry=ONCE)
    run = drive(api.wait(HANDLE, Wait(poll_interval=10, until=BEGINNING + 100)), stage.perform)
    assert run.state is RunState.SUCCESS


def test_a_wait_is_not_held_up_by_what_the_platform_asks_for() -> None:
    """A Retry-After beyond the deadline does not keep a worker: the wait ends when it was told to."""

    def busy(request: Request, _since: float) -> Response:
        return said(request, "busy", 503, retry_after="280")

    run, stage, _ = wait(busy, until=5, retry=RetryPolicy(jitter=lambda: 0.0))
    assert (stage.asked_at, stage.now) == ([0], BEGINNING + 5)
    assert run.state is RunState.UNKNOWN
