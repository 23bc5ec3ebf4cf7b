from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_flows.emulator.config import SCADE_KEY

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

EXECUTE = "scade/flow/41785/execute"
BODY = {
    "start_node_id": "SYnn-start",
    "end_node_id": "y5iI-end",
    "result_node_id": "y5iI-end",
    "node_settings": {"SYnn-start": {"data": {"audio_url": "https://a.example/x.mp3"}}},
}


def start(client: Client, **behaviour: Any) -> int:
    """Start flow 41785 with a behaviour and return its task's id."""
    client.core.flow("scade", "41785", **behaviour)
    task_id: int = client.scade("POST", EXECUTE, BODY).json()["id"]
    return task_id


def test_a_task_goes_from_queued_to_done(client: Client) -> None:
    """Status 3 comes with the result, keyed by the end node's fields; before it there is none."""
    task_id = start(client, duration=2, queued_for=1)
    tasks = []
    for _ in range(4):
        tasks.append(client.scade("GET", f"task/{task_id}").json())
        client.wait(1)
    assert [task["status"] for task in tasks] == [1, 2, 2, 3]
    assert ["result" in task for task in tasks] == [False, False, False, True]
    assert tasks[-1]["result"]["Transcribation"] == "Transcript of https://a.example/x.mp3"


def test_the_start_answers_the_id_alone(client: Client) -> None:
    """Nothing but ``id`` is documented in the start's answer."""
    answer = client.scade("POST", EXECUTE, BODY)
    assert (answer.status, answer.json().keys()) == (200, {"id"})


@pytest.mark.parametrize(("outcome", "status"), [("failed", 9), ("cancelled", 8)])
def test_the_number_of_a_bad_end_is_a_knob(
    client_with: Callable[..., Client], outcome: str, status: int
) -> None:
    """Nothing public names these numbers."""
    client = client_with(scade_failed_status=9, scade_cancelled_status=8)
    task_id = start(client, outcome=outcome, duration=0, error="node broke")
    task = client.scade("GET", f"task/{task_id}").json()
    assert task == {"id": task_id, "status": status} | ({"error": "node broke"} if status == 9 else {})


def test_an_unfinished_result_can_be_null(client: Client) -> None:
    """``result`` may be there, and null, before the end."""
    task_id = start(client, absent_or_null="null")
    assert client.scade("GET", f"task/{task_id}").json()["result"] is None


def test_status_can_be_absent(client: Client) -> None:
    """The vendor's page knows no status, only the result."""
    task_id = start(client, state_absent=True, duration=1)
    assert client.scade("GET", f"task/{task_id}").json() == {"id": task_id}
    client.wait(1)
    assert client.scade("GET", f"task/{task_id}").json().keys() == {"id", "result"}


def test_the_result_can_be_wrapped(client: Client) -> None:
    """A public client met the result inside ``success.output``."""
    task_id = start(client, wrap_result=True, result={"a": 1}, duration=0)
    assert client.scade("GET", f"task/{task_id}").json()["result"] == {"success": {"output": {"a": 1}}}


def test_the_result_node_may_be_the_start_node(client: Client) -> None:
    """The result is taken from the node that was asked for."""
    client.core.flow("scade", "41785", duration=0)
    task_id = client.scade("POST", EXECUTE, BODY | {"result_node_id": "SYnn-start"}).json()["id"]
    result = client.scade("GET", f"task/{task_id}").json()["result"]
    assert result == {"audio_url": "https://a.example/x.mp3"}


@pytest.mark.parametrize(
    "authorization",
    [None, "", SCADE_KEY, f"Bearer {SCADE_KEY}", "Basic x", f"Basic {SCADE_KEY}=", f"basic {SCADE_KEY}"],
)
def test_only_the_key_as_issued_is_taken(client: Client, authorization: str | None) -> None:
    """The key follows ``Basic`` raw; anything a client made of it is a 401."""
    headers = {} if authorization is None else {"Authorization": authorization}
    assert client.send("POST", f"/api/v1/{EXECUTE}", BODY, headers).status == 401
    assert client.send("GET", "/api/v1/task/1", None, headers).status == 401


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"callback": "x"}, "callback: unknown field"),
        ({"start_node_id": 1}, "start_node_id: must be of type string"),
        ({"start_node_id": "other"}, "start_node_id: the flow has no such node: other"),
        ({"end_node_id": "SYnn-start"}, "end_node_id: the flow has no such node: SYnn-start"),
        ({"result_node_id": "x"}, "result_node_id: the flow has no such node: x"),
        ({"node_settings": {}}, "node_settings.SYnn-start: field required"),
        (
            {"node_settings": {"SYnn-start": {"data": {}}, "x": {}}},
            "node_settings.x: unknown field",
        ),
        ({"node_settings": {"SYnn-start": {}}}, "node_settings.SYnn-start.data: field required"),
        (
            {"node_settings": {"SYnn-start": {"data": {}, "x": 1}}},
            "node_settings.SYnn-start.x: unknown field",
        ),
    ],
)
def test_a_wrong_body_starts_nothing(client: Client, change: dict[str, Any], said: str) -> None:
    """What is outside the documented body is refused with its place."""
    answer = client.scade("POST", EXECUTE, BODY | change)
    assert (answer.status, answer.json()) == (400, {"detail": said})
    assert client.core.count_starts() == {}


def test_all_missing_fields_are_named(client: Client) -> None:
    """An empty object lacks four fields."""
    answer = client.scade("POST", EXECUTE, {})
    assert answer.json()["detail"].count("field required") == 4


def test_a_flow_without_nodes_takes_any(client_with: Callable[..., Client]) -> None:
    """With ``accept_any_flow`` neither the id nor its nodes need be known."""
    client = client_with(accept_any_flow=True)
    body = BODY | {"start_node_id": "x", "node_settings": {"x": {"data": {}}}}
    assert client.scade("POST", "scade/flow/1607/execute", body).status == 200


def test_what_is_unknown_is_not_found(client: Client) -> None:
    """Unknown flows and tasks are a 404."""
    assert client.scade("POST", "scade/flow/1/execute", BODY).status == 404
    assert client.scade("GET", "task/1").status == 404
