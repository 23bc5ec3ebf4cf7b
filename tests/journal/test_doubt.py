"""Which failed start may have started a run, and what is said about it."""

from __future__ import annotations

import pytest

from airflow_provider_flows.journal.doubt import HOW_TO_GO_ON, in_doubt, leaves_doubt
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    CredentialsError,
    FlowError,
    InputsError,
    NotFoundError,
    NotSentError,
    OversizedError,
    RedirectError,
    RefusedError,
    ResponseLostError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Request
from tests.journal.doubles import INTENT, START, answered

TOKEN = Request(purpose="token", method="POST", url="https://x.test/token")
NO, YES = False, True


@pytest.mark.parametrize(
    ("error", "doubt"),
    [
        (InputsError("x"), NO),
        (FlowError("x"), NO),
        (NotSentError("x", START), NO),
        (ResponseLostError("x", START), YES),
        (OversizedError("x", START), YES),
        (ResponseLostError("x", TOKEN), NO),
        (CredentialsError("x", answered(401)), NO),
        (NotFoundError("x", answered(404)), NO),
        (RedirectError("x", answered(307)), NO),
        (RefusedError("x", answered(400)), NO),
        (AnswerError("x", answered(200)), YES),
        (AnswerError("x", answered(429)), YES),
        (AnswerError("x", answered(200, TOKEN)), NO),
        (UnavailableError("x", answered(408)), YES),
        (UnavailableError("x", answered(425)), YES),
        (UnavailableError("x", answered(429)), NO),
        (UnavailableError("x", answered(429, retry_after="3")), NO),
        (UnavailableError("x", answered(500)), YES),
        (UnavailableError("x", answered(500, retry_after="3")), YES),
        (UnavailableError("x", answered(502)), YES),
        (UnavailableError("x", answered(503)), YES),
        (UnavailableError("x", answered(503, retry_after="3")), NO),
        (UnavailableError("x", answered(504, retry_after="3")), YES),
        (UnavailableError("x", answered(500, TOKEN)), NO),
    ],
    ids=repr,
)
def test_only_what_surely_started_nothing_leaves_no_doubt(error: FlowError, doubt: bool) -> None:
    """A lost or unreadable answer and a 5xx leave doubt; a clear no, and what never was a start, don't."""
    assert leaves_doubt(error) is doubt


def test_a_doubt_says_how_to_look_and_how_to_go_on() -> None:
    """The error tells whose start it is, why nobody knows, and what a person can do."""
    assert str(in_doubt(INTENT, "flow x", "the reason")) == (
        "Attempt 1 of this task may have started a run of flow x, and nobody can say: the reason."
        f" Nothing was started now. {HOW_TO_GO_ON}"
    )
    assert HOW_TO_GO_ON == (
        "Look for the run on the platform. If there is one, let it end and mark this task as it ended, or "
        "wait for it with FlowRunSensor. If there is none, clear the task: that starts a run."
    )
