from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

EXECUTE = "playbooks/contain-host/execute"
HOST = {"input_values": {"host": "h-1"}}
FULL = {
    "callback": {
        "body": {"a": 1},
        "cookies": {},
        "disableSSL": True,
        "excludeDefaultMetadata": True,
        "headers": {},
        "method": "POST",
        "url": "",
    },
    "event": {"id": 7},
    "input_values": {"host": "h-1"},
    "past_exec_ref": "x",
    "runner": "lab",
    "trigger_type": "API",
}


def start(client: Client, **behaviour: Any) -> str:
    """Start ``contain-host`` with a behaviour and return its execution's id."""
    client.core.flow("blinkops", "contain-host", **behaviour)
    execution_id: str = client.blinkops("POST", EXECUTE, HOST).json()["execution_id"]
    return execution_id


def state(client: Client, execution_id: str) -> str:
    """Return an execution's word in the UI."""
    word: str = client.blinkops("GET", f"executions/{execution_id}").json()["state_ui"]
    return word


def test_an_execution_has_the_documented_fields(client: Client) -> None:
    """Times are milliseconds, and what was given at the start is shown."""
    client.core.flow("blinkops", "contain-host", duration=2)
    execution_id = client.blinkops("POST", EXECUTE, FULL).json()["execution_id"]
    client.wait(3)
    execution = client.blinkops("GET", f"executions/{execution_id}").json()
    assert execution["display_name"] == "Contain a host #1"
    assert execution["finished_at"] - execution["started_at"] == 2000 == execution["duration"]
    assert (execution["state"], execution["state_ui"]) == ("completed", "Completed")
    assert (execution["inputs"], execution["event"]) == ({"host": "h-1"}, {"id": 7})
    assert (execution["runner_group_id"], execution["playbook_id"]) == ("lab", "contain-host")


def test_an_execution_goes_from_in_progress_to_completed(client: Client) -> None:
    """Before it begins an execution is queued, and has no start yet."""
    execution_id = start(client, queued_for=1, duration=1)
    words = []
    for _ in range(3):
        words.append(state(client, execution_id))
        client.wait(1)
    assert words == ["Queued", "In progress", "Completed"]


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("failed", "Failed"), ("cancelled", "Cancelled"), ("skipped", "Skipped"), ("timed_out", "Timeout")],
)
def test_an_execution_can_end_otherwise(client: Client, outcome: str, word: str) -> None:
    """Every ending has its public word; a failure has its message and no outputs."""
    execution_id = start(client, outcome=outcome, error="no agent")
    client.wait(1)
    client.wait(1)
    execution = client.blinkops("GET", f"executions/{execution_id}").json()
    assert execution["state_ui"] == word
    failed = outcome in ("failed", "timed_out")
    assert execution["error_details"].get("message") == ("no agent" if failed else None)
    assert bool(execution["cancel_reason"]) is (outcome == "cancelled")
    assert client.blinkops("GET", f"executions/{execution_id}/outputs").json() == {}


def test_an_execution_can_wait_for_a_person(client: Client) -> None:
    """``Paused`` is not an end."""
    execution_id = start(client, outcome="paused_then_success", duration=3)
    words = []
    for _ in range(4):
        words.append(state(client, execution_id))
        client.wait(1)
    assert words == ["In progress", "Paused", "In progress", "Completed"]


def test_outputs_come_with_the_end(client: Client) -> None:
    """Before the end there are none."""
    execution_id = start(client, duration=1)
    assert client.blinkops("GET", f"executions/{execution_id}/outputs").status == 400
    client.wait(1)
    outputs = client.blinkops("GET", f"executions/{execution_id}/outputs").json()
    assert outputs == {"host": "h-1", "isolated": True}


def test_outputs_can_be_inside_an_execution(client_with: Callable[..., Client]) -> None:
    """The old specification types the outputs as an execution."""
    client = client_with(blinkops_outputs="execution")
    execution_id = start(client, duration=0)
    outputs = client.blinkops("GET", f"executions/{execution_id}/outputs").json()
    assert (outputs["id"], outputs["outputs"]) == (execution_id, {"host": "h-1", "isolated": True})


def test_steps_begin_with_the_run(client: Client) -> None:
    """A queued run has no step, an ended one has its output or error."""
    execution_id = start(client, queued_for=1, duration=1, outcome="failed", error="no agent")
    pages = []
    for _ in range(3):
        pages.append(client.blinkops("GET", f"executions/{execution_id}/steps").json())
        client.wait(1)
    assert [page["total"] for page in pages] == [0, 1, 1]
    assert [page["results"][0]["state"] for page in pages[1:]] == ["In progress", "Failed"]
    assert pages[2]["results"][0]["error_data"] == "no agent"


def test_only_what_goes_on_can_be_cancelled(client: Client) -> None:
    """A second cancel is a 400, as the specification says; an unknown execution a 404."""
    execution_id = start(client, duration=5)
    answers = [client.blinkops("POST", f"executions/{execution_id}/cancel") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 400]
    assert isinstance(answers[0].json(), str)
    assert state(client, execution_id) == "Cancelled"
    assert client.blinkops("POST", "executions/unknown/cancel").status == 404


def test_what_is_unknown_has_the_documented_texts(client: Client) -> None:
    """The specification names both."""
    answers = [
        client.blinkops("POST", "playbooks/unknown/execute", {}),
        client.blinkops("GET", "executions/unknown"),
    ]
    assert [(answer.status, answer.json()["message"]) for answer in answers] == [
        (404, "Can not find Playbook"),
        (404, "Can not find Playbook execution"),
    ]


def test_the_history_forgets(client_with: Callable[..., Client]) -> None:
    """Of each flow only so many executions are kept; older ones are a 404 and not listed."""
    client = client_with(blinkops_history=2)
    ids = [start(client) for _ in range(3)]
    found = [client.blinkops("GET", f"executions/{each}").status for each in ids]
    assert found == [404, 200, 200]
    assert client.blinkops("GET", "executions").json()["total"] == 2


def listed(client: Client, query: Any) -> Any:
    """Ask for executions with a query and return the page."""
    return client.blinkops("GET", f"executions?q={quote(json.dumps(query))}").json()


def test_executions_are_filtered_sorted_and_paged(client: Client) -> None:
    """The query of the vendor's own plugin works."""
    client.core.flow("blinkops", "other")
    ids = []
    for flow in ("contain-host", "other", "contain-host"):
        ids.append(client.blinkops("POST", f"playbooks/{flow}/execute", HOST).json()["execution_id"])
        client.wait(1)
    query = {"filter": {"playbook_id": "contain-host"}, "sort": ["-started_at"], "limit": 1}
    page = listed(client, query)
    assert (page["total"], page["limit"], [run["id"] for run in page["results"]]) == (2, 1, [ids[2]])
    later = {"filter": {"started_at": {"$gt": page["results"][0]["started_at"] - 1500}}, "offset": 1}
    assert [run["id"] for run in listed(client, later)["results"]] == [ids[2]]
    by_name = listed(client, {"sort": ["playbook_id", "-execution_number"]})["results"]
    assert [run["execution_number"] for run in by_name] == [3, 1, 2]
    assert listed(client, {"filter": {"playbook_id": {"$eq": "x"}}})["results"] == []


def test_a_listed_execution_is_the_execution(client: Client) -> None:
    """Inputs and times stand in a listing as they do in an answer about one; a queued one was created."""
    execution_id = start(client, queued_for=3)
    [shown] = listed(client, {"filter": {"playbook_id": "contain-host"}})["results"]
    assert shown == client.blinkops("GET", f"executions/{execution_id}").json()
    assert (shown["inputs"], shown["state_ui"]) == ({"host": "h-1"}, "Queued")
    assert (shown["created_at"], shown["started_at"]) == (1_700_000_000_000, 0)


def test_a_listing_may_lag_behind(client: Client) -> None:
    """An execution that is not listed yet can be asked for all the same."""
    execution_id = start(client, listed_after=5, duration=60)
    assert listed(client, {})["total"] == 0
    assert state(client, execution_id) == "In progress"
    client.wait(5)
    assert listed(client, {})["total"] == 1


def test_an_empty_list_can_be_sorted(client: Client) -> None:
    """Without executions no field is unknown."""
    assert listed(client, {"sort": ["-started_at"]})["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        [],
        {"select": ["id"]},
        {"limit": -1},
        {"offset": "1"},
        {"sort": "started_at"},
        {"sort": [1]},
        {"sort": ["unknown"]},
        {"filter": []},
        {"filter": {"unknown": 1}},
        {"filter": {"id": {"$like": "x"}}},
        {"filter": {"id": {"$gt": 1}}},
    ],
)
def test_a_query_is_read_strictly(client: Client, query: Any) -> None:
    """What has no public meaning is refused rather than guessed."""
    start(client)
    assert listed(client, query)["status"] == 400


def test_a_query_must_be_json(client: Client) -> None:
    """The query is JSON inside one parameter."""
    assert client.blinkops("GET", "executions?q=x").status == 400
