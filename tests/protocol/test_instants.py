"""What waits and repeats tell before anything is heard, and whose time they keep."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import ResponseLostError
from airflow_provider_flows.protocol.messages import Request, Response, ask
from airflow_provider_flows.protocol.retry import RetryPolicy, insist, retry_after
from airflow_provider_flows.protocol.runs import Run, RunState
from airflow_provider_flows.protocol.waiting import Heard, Wait, Watch, say_nothing
from airflow_provider_flows.transports.driver import drive
from tests.protocol.made_up import BEGINNING, HANDLE, START, STATUS, STEADY, Polled, Stage, said


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine stand where the clocks are ten hours ahead."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "XXX-10")
        time.tzset()
        yield
    time.tzset()


def test_before_anything_is_heard_the_run_is_unknown() -> None:
    """A watch without an answer and without a fault tells of no fault."""
    assert Watch(Heard.nothing(HANDLE), 60.0, say_nothing).told == Run(HANDLE, RunState.UNKNOWN)


@pytest.mark.usefixtures("_elsewhere")
def test_times_are_told_in_utc() -> None:
    """What people read names the same instant wherever the worker stands."""
    watch = Watch(Heard.nothing(HANDLE), 60.0, say_nothing)
    with watch.forgiving(lambda: BEGINNING):
        raise ResponseLostError("gone", STATUS)
    assert watch.told.message == "not seen in this wait; no good answer since 2023-11-14 22:13:20 UTC: gone"


@pytest.mark.usefixtures("_elsewhere")
def test_a_date_without_a_zone_is_taken_for_utc() -> None:
    """Retry-After's dates are in UTC, wherever the worker stands."""
    answer = said(STATUS, "", retry_after="Tue, 14 Nov 2023 22:14:20 -0000")
    assert retry_after(answer, BEGINNING) == 60.0


def test_a_run_that_was_never_heard_of_is_told_by_its_handle() -> None:
    """When the time is up before the first answer, what is returned says which run was asked for."""
    stage = Stage(lambda request, _: said(request, "", 503))
    bare = replace(STEADY, attempts=1)
    api = FlowApi(platform=Polled(), clock=stage.clock, retry=bare)
    run = drive(api.wait(HANDLE, Wait(poll_interval=5, until=BEGINNING + 8)), stage.perform)
    assert (run.handle, run.state) == (HANDLE, RunState.UNKNOWN)


def test_a_date_to_wait_for_is_counted_from_now() -> None:
    """A repeat begins when the date in Retry-After has come, by the clock of the conversation."""

    def play(request: Request, passed: float) -> Response:
        late = said(request, "", 503, retry_after="Tue, 14 Nov 2023 22:14:20 GMT")
        return said(request, "running") if passed >= 60 else late

    stage = Stage(play)
    steady = replace(STEADY, jitter=lambda: 0.0)
    assert drive(insist(STATUS, ask, steady, stage.clock), stage.perform).text == "running"
    assert stage.asked_at == [0.0, 60.0]


def test_what_is_asked_for_is_spread_a_little() -> None:
    """Retry-After is followed by a part of the first delay, so that not all come back at once."""
    policy = RetryPolicy(first_delay=4.0, jitter=lambda: 0.5)
    assert policy.delay_after(said(START, "", 429, retry_after="3"), 1, BEGINNING, START) == 5.0
