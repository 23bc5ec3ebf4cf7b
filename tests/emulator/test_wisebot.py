from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_flows.emulator.config import WISEBOT_JWT, WISEBOT_KEY, WISEBOT_WEBHOOK_SECRET
from airflow_provider_flows.emulator.wire import HANG

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

TICKET = {"ticketId": "T-1", "message": "Hello"}
TRIGGER = "/workflows/trigger?workflowId="


def test_the_dashboard_answers_when_the_run_is_over(client: Client) -> None:
    """The dashboard API is synchronous: the answer comes with the result, after the run's time."""
    client.core.flow("wisebot", "triage-ticket", duration=2, queued_for=0.5)
    answer = client.wisebot("POST", "flow/triage-ticket", {"inputs": TICKET})
    assert (answer.status, answer.delay) == (200, 2.5)
    body = answer.json()
    assert body.keys() == {"ok", "runId", "result"}
    assert (body["ok"], body["result"]["ticketId"]) == (True, "T-1")
    assert body["runId"] == client.core.runs("wisebot")[0].id


def test_a_run_is_under_way_while_its_answer_is_waited_for(client: Client) -> None:
    """The run counts from the request on, whatever becomes of the answer."""
    client.wisebot("POST", "flow/triage-ticket", {"inputs": TICKET})
    assert [run.state for run in client.core.runs()] == ["running"]
    client.wait(1)
    assert [run.state for run in client.core.runs()] == ["success"]


@pytest.mark.parametrize("body", [None, {}, {"inputs": {}}])
def test_the_dashboard_body_is_optional(client: Client, body: Any) -> None:
    """A flow without inputs needs no body."""
    client.core.flow("wisebot", "plain")
    assert client.wisebot("POST", "flow/plain", body).json()["result"] == {"echo": {}}


def test_the_webhook_merges_flat_keys(client: Client) -> None:
    """The webhook's body is the inputs, not wrapped."""
    answer = client.webhook("triage-ticket", TICKET)
    assert answer.json()["result"]["ticketId"] == "T-1"
    assert client.core.runs()[0].inputs == TICKET


def test_the_webhook_takes_its_secret_in_either_header(client: Client) -> None:
    """``X-Workflow-Secret`` does as well as a Bearer, and an empty body is no body."""
    client.core.flow("wisebot", "plain")
    headers = {"X-Workflow-Secret": WISEBOT_WEBHOOK_SECRET}
    assert client.send("POST", f"{TRIGGER}plain", headers=headers).status == 200
    assert client.webhook("plain").status == 200


def test_the_webhook_may_answer_at_once(client: Client) -> None:
    """Whether the webhook waits is not said: without waiting it can only tell the run's id."""
    client.core.flow("wisebot", "plain", webhook_waits=False)
    answer = client.webhook("plain")
    assert (answer.delay, answer.json().keys()) == (0, {"ok", "runId"})


@pytest.mark.parametrize("status", [200, 500])
def test_a_failed_run_says_why(client_with: Callable[..., Client], status: int) -> None:
    """``ok`` is false and ``error`` is there; the HTTP status is a knob, as nothing public tells it."""
    client = client_with(wisebot_failed_status=status)
    client.core.flow("wisebot", "bad", outcome="failed", error="no agent", duration=3)
    answer = client.wisebot("POST", "flow/bad")
    assert (answer.status, answer.delay) == (status, 3)
    assert answer.json() == {"ok": False, "runId": client.core.runs()[0].id, "error": "no agent"}


def test_unused_fields_can_be_null(client: Client) -> None:
    """``ok, runId, result, error`` may all be there."""
    client.core.flow("wisebot", "plain", absent_or_null="null")
    assert client.wisebot("POST", "flow/plain").json()["error"] is None
    client.core.flow("wisebot", "plain", outcome="failed")
    assert client.wisebot("POST", "flow/plain").json()["result"] is None


def test_a_run_that_never_ends_is_never_answered(client: Client) -> None:
    """Its client has to give up."""
    client.core.flow("wisebot", "stuck", outcome="never_ends")
    assert client.wisebot("POST", "flow/stuck").fate == HANG
    assert client.core.count_starts() == {("wisebot", "stuck"): 1}


def test_the_two_credentials_never_cross(client: Client) -> None:
    """Each door refuses the other's credential, and what each was shown can be looked up."""
    for credential in (WISEBOT_KEY, WISEBOT_JWT, "other"):
        headers = {"Authorization": f"Bearer {credential}"}
        assert client.send("POST", f"{TRIGGER}daily-report", {"date": "x"}, headers).status == 401
    assert client.send("POST", f"{TRIGGER}daily-report", {"date": "x"}).status == 401
    for credential in (WISEBOT_WEBHOOK_SECRET, "other"):
        headers = {"Authorization": f"Bearer {credential}"}
        assert client.send("POST", "/api/v1/flow/daily-report", {}, headers).status == 401
    assert client.core.credentials("wisebot/webhook") == {WISEBOT_KEY, WISEBOT_JWT, "other"}
    assert client.core.credentials("wisebot/dashboard") == {WISEBOT_WEBHOOK_SECRET, "other"}
    assert client.core.count_starts() == {}


def test_a_flow_can_have_a_webhook_secret_of_its_own(client: Client) -> None:
    """The secret is one workflow's, not the organisation's."""
    client.core.flow("wisebot", "own", webhook_secret="its own")
    assert client.webhook("own").status == 401
    assert client.send("POST", f"{TRIGGER}own", headers={"X-Workflow-Secret": "its own"}).status == 200


@pytest.mark.parametrize(("knob", "statuses"), [("webhook_enabled", [200, 403]), ("ip_allowed", [403, 403])])
def test_a_forbidden_run_does_not_start(client: Client, knob: str, statuses: list[int]) -> None:
    """A webhook that is not enabled closes one door, the IP lists close both."""
    client.core.flow("wisebot", "shut", **{knob: False})
    answers = [client.wisebot("POST", "flow/shut"), client.webhook("shut")]
    assert [answer.status for answer in answers] == statuses
    assert answers[1].json()["ok"] is False
    assert len(client.core.runs()) == statuses.count(200)


def test_wrong_starts_are_refused(client: Client) -> None:
    """Unknown fields, wrong inputs, an absent or unknown workflow each get their own answer."""
    assert client.wisebot("POST", "flow/triage-ticket", TICKET).status == 400
    assert client.wisebot("POST", "flow/triage-ticket", {"inputs": []}).status == 400
    assert client.wisebot("POST", "flow/triage-ticket", {"inputs": {}}).status == 400
    assert client.wisebot("POST", "flow/unknown").status == 404
    assert client.webhook("unknown").status == 404
    assert client.webhook("").status == 400
    assert client.send("POST", "/workflows/trigger").status == 400
    assert client.core.count_starts() == {}


@pytest.mark.parametrize("path", ["status", "agents", "activity"])
def test_the_harmless_calls_take_both_credentials(client: Client, path: str) -> None:
    """A dashboard sign-in and an organisation's key do equally."""
    assert client.wisebot("GET", path).status == 200
    jwt = {"Authorization": f"Bearer {WISEBOT_JWT}"}
    assert client.send("GET", f"/api/v1/{path}", headers=jwt).status == 200
    assert client.send("GET", f"/api/v1/{path}").status == 401


def test_api_keys_need_a_sign_in(client: Client) -> None:
    """The vendor documents that a ``wb_live_`` key gets 401 here."""
    assert client.wisebot("GET", "api-keys").status == 401
    jwt = {"Authorization": f"Bearer {WISEBOT_JWT}"}
    assert client.send("GET", "/api/v1/api-keys", headers=jwt).status == 200


def test_activity_is_limited(client: Client) -> None:
    """15 lines by default, at most 50."""
    client.core.flow("wisebot", "plain")
    for _ in range(20):
        client.wisebot("POST", "flow/plain")
    assert len(client.wisebot("GET", "activity").json()["lines"]) == 15
    assert len(client.wisebot("GET", "activity?limit=2").json()["lines"]) == 2
    for limit in ("0", "51", "x"):
        assert client.wisebot("GET", f"activity?limit={limit}").status == 400
