"""No secret of a connection gets out, even when the platform repeats everything that it was sent."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import FlowError, NotSentError, ResponseLostError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Step
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunOrder
from airflow_provider_flows.transports.driver import drive
from tests.link import answer
from tests.platforms.known import NODES, build, handle

# Each begins and ends with a letter, as a key does; between them stands whatever a header can hold.
MIDDLE = st.text(string.ascii_letters + string.digits + string.punctuation + " ", min_size=6, max_size=20)
SECRET = MIDDLE.filter(lambda text: "*" not in text and len(set(text)) > 3).map(lambda text: f"Kq{text}Zj")
QUERY_SECRET = "a1B2c3D4"
PLACES = [
    ("unitelabs", None), ("scade", None), ("blinkops", None), ("blinkops", "sync"), ("wisebot", None),
    ("wisebot", "webhook"), ("vishwa", None),
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """One connection's secrets, and how the platform misbehaves."""

    place: tuple[str, str | None]
    password: str
    other: str  # the webhook's secret, or what the call-back's headers and cookies hold
    token: str
    status: int
    fault: str | None
    shape: str

    @property
    def secrets(self) -> list[str]:
        """All that must stay hidden; only one platform takes out tokens."""
        return [
            self.password,
            self.other,
            QUERY_SECRET,
            *([self.token] if self.place[0] == "unitelabs" else []),
        ]


CASES = st.builds(
    Case,
    place=st.sampled_from(PLACES),
    password=SECRET,
    other=SECRET,
    token=MIDDLE.map(lambda text: f"Tq{text.replace(' ', '').replace('*', '')}0123456789Zj"),
    status=st.sampled_from([200, 200, 202, 302, 400, 401, 403, 404, 422, 500, 503]),
    fault=st.sampled_from([None, None, None, "refused", "lost"]),
    shape=st.sampled_from(["reason", "word", "text", "nothing"]),
)


class Echo:
    """A platform that repeats what it was sent, wherever our side might look."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.sent: list[Request] = []

    def perform(self, step: Step) -> Response | None:
        if not isinstance(step, Request):
            return None
        self.sent.append(step)
        if step.purpose == "token":
            return answer(step, 200, {"access_token": self.case.token, "expires_in": 300})
        body = (step.body or b"").decode()
        heard = " ".join([*step.headers.values(), self.case.token, body, json.dumps(body), step.url])
        if self.case.fault == "refused":
            raise NotSentError(f"proxy said {heard}", step)
        if self.case.fault == "lost":
            raise ResponseLostError(f"proxy said {heard}", step)
        if self.case.shape == "text":
            return answer(step, self.case.status, heard.encode(), {"location": f"https://x.test/?t={heard}"})
        return answer(
            step, self.case.status, {heard: 1} if self.case.shape == "nothing" else self._told(heard)
        )

    def _told(self, heard: str) -> dict[str, Any]:
        words = ("state", "state_ui", "status", "run_status") if self.case.shape == "word" else ()
        ids = dict.fromkeys(("id", "execution_id", "run_id", "runId"), "r-1")
        return {**ids, **dict.fromkeys(words, heard), "ok": False, "error": heard, "message": heard}


@settings(max_examples=300)
@given(CASES)
def test_an_echo_gets_no_secret_into_anything_that_is_shown(case: Case) -> None:
    """Passwords, tokens and a call-back's secrets stay out of errors, requests, runs, handles and events."""
    platform, variant = case.place
    echo = Echo(case)
    extra = {"webhook_secret": case.other} if platform == "wisebot" else {}
    spoken = build(platform, variant, password=case.password, extra=extra)
    api = FlowApi(platform=spoken, clock=lambda: 0.0, retry=RetryPolicy(attempts=1))
    shown = [repr(spoken), repr(spoken.settings), repr(api)]
    for wish in (api.start(_order(case)), api.get(handle(platform, variant=variant)), api.test()):
        shown += _told(wish, echo)
    shown += [f"{request!r} {request}" for request in echo.sent]
    for hidden in case.secrets:
        for spelled in (hidden, json.dumps(hidden)[1:-1]):
            assert [text for text in shown if spelled in text] == []


def _order(case: Case) -> RunOrder:
    callback = {
        "url": f"https://me.test/?k={QUERY_SECRET}",
        "headers": {"X": case.other},
        "cookies": {"c": case.other},
    }
    options: dict[str, dict[str, Any]] = {"blinkops": {"callback": callback}, "scade": {**NODES}}
    return RunOrder("f-1", {}, options.get(case.place[0], {}), {"key": "k"})


def _told(wish: Exchange[Any], echo: Echo) -> list[str]:
    """Return every text that a conversation leaves behind."""
    try:
        found = drive(wish, echo.perform)
    except FlowError as error:
        return [str(error), repr(error), repr(getattr(error, "response", None))]
    if isinstance(found, Run):
        return [str(found.to_event()), str(found.handle), found.message, found.raw_state]
    return [str(found)]
