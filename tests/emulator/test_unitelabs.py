from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_flows.emulator.config import CLIENT_ID, CLIENT_SECRET, TENANT

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

GRANT = {"grant_type": "client_credentials"}
RUN = {"name": "My flow run", "parameters": {"test": "Hello, World!"}}
READOUT = {"name": "r", "parameters": {"plate_id": "P-1"}}


def test_a_token_has_the_documented_form(client: Client) -> None:
    """The token endpoint takes a Basic client with scope ``openid`` and says how long the token lives."""
    answer = client.token_answer()
    assert answer.status == 200
    assert answer.json().keys() == {"access_token", "expires_in", "token_type", "scope"}
    assert answer.json()["expires_in"] == 300
    assert answer.json()["scope"] == "openid"


def test_a_client_may_show_itself_in_the_form_and_leave_the_scope_out(client: Client) -> None:
    """Two public clients authenticate by form fields and send no scope."""
    form = GRANT | {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert client.token_answer(form, Authorization="").status == 200


def test_a_basic_client_may_be_form_encoded(client_with: Callable[..., Client]) -> None:
    """RFC 6749 encodes id and secret before they go into the Basic header; most clients do not."""
    client = client_with(client_id="an id", client_secret="a+b")
    assert client.token_answer().status == 200
    encoded = base64.b64encode(b"an+id:a%2Bb").decode()
    assert client.token_answer(Authorization=f"Basic {encoded}").status == 200


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        ({"grant_type": "password"}, {}, 400, "unsupported_grant_type"),
        ({}, {}, 400, "unsupported_grant_type"),
        (GRANT | {"scope": "openid admin"}, {}, 400, "invalid_scope"),
        (GRANT | {"audience": "x"}, {}, 400, "invalid_request"),
        (GRANT | {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}, {}, 400, "invalid_request"),
        (
            GRANT | {"client_id": CLIENT_ID, "client_secret": "x"},
            {"Authorization": ""},
            401,
            "invalid_client",
        ),
        (GRANT, {"Authorization": ""}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic not base64"}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic eDp5"}, 401, "invalid_client"),
        (GRANT, {"Content_Type": "application/json"}, 415, "invalid_request"),
    ],
)
def test_a_wrong_token_request_is_refused(
    client: Client, form: dict[str, str], headers: dict[str, str], status: int, error: str
) -> None:
    """Each fault of a token request gets its OAuth error."""
    answer = client.token_answer(form, **headers)
    assert (answer.status, answer.json()["error"]) == (status, error)


def test_a_form_field_given_twice_is_refused(client: Client) -> None:
    """RFC 6749 forbids a parameter to be there twice."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/realms/{TENANT}/protocol/openid-connect/token"
    answer = client.send("POST", path, headers=headers, raw=b"scope=openid&scope=email")
    assert answer.json() == {"error": "invalid_request", "error_description": "duplicated parameter"}


def test_an_unknown_realm_is_not_found(client: Client) -> None:
    """A token is only given for the configured tenant."""
    assert client.send("POST", "/realms/other/protocol/openid-connect/token").status == 404


def test_a_token_dies_with_its_lifetime(client_with: Callable[..., Client]) -> None:
    """A token is good until the second it expires."""
    client = client_with(token_lifetime=2.5)
    token = client.token_answer().json()
    assert token["expires_in"] == 2.5
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert client.send("GET", f"/{TENANT}/v1/workflows", headers=headers).status == 200
    client.wait(2.5)
    answer = client.send("GET", f"/{TENANT}/v1/workflows", headers=headers)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_expired_tokens_can_be_ordered(client: Client) -> None:
    """``expire_tokens`` makes every token issued so far useless, at the next request that fits."""
    headers = {"Authorization": f"Bearer {client.token_answer().json()['access_token']}"}
    client.core.fault("expire_tokens", platform="unitelabs", operation="list")
    path = f"/{TENANT}/v1/workflows"
    assert client.send("GET", path, headers=headers).status == 401
    assert client.unitelabs("GET", "workflows").status == 200


@pytest.mark.parametrize(
    "path", ["workflows", "workflows/slow", "workflows/slow/runs", "workflows/slow/runs/x", "runs/x"]
)
def test_a_token_is_needed_and_only_good_for_its_tenant(client: Client, path: str) -> None:
    """Without a token every call is a 401, at another tenant a 403."""
    assert client.send("GET", f"/{TENANT}/v1/{path}").status == 401
    assert client.send("GET", f"/{TENANT}/v1/{path}", headers={"Authorization": "Basic x"}).status == 401
    headers = {"Authorization": f"Bearer {client.token_answer().json()['access_token']}"}
    assert client.send("GET", f"/other/v1/{path}", headers=headers).status == 403


def test_workflows_are_listed_by_pages(client: Client) -> None:
    """``_take`` and ``_skip`` choose the page, ``totalCount`` counts all."""
    everything = client.unitelabs("GET", "workflows").json()
    page = client.unitelabs("GET", "workflows?_take=1&_skip=1").json()
    assert page["data"] == everything["data"][1:2]
    assert page["pagination"] == {"totalCount": 4}
    assert everything["data"][0].keys() >= {"id", "name", "enabled", "tags", "description", "entrypoint"}


@pytest.mark.parametrize("query", ["_take=-1", "_skip=x"])
def test_a_page_must_be_a_number(client: Client, query: str) -> None:
    """A page that makes no sense is refused."""
    assert client.unitelabs("GET", f"workflows?{query}").status == 422


def test_a_workflow_shows_its_record_and_inputs(client: Client) -> None:
    """A workflow's record says if it is enabled and which inputs it takes."""
    client.core.flow("unitelabs", "off", enabled=False)
    assert client.unitelabs("GET", "workflows/off").json()["enabled"] is False
    shown = client.unitelabs("GET", "workflows/plate-readout").json()
    assert shown["parameters"]["required"] == ["plate_id"]


def test_a_run_goes_from_scheduled_to_completed(client: Client) -> None:
    """A run's state is a matter of time alone, and both paths show the same run."""
    client.core.flow("unitelabs", "wf", duration=2, queued_for=1)
    answer = client.unitelabs("POST", "workflows/wf/runs", RUN)
    run = answer.json()
    assert (answer.status, run["name"], run["state_type"]) == (201, "My flow run", "SCHEDULED")
    seen = []
    for _ in range(4):
        seen.append(client.unitelabs("GET", f"workflows/wf/runs/{run['id']}").json())
        assert client.unitelabs("GET", f"runs/{run['id']}").json() == seen[-1]
        client.wait(1)
    assert [each["state_type"] for each in seen] == ["SCHEDULED", "RUNNING", "RUNNING", "COMPLETED"]
    assert [each["result"] for each in seen] == [None, None, None, {"echo": RUN["parameters"]}]
    assert seen[-1]["state_name"] == "Completed"


@pytest.mark.parametrize(
    ("outcome", "state"), [("failed", "FAILED"), ("crashed", "CRASHED"), ("cancelled", "CANCELLED")]
)
def test_a_run_can_end_badly(client: Client, outcome: str, state: str) -> None:
    """Each ending has its Prefect type; a failure says why; none has a result."""
    client.core.flow("unitelabs", "wf", outcome=outcome, error="no tips left")
    run_id = client.unitelabs("POST", "workflows/wf/runs", RUN).json()["id"]
    client.wait(1)
    run = client.unitelabs("GET", f"workflows/wf/runs/{run_id}").json()
    assert (run["state_type"], run["result"]) == (state, None)
    assert run["message"] == (None if outcome == "cancelled" else "no tips left")


def test_a_state_word_need_not_be_a_text(client: Client) -> None:
    """An unknown state of any kind can be sent."""
    client.core.flow("unitelabs", "wf", state_word=7)
    run = client.unitelabs("POST", "workflows/wf/runs", RUN).json()
    assert (run["state_type"], run["state_name"]) == (7, 7)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (RUN | {"tags": []}, "tags: unknown field"),
        ({"name": "x"}, "parameters: field required"),
        ({"parameters": {}}, "name: field required"),
        ({"name": 1, "parameters": {}}, "name: must be of type string"),
        ({"name": "x", "parameters": []}, "parameters: must be of type object"),
    ],
)
def test_a_start_takes_its_two_fields_only(client: Client, body: Any, said: str) -> None:
    """Unknown, missing and mistyped fields start nothing."""
    client.core.flow("unitelabs", "wf")
    answer = client.unitelabs("POST", "workflows/wf/runs", body)
    assert (answer.status, answer.json()) == (422, {"detail": [said]})
    assert client.core.count_starts() == {}


def test_inputs_against_the_schema_start_nothing(client: Client) -> None:
    """All that is wrong with the inputs is said at once."""
    body = {"name": "x", "parameters": {"plate_id": 1}}
    answer = client.unitelabs("POST", "workflows/plate-prep/runs", body)
    assert answer.status == 422
    assert len(answer.json()["detail"]) == 2
    assert client.core.runs() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "workflows/unknown"),
        ("GET", "workflows/unknown/runs"),
        ("POST", "workflows/unknown/runs"),
        ("GET", "workflows/slow/runs/unknown"),
        ("GET", "runs/unknown"),
    ],
)
def test_what_is_unknown_is_not_found(client: Client, method: str, path: str) -> None:
    """Unknown workflows and runs are a 404."""
    assert client.unitelabs(method, path, RUN if method == "POST" else None).status == 404


def test_a_run_is_not_found_below_another_workflow(client: Client) -> None:
    """A run belongs to its workflow."""
    run_id = client.unitelabs("POST", "workflows/plate-readout/runs", READOUT).json()["id"]
    assert client.unitelabs("GET", f"workflows/slow/runs/{run_id}").status == 404
