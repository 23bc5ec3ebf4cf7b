from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_flows.emulator.config import BLINKOPS_VIEWER_KEY, BLINKOPS_WORKSPACE

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

EXECUTE = "playbooks/contain-host/execute"
HOST = {"input_values": {"host": "h-1"}}


def start(client: Client, **behaviour: Any) -> str:
    """Start ``contain-host`` with a behaviour and return its execution's id."""
    client.core.flow("blinkops", "contain-host", **behaviour)
    execution_id: str = client.blinkops("POST", EXECUTE, HOST).json()["execution_id"]
    return execution_id


def state(client: Client, execution_id: str) -> str:
    """Return an execution's word in the UI."""
    word: str = client.blinkops("GET", f"executions/{execution_id}").json()["state_ui"]
    return word


def test_a_run_that_takes_too_long_times_out(client_with: Callable[..., Client]) -> None:
    """The platform ends a run after two hours."""
    client = client_with(blinkops_run_limit=60)
    for behaviour in ({"duration": 61.0}, {"outcome": "never_ends"}):
        execution_id = start(client, **behaviour)
        client.wait(59)
        assert state(client, execution_id) == "In progress"
        client.wait(1)
        assert state(client, execution_id) == "Timeout"


def test_runs_above_the_limit_wait_for_a_slot(client_with: Callable[..., Client]) -> None:
    """Forty run at once; the next ones begin in their order, as slots get free."""
    client = client_with(blinkops_concurrency=2)
    ids = [start(client, duration=duration) for duration in (3, 5, 1, 1)]
    assert [state(client, each) for each in ids] == ["In progress", "In progress", "Queued", "Queued"]
    client.wait(3)
    assert [state(client, each) for each in ids] == ["Completed", "In progress", "In progress", "Queued"]
    client.wait(1)
    assert [state(client, each) for each in ids] == ["Completed", "In progress", "Completed", "In progress"]


def test_a_cancelled_run_frees_its_slot(client_with: Callable[..., Client]) -> None:
    """The next one begins at that moment, not earlier."""
    client = client_with(blinkops_concurrency=1)
    first, second = start(client, duration=100), start(client, duration=5)
    client.wait(2)
    assert client.blinkops("POST", f"executions/{first}/cancel").status == 200
    assert (state(client, first), state(client, second)) == ("Cancelled", "In progress")
    client.wait(4)
    assert state(client, second) == "In progress"
    client.wait(1)
    assert state(client, second) == "Completed"


def test_a_synchronous_run_answers_its_output(client: Client) -> None:
    """The output itself comes back after the run's time, without an execution id."""
    client.core.flow("blinkops", "contain-host", duration=3)
    answer = client.blinkops("POST", f"{EXECUTE}?run_sync=true&timeout=10", HOST)
    assert (answer.status, answer.delay, answer.json()) == (200, 3, {"host": "h-1", "isolated": True})


def test_a_synchronous_run_can_outlast_its_timeout(client: Client) -> None:
    """Invented: 408 after the timeout, and the run goes on."""
    client.core.flow("blinkops", "contain-host", duration=3)
    answer = client.blinkops("POST", f"{EXECUTE}?run_sync=true&timeout=2", HOST)
    assert (answer.status, answer.delay, answer.json()["status"]) == (408, 2.0, 408)
    client.wait(3)
    assert client.core.runs()[0].state == "success"


@pytest.mark.parametrize(("outcome", "said"), [("failed", "no agent"), ("skipped", "the run was skipped")])
def test_a_synchronous_run_that_fails_is_an_error(client: Client, outcome: str, said: str) -> None:
    """Invented: 400 with the reason."""
    client.core.flow("blinkops", "contain-host", outcome=outcome, error="no agent")
    answer = client.blinkops("POST", f"{EXECUTE}?run_sync=true", HOST)
    assert (answer.status, answer.json()["message"]) == (400, said)


def test_the_timeout_means_nothing_without_run_sync(client: Client) -> None:
    """An asynchronous start answers its id at once."""
    answer = client.blinkops("POST", f"{EXECUTE}?run_sync=false&timeout=1", HOST)
    assert (answer.delay, answer.json().keys()) == (0, {"execution_id"})


@pytest.mark.parametrize(
    ("query", "body", "said"),
    [
        ("?run_sync=yes", HOST, "run_sync must be true or false"),
        ("?timeout=1.5", HOST, "timeout must be a whole number of seconds"),
        ("", {"x": "y"}, "x: unknown field"),
        ("", {"input_values": "x"}, "input_values: must be of type object"),
        ("", {"runner": 1}, "runner: must be of type string"),
        ("", {"callback": {"disableSSL": "no"}}, "callback.disableSSL: must be of type boolean"),
        ("", {"callback": {"uri": "x"}}, "callback.uri: unknown field"),
        ("", {"input_values": {}}, "invalid inputs: $: 'host' is a required property"),
    ],
)
def test_a_wrong_start_is_refused(client: Client, query: str, body: Any, said: str) -> None:
    """Errors are the specification's ``ErrorWrapper``, and nothing starts."""
    answer = client.blinkops("POST", EXECUTE + query, body)
    assert answer.status == 400
    assert answer.json().keys() == {"message", "details", "status", "data"}
    assert answer.json()["message"] == said
    assert client.core.count_starts() == {}


def test_an_inactive_playbook_cannot_be_executed(client: Client) -> None:
    """The specification names 400 ``Can not execute playbook``."""
    client.core.flow("blinkops", "off", enabled=False)
    answer = client.blinkops("POST", "playbooks/off/execute")
    assert (answer.status, answer.json()["message"]) == (400, "Can not execute playbook")
    assert client.blinkops("GET", "playbooks/off").json()["active"] is False


def test_keys_and_roles(client: Client) -> None:
    """No good key is 401; a workspace without a role, and running as a Viewer, are 403."""
    base = f"/api/v1/workspace/{BLINKOPS_WORKSPACE}"
    execution_id = start(client)
    viewer = {"BLINK-API-KEY": BLINKOPS_VIEWER_KEY}
    for method, path, as_viewer in (
        ("POST", "/" + EXECUTE, 403),
        ("POST", f"/executions/{execution_id}/cancel", 403),
        ("GET", f"/executions/{execution_id}", 200),
        ("GET", f"/executions/{execution_id}/steps", 200),
        ("GET", "/executions", 200),
        ("GET", "/playbooks/contain-host", 200),
    ):
        assert client.send(method, base + path).status == 401
        assert client.send(method, base + path, headers={"BLINK-API-KEY": "x"}).status == 401
        assert client.send(method, base + path, headers=viewer).status == as_viewer
        assert client.send(method, "/api/v1/workspace/other" + path, headers=viewer).status == 403


def test_the_workspace_can_be_asked_for(client: Client) -> None:
    """The cheapest harmless call of the API."""
    key = {"BLINK-API-KEY": BLINKOPS_VIEWER_KEY}
    answer = client.send("GET", f"/api/v1/workspaces/{BLINKOPS_WORKSPACE}", headers=key)
    assert (answer.status, answer.json()["id"]) == (200, BLINKOPS_WORKSPACE)
