"""Faults on the way to the emulated platforms: what is repeated, what is forgiven, what is told."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from airflow_provider_flows.protocol.errors import (
    AnswerError,
    FlowError,
    NotFoundError,
    RedirectError,
    RefusedError,
    ResponseError,
    ResponseLostError,
    UnavailableError,
)
from airflow_provider_flows.protocol.runs import RunState
from tests.link import BEGINNING, REFUSED, SWALLOWED
from tests.platforms.talk import ALL, POLLED, Talk


def test_a_lost_cancel_is_sent_again() -> None:
    """Cancelling twice does no more than once; without any answer the error says what is not known."""
    talk = Talk("blinkops").flow(outcome="never_ends")
    run = talk.start()
    talk.link.core.fault("lost", operation="cancel")
    assert talk.link.run(talk.api.cancel(run.handle)) is False  # the first one had worked
    assert talk.asked == ["start", "cancel", "cancel"]
    talk.link.core.fault("lost", operation="cancel", times=5)
    with pytest.raises(ResponseLostError, match="It is not known whether the request arrived"):
        talk.link.run(talk.api.cancel(run.handle))


def test_a_synchronous_run_that_takes_too_long_leaves_doubt() -> None:
    """BlinkOps gives up after `sync_timeout`; that is not repeated, and the error says what may go on."""
    talk = Talk("blinkops", "sync").flow(duration=100.0)
    with pytest.raises(UnavailableError, match="may have been started all the same"):
        talk.start(sync_timeout=20)
    assert (talk.link.clock(), talk.link.starts()) == (BEGINNING + 20, 1)
    with pytest.raises(RefusedError, match="boom"):
        Talk("blinkops", "sync").flow(outcome="failed", error="boom").start()


@pytest.mark.parametrize(("variant", "field"), [(None, "read_timeout"), ("webhook", "webhook_read_timeout")])
def test_wisebots_answer_has_its_own_patience(variant: str | None, field: str) -> None:
    """Each way to start has its read timeout; what outlasts it leaves doubt and is not repeated."""
    talk = Talk("wisebot", variant, extra={field: 40}).flow(duration=39.0)
    assert talk.start().state is RunState.SUCCESS
    talk.flow(duration=41.0)
    with pytest.raises(ResponseLostError, match="may have been started all the same"):
        talk.start()
    assert talk.link.starts() == 2
    assert talk.link.clock() == BEGINNING + 39 + 40


TURNED_AWAY = [
    ("rate_limit", {"retry_after": 3}, 3.5),
    ("status", {"status": 503, "headers": {"Retry-After": "20"}}, 20.5),
    (
        "status",
        {
            "status": 503,
            "headers": {"Retry-After": format_datetime(datetime.fromtimestamp(BEGINNING + 7, timezone.utc))},
        },
        7.5,
    ),
    ("status", {"status": 429}, 0.75),
]


@pytest.mark.parametrize(("platform", "variant"), ALL)
@pytest.mark.parametrize(("kind", "details", "delay"), TURNED_AWAY)
def test_a_start_that_was_turned_away_goes_again(
    platform: str, variant: str | None, kind: str, details: dict[str, Any], delay: float
) -> None:
    """429, and 503 with Retry-After in seconds or as a date, are repeated when they ask for it."""
    talk = Talk(platform, variant).flow(duration=0.0)
    talk.link.core.fault(kind, operation="start", **details)
    talk.start()
    assert talk.asked.count("start") == 2
    assert talk.link.slept == [delay]
    assert talk.link.starts() == 1


@pytest.mark.parametrize(("platform", "variant"), ALL)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_bare_server_fault_on_a_start_is_not_repeated(
    platform: str, variant: str | None, status: int, after: bool
) -> None:
    """Nobody knows whether the start took effect, so it is sent once, and the error says so."""
    talk = Talk(platform, variant).flow(duration=0.0)
    talk.link.core.fault("status", operation="start", status=status, after=after)
    with pytest.raises(UnavailableError, match="may have been started all the same"):
        talk.start()
    assert talk.asked.count("start") == 1
    assert talk.link.starts() == after


@pytest.mark.parametrize(("platform", "variant"), ALL)
@pytest.mark.parametrize("kind", ["lost", "cut", "hang"])
def test_a_lost_answer_starts_exactly_one_run(platform: str, variant: str | None, kind: str) -> None:
    """A start whose answer is lost, cut or never comes has run once at the platform, and is not repeated."""
    talk = Talk(platform, variant).flow(duration=0.0)
    talk.link.core.fault(kind, operation="start")
    with pytest.raises(ResponseLostError):
        talk.start()
    assert talk.asked.count("start") == 1
    assert talk.link.starts() == 1


@pytest.mark.parametrize("platform", POLLED)
@pytest.mark.parametrize("kind", ["lost", "cut", "hang", "status", "rate_limit", "not_json"])
def test_faults_during_a_wait_pass(platform: str, kind: str) -> None:
    """While a run is waited for, any passing fault is outlived."""
    talk = Talk(platform).flow(duration=200.0)
    run = talk.start()
    talk.link.core.fault(kind, operation="status", times=7)
    assert talk.wait(run.handle).state is RunState.SUCCESS
    assert talk.link.starts() == 1


@pytest.mark.parametrize("platform", POLLED)
def test_a_run_that_cannot_be_found_at_first_is_waited_for(platform: str) -> None:
    """A platform that is late in knowing its own run is forgiven."""
    talk = Talk(platform).flow(early_404=3, duration=5.0)
    assert talk.through()[0].state is RunState.SUCCESS
    never = Talk(platform).flow(early_404=1000)
    with pytest.raises(NotFoundError, match=r"run \S+ of flow f"):
        never.through()
    assert never.link.clock() == BEGINNING + 600


@pytest.mark.parametrize("platform", POLLED)
def test_a_platform_that_is_gone_ends_the_wait_in_the_end(platform: str) -> None:
    """After ten minutes without an answer the wait ends, and tells what was last seen."""
    talk = Talk(platform).flow(duration=5000.0)
    run = talk.start()
    assert talk.wait(run.handle, seconds=1).raw_state
    talk.link.script = [REFUSED, SWALLOWED] * 1000
    with pytest.raises(
        FlowError,
        match=r"gave no good answer for 6\d\d s, since .*; not seen in this wait.* no answer to",
    ):
        talk.wait(run.handle, seconds=5000)
    assert 600 <= talk.link.clock() - BEGINNING <= 800


UNKNOWN_WORDS = {"unitelabs": "Dreaming", "scade": 17, "blinkops": "Wedged", "vishwa": "dreaming"}


@pytest.mark.parametrize("platform", POLLED)
def test_an_unknown_word_is_waited_through(platform: str) -> None:
    """A word that nobody knows keeps the wait going and is reported once; the run's end counts."""
    talk = Talk(platform).flow(state_word=UNKNOWN_WORDS[platform], duration=30.0)
    run = talk.start()
    assert talk.wait(run.handle).state is RunState.SUCCESS
    assert [each.state for each in talk.reported] == [RunState.UNKNOWN, RunState.SUCCESS]


@pytest.mark.parametrize("platform", POLLED)
def test_an_unknown_last_word_is_named_when_the_time_is_up(platform: str) -> None:
    """An unknown last word is waited out till the deadline; the message names it and the setting."""
    word = UNKNOWN_WORDS[platform]
    talk = Talk(platform).flow(state_word=word, state_word_at="end", duration=10.0)
    run = talk.wait(talk.start().handle, seconds=60)
    assert (run.state, run.raw_state) == (RunState.UNKNOWN, str(word))
    assert f"the state '{word}' is unknown" in run.message
    assert "extra success_states, failed_states" in run.message
    assert f"'{platform}_default'" in run.message
    assert talk.link.clock() == BEGINNING + 60
    mapped = Talk(platform, extra={"failed_states": str(word)}).flow(state_word=word, state_word_at="end")
    assert mapped.through()[0].state is RunState.FAILED


ANSWERED: list[tuple[str, dict[str, Any], type[ResponseError], str]] = [
    ("no_run_id", {}, AnswerError, "finds no run id in the keys|does not say"),
    ("not_json", {"after": True}, AnswerError, "that is not JSON: <html><body>Sign in</body></html>"),
    (
        "redirect",
        {},
        RedirectError,
        "If https://elsewhere.invalid/ is the platform's true address, put that into",
    ),
    ("status", {"status": 404}, NotFoundError, "Check that flow 'f' exists there"),
    ("status", {"status": 422}, RefusedError, "emulated fault"),
]


@pytest.mark.parametrize("platform", POLLED)
@pytest.mark.parametrize(("kind", "details", "error", "said"), ANSWERED)
def test_an_odd_answer_to_a_start_is_told(
    platform: str, kind: str, details: dict[str, Any], error: type[ResponseError], said: str
) -> None:
    """What came instead of a run id is in the error, and the start is not repeated."""
    talk = Talk(platform).flow()
    talk.link.core.fault(kind, operation="start", **details)
    with pytest.raises(error, match=said):
        talk.start()
    assert talk.asked.count("start") == 1


def test_a_missing_flow_is_told_by_all() -> None:
    """A flow that does not exist is an error that names it."""
    for platform, variant in ALL:
        with pytest.raises(NotFoundError, match="Check that flow 'f' exists there"):
            Talk(platform, variant).start()
