"""Which request is sent again, and when: a start only when it surely took no effect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.errors import (
    NotSentError,
    OversizedError,
    ResponseLostError,
    TransportError,
)
from airflow_provider_flows.protocol.messages import Request, Response, Sleep, ask
from airflow_provider_flows.protocol.retry import RetryPolicy, insist, retry_after
from airflow_provider_flows.transports.driver import drive
from tests.protocol.made_up import BEGINNING, START, STATUS, STEADY, Stage, said

NO, YES = False, True
TABLE = [
    # what came back, a start again?, a harmless request again?
    (NotSentError, YES, YES),
    (ResponseLostError, NO, YES),
    (OversizedError, NO, NO),
    ((200, {}), NO, NO),
    ((400, {}), NO, NO),
    ((401, {}), NO, NO),
    ((404, {}), NO, NO),
    ((408, {}), NO, YES),
    ((425, {}), NO, YES),
    ((429, {}), YES, YES),
    ((429, {"retry-after": "2"}), YES, YES),
    ((500, {}), NO, YES),
    ((500, {"retry-after": "2"}), NO, YES),
    ((501, {}), NO, NO),
    ((502, {}), NO, YES),
    ((503, {}), NO, YES),
    ((503, {"retry-after": "2"}), YES, YES),
    ((504, {}), NO, YES),
    ((504, {"retry-after": "2"}), NO, YES),
    ((307, {}), NO, NO),
]


@pytest.mark.parametrize("request_", [START, STATUS], ids=["start", "status"])
@pytest.mark.parametrize(("outcome", "start_again", "status_again"), TABLE)
def test_only_what_is_safe_is_repeated(
    outcome: type[TransportError] | tuple[int, dict[str, str]],
    start_again: bool,
    status_again: bool,
    request_: Request,
) -> None:
    """A start goes again only if it never arrived or was turned away, a question on any passing fault."""
    came: Response | TransportError
    if isinstance(outcome, tuple):
        came = Response(request=request_, status=outcome[0], headers=outcome[1])
    else:
        came = outcome("fault", request_)
    again = start_again if request_ is START else status_again
    assert (STEADY.delay_after(came, 1, BEGINNING, request_) is not None) is again


def test_delays_double_up_to_a_limit_and_end() -> None:
    """The delays are 1, 2, 4, 8 seconds, less up to half by chance, and the fifth attempt is the last."""
    fault = NotSentError("fault", STATUS)

    def delays(chance: float, **policy: float) -> list[float | None]:
        chosen = RetryPolicy(jitter=lambda: chance, **policy)  # type: ignore[arg-type]  # all are numbers
        return [chosen.delay_after(fault, attempt, 0.0, STATUS) for attempt in range(1, 6)]

    assert delays(1.0) == [1.0, 2.0, 4.0, 8.0, None]
    assert delays(0.0) == [0.5, 1.0, 2.0, 4.0, None]
    assert delays(1.0, longest_delay=3.0) == [1.0, 2.0, 3.0, 3.0, None]
    assert delays(1.0, attempts=1) == [None] * 5
    patient = RetryPolicy(attempts=9, jitter=lambda: 1.0)
    assert patient.delay_after(fault, 5, 0.0, STATUS) == 16.0
    assert patient.delay_after(fault, 8, 0.0, STATUS) == 30.0
    assert RetryPolicy().delay_after(fault, 5, 0.0, STATUS) is None
    assert 0.5 <= (RetryPolicy().delay_after(fault, 1, 0.0, STATUS) or 0) <= 1.0


def test_the_platforms_own_wish_counts() -> None:
    """Retry-After is kept, with a little added so that not all come back at once, and capped."""
    for text, delay in (("7", 7.5), ("0", 0.5), ("9999", 300.5), (" 7 ", 7.5), ("9" * 400, 300.5)):
        answer = said(STATUS, "", 429, retry_after=text)
        assert STEADY.delay_after(answer, 1, BEGINNING, STATUS) == delay


@given(st.integers(-10_000, 10_000), st.sampled_from([timezone.utc, timezone(timedelta(hours=5))]))
def test_a_date_is_a_number_of_seconds(seconds: int, zone: timezone) -> None:
    """Retry-After may be a date of any zone; one in the past means at once."""
    date = datetime.fromtimestamp(BEGINNING + seconds, zone)
    assert retry_after(said(STATUS, "", retry_after=format_datetime(date)), BEGINNING) == max(0, seconds)


def test_a_date_without_a_zone_is_in_gmt() -> None:
    """RFC 9110's dates are in GMT, said or unsaid."""
    date = datetime.fromtimestamp(BEGINNING + 60, timezone.utc).strftime("%a, %d %b %Y %H:%M:%S -0000")
    assert retry_after(said(STATUS, "", retry_after=date), BEGINNING) == 60


@given(st.text())
def test_any_other_retry_after_is_ignored(text: str) -> None:
    """Whatever stands there, it is a time to wait or none, never an exception or a wait into the past."""
    found = retry_after(said(STATUS, "", retry_after=text), BEGINNING)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "1.5", "٣", "Mon, 99 Foo 2020", "Mon, 01 Jan 99999 00:00:00 GMT"]
)
def test_an_odd_retry_after_is_none(text: str) -> None:
    """A number that is none, and a date that is none, ask for nothing."""
    assert retry_after(said(STATUS, "", retry_after=text), BEGINNING) is None


def insisting(
    outcomes: Sequence[object], request: Request = STATUS, until: float = math.inf
) -> tuple[list[float], object]:
    """Return when each attempt was made, and what came of insisting on a request."""
    stage = Stage(lambda request, _since: said(request, ""))
    waiting = list(outcomes)

    def perform(step: object) -> Response | None:
        if isinstance(step, Sleep):
            return stage.perform(step)
        assert isinstance(step, Request)
        stage.perform(step)
        outcome = waiting.pop(0)
        if isinstance(outcome, TransportError):
            raise outcome
        assert isinstance(outcome, Response)
        return outcome

    try:
        result: object = drive(insist(request, ask, STEADY, stage.clock, BEGINNING + until), perform)
    except TransportError as error:
        result = error
    return stage.asked_at, result


def test_insisting_ends_with_the_first_yes() -> None:
    """After faults the first good answer counts, and nothing is sent after it."""
    good = said(STATUS, "good")
    faults = [NotSentError("a", STATUS), said(STATUS, "", 503), said(STATUS, "", 429, retry_after="10")]
    assert insisting([*faults, good]) == ([0, 0.75, 2.25, 12.75], good)


def test_insisting_ends_with_the_last_fault() -> None:
    """After the last attempt its answer is returned, or its fault raised, as it came."""
    last = said(STATUS, "last", 503)
    assert insisting([said(STATUS, "", 503)] * 4 + [last])[1] is last
    gone = ResponseLostError("gone", STATUS)
    at, outcome = insisting([said(STATUS, "", 503)] * 4 + [gone])
    assert (len(at), outcome) == (5, gone)
    assert insisting([ResponseLostError("gone", START)], START)[0] == [0]


def test_insisting_ends_in_time() -> None:
    """A deadline is kept: what Retry-After asks for is slept till then, and no attempt follows."""
    turned_away = said(STATUS, "", 429, retry_after="100")
    assert insisting([turned_away, turned_away], until=60) == ([0], turned_away)
    assert insisting([turned_away, said(STATUS, "", 429, retry_after="1"), turned_away], until=101)[0] == [
        0,
        100.5,
    ]


def test_a_fault_while_signing_in_is_not_the_requests() -> None:
    """Signing in insists by itself: its fault goes up at once, and the request is not sent again for it."""
    token = Request(purpose="token", method="POST", url="t", is_repeatable=True)
    at, outcome = insisting([NotSentError("no route", token)])
    assert (at, type(outcome)) == ([0], NotSentError)
