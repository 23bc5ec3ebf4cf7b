"""Waiting amid faults: what is forgiven, for how long, and what is told of it."""

from __future__ import annotations

import math

import pytest

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    CredentialsError,
    FlowError,
    NotFoundError,
    NotSentError,
    NotSupportedError,
    OversizedError,
    RedirectError,
    RefusedError,
    ResponseLostError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, ask
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.protocol.waiting import EARLY, PATIENCE, Wait, wait_for
from airflow_provider_flows.transports.driver import drive
from tests.protocol.made_up import BEGINNING, HANDLE, STATUS, Polled, Stage, said
from tests.protocol.waits import ONCE, faulty, over_at, wait


def amid(
    fault: FlowError,
    *spells: tuple[float, float],
    run_end: float = math.inf,
    unreachable_timeout: float = PATIENCE,
) -> tuple[Run, Stage]:
    """Wait for a run that meets a fault in each of these spells; return it and the stage."""
    stage = Stage(over_at(run_end))

    def get() -> Exchange[Run]:
        response = yield from ask(STATUS)
        if any(begin <= stage.now - BEGINNING < end for begin, end in spells):
            raise fault
        return Run(HANDLE, RunState(response.text), response.text)

    wish = Wait(
        poll_interval=10,
        max_poll_interval=10,
        until=BEGINNING + 5000,
        unreachable_timeout=unreachable_timeout,
    )
    return drive(wait_for(get, HANDLE, wish, stage.clock), stage.perform), stage


WEATHER = [
    NotSentError("no route", STATUS),
    ResponseLostError("cut off", STATUS),
    UnavailableError("too many", said(STATUS, "", 429)),
    UnavailableError("broken", said(STATUS, "", 500)),
    AnswerError("a page", said(STATUS, "", 200)),
    CredentialsError("token revoked", said(STATUS, "", 401)),
    CredentialsError("no token", said(STATUS, "", 400)),  # a token's desk says no with either
]
REFUSALS = [
    NotFoundError("no such run", said(STATUS, "", 404)),
    CredentialsError("not allowed", said(STATUS, "", 403)),
    RedirectError("elsewhere", said(STATUS, "", 302)),
    RefusedError("wrong", said(STATUS, "", 422)),
]


@pytest.mark.parametrize("fault", WEATHER, ids=str)
@pytest.mark.parametrize("begin", [0, 10], ids=["from the start", "later"])
def test_what_may_pass_is_forgiven_for_the_whole_budget(fault: FlowError, begin: float) -> None:
    """Each fault that may pass ends the wait once the budget is used up, not before, and keeps its kind."""
    spell = (begin, begin + PATIENCE)
    assert amid(fault, spell, run_end=PATIENCE)[0].state is RunState.SUCCESS
    with pytest.raises(type(fault), match=f"gave no good answer for 70 s.* Last fault: {fault}"):
        amid(fault, (begin, begin + 71), unreachable_timeout=70)
    assert amid(fault, (begin, begin + 70), run_end=200, unreachable_timeout=70)[1].asked_at[-1] == 200


@pytest.mark.parametrize("fault", REFUSALS, ids=str)
def test_a_refusal_is_forgiven_for_a_minute(fault: FlowError) -> None:
    """What a proxy or a restart may say is forgiven, once for each time; what stays so ends the wait."""
    twice = ((10, 10 + EARLY), (100, 100 + EARLY))
    assert amid(fault, *twice, run_end=200)[0].state is RunState.SUCCESS
    with pytest.raises(type(fault)) as caught:
        amid(fault, (10, 10 + EARLY + 1))
    assert "gave no good answer for 60 s" in str(caught.value)
    assert "last seen running ('running') at 2023-11-14 22:13:20 UTC. Last fault: " in str(caught.value)


@pytest.mark.parametrize("fault", REFUSALS[1:], ids=str)
def test_only_a_run_not_found_may_be_late(fault: FlowError) -> None:
    """Any other refusal has its minute from the start, too, and no more."""
    assert amid(fault, (0, EARLY), run_end=60)[0].state is RunState.SUCCESS
    with pytest.raises(type(fault), match=r"for 60 s, .*; not seen in this wait\. Last"):
        amid(fault, (0, EARLY + 1))


def test_a_refusal_amid_other_faults_has_its_own_minute() -> None:
    """The minute of a refusal begins when the refusals do, and begins anew after any other fault."""

    def restarting(request: Request, since: float) -> Response:
        if since < 400:
            return said(request, "fault", 404 if since % 100 >= 50 else 503)
        return over_at(400)(request, since)

    def seen_first(request: Request, since: float) -> Response:
        return over_at(math.inf)(request, since) if since < 5 else restarting(request, since)

    assert wait(seen_first)[0].state is RunState.SUCCESS


def test_a_run_that_is_not_found_yet_is_forgiven() -> None:
    """A run that was never found may be found yet for the whole budget, and for a minute at least."""
    run, stage, reported = wait(faulty(404, 0, 30, run_end=40))
    assert (run.state, stage.asked_at) == (RunState.SUCCESS, [0, 10, 20, 30, 40])
    assert reported == ["", "running", "success"]
    assert wait(faulty(404, 0, PATIENCE, run_end=700))[0].state is RunState.SUCCESS
    with pytest.raises(NotFoundError, match=r"no good answer for 600 s, .*; not seen in this wait\. Last"):
        wait(faulty(404, 0, math.inf), until=5000)
    assert wait(faulty(404, 0, EARLY, run_end=80), unreachable_timeout=0)[0].state is RunState.SUCCESS
    with pytest.raises(NotFoundError):
        wait(faulty(404, 0, EARLY + 1), unreachable_timeout=0)
    run, stage, _ = wait(faulty(404, 0, math.inf), until=EARLY - 1)
    assert (run.state, run.raw_state, stage.asked_at[-1]) == (RunState.UNKNOWN, "", EARLY - 1)
    assert run.message == "not seen in this wait; no good answer since 2023-11-14 22:13:20 UTC: answered 404"


def test_faults_that_pass_are_forgiven() -> None:
    """A platform that is down for less than ten minutes does not end the wait, however often it happens."""

    def twice(request: Request, since: float) -> Response:
        down = 10 <= since < 10 + PATIENCE or 700 <= since < 700 + PATIENCE
        return said(request, "fault", 503) if down else over_at(1400)(request, since)

    assert wait(twice, until=2000)[0].state is RunState.SUCCESS


def test_a_platform_that_stays_down_ends_the_wait() -> None:
    """After the budget the error says since when, what was seen last and when, and what came instead."""
    with pytest.raises(UnavailableError) as caught:
        wait(faulty(503, 10, math.inf), until=5000)
    assert str(caught.value) == (
        "run r of flow f on made_up gave no good answer for 600 s, since 2023-11-14 22:13:30 UTC; "
        "last seen running ('running') at 2023-11-14 22:13:20 UTC. Last fault: answered 503"
    )
    assert caught.value.response.status == 503
    with pytest.raises(FlowError, match=r"not seen in this wait\. Last fault: answered 503"):
        wait(faulty(503, 0, math.inf), until=5000)


def test_a_state_without_a_word_is_told_too() -> None:
    """A run whose platform gave no word of its own is told by our own state alone."""

    def get() -> Exchange[Run]:
        yield from ()
        if seen:
            raise ResponseLostError("gone", Request(purpose="status", method="GET", url="u"))
        seen.append(0)
        return Run(HANDLE, RunState.QUEUED)

    seen: list[int] = []
    stage = Stage(over_at(0))
    wish = Wait(poll_interval=1, until=BEGINNING + 5, unreachable_timeout=0)
    with pytest.raises(ResponseLostError, match="last seen queued at 2023-11-14 22:13:20 UTC") as caught:
        drive(wait_for(get, HANDLE, wish, stage.clock), stage.perform)
    assert caught.value.request.url == "u"


def test_patience_is_counted_from_the_first_fault() -> None:
    """With questions further apart than the patience, one fault alone is forgiven, and two are not."""
    run, stage, _ = wait(faulty(503, 900, 901, run_end=1000), poll_interval=900, until=5000)
    assert (run.state, stage.asked_at) == (RunState.SUCCESS, [0, 900, 1800])
    with pytest.raises(FlowError, match="no good answer"):
        wait(faulty(503, 900, 2000), poll_interval=900, until=5000)


def test_without_patience_the_first_fault_counts() -> None:
    """A budget of nothing forgives nothing that may pass."""
    with pytest.raises(UnavailableError):
        wait(faulty(503, 10, 20), unreachable_timeout=0)


def test_a_time_that_is_up_amid_faults_says_so() -> None:
    """The run as it was last seen is returned, and its message says that and why nothing was heard since."""
    run, _, _ = wait(faulty(503, 10, math.inf), until=100)
    assert (run.state, run.raw_state) == (RunState.RUNNING, "running")
    assert run.message == "last seen so; no good answer since 2023-11-14 22:13:30 UTC: answered 503"
    assert wait(faulty(503, 10, 20), until=100)[0].message == ""


def test_a_silence_is_reported_once_and_so_is_its_end() -> None:
    """When answers stop the last one is reported with the fault, and the first one after that as well."""
    told: list[tuple[str, str]] = []
    stage = Stage(faulty(503, 10, 40, run_end=60))
    wish = Wait(
        poll_interval=10,
        max_poll_interval=10,
        until=BEGINNING + 100,
        report=lambda run: told.append((run.raw_state, run.message)),
    )
    drive(FlowApi(platform=Polled(), clock=stage.clock, retry=ONCE).wait(HANDLE, wish), stage.perform)
    silence = "last seen so; no good answer since 2023-11-14 22:13:30 UTC: answered 503"
    assert told == [("running", ""), ("running", silence), ("running", ""), ("success", "")]


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
    wish = Wait(poll_interval=1, max_poll_interval=1, until=BEGINNING + 5)
    run = drive(wait_for(get, HANDLE, wish, stage.clock), stage.perform)
    assert run.message == "odd is unknown; no good answer since 2023-11-14 22:13:22 UTC: gone"


@pytest.mark.parametrize("kind", [OversizedError, NotSupportedError])
def test_what_cannot_pass_ends_the_wait_at_once(kind: type[FlowError]) -> None:
    """An answer that is too large would come again, and no wait mends what was asked wrongly."""

    def oversized(request: Request, _since: float) -> Response:
        raise OversizedError("too large", request)

    class Mute(Polled):
        def status_request(self, handle: RunHandle) -> Request | None:
            return None

    stage = Stage(oversized)
    platform = Polled() if kind is OversizedError else Mute()
    api = FlowApi(platform=platform, clock=stage.clock, retry=ONCE)
    with pytest.raises(kind):
        drive(api.wait(HANDLE, Wait(poll_interval=10, until=BEGINNING + 100)), stage.perform)
    assert stage.now == BEGINNING


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
