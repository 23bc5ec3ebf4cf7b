from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client

CALLBACK = {
    "url": "http://127.0.0.1:9/done",
    "headers": {"X-Key": 1},
    "cookies": {"c": "d"},
    "body": {"a": 1},
}


def start(client: Client, callback: Any) -> str:
    """Start a run with a callback and return its id."""
    body = {"callback": callback, "input_values": {"host": "h"}}
    execution_id: str = client.blinkops("POST", "playbooks/contain-host/execute", body).json()["execution_id"]
    return execution_id


def test_a_callback_is_due_when_the_run_ends(client: Client) -> None:
    """It is handed out once, with the run's end in its body."""
    client.core.flow("blinkops", "contain-host", duration=5)
    assert client.core.next_callback_in() is None
    execution_id = start(client, CALLBACK)
    assert (client.core.next_callback_in(), client.core.due_callbacks()) == (5, [])
    client.wait(6)
    assert client.core.next_callback_in() == 0
    (callback,) = client.core.due_callbacks()
    assert (callback.method, callback.url, callback.headers) == ("POST", CALLBACK["url"], {"X-Key": "1"})
    assert callback.body == {
        "a": 1, "execution_id": execution_id, "playbook_id": "contain-host", "state": "Completed",
    }  # fmt: skip
    assert (client.core.due_callbacks(), client.core.next_callback_in()) == ([], None)


def test_a_cancelled_run_calls_back_too(client: Client) -> None:
    """The end of a run is an end however it came."""
    execution_id = start(client, CALLBACK)
    client.blinkops("POST", f"executions/{execution_id}/cancel")
    assert client.core.due_callbacks()[0].body["state"] == "Cancelled"


def test_the_metadata_can_be_left_out(client: Client) -> None:
    """``excludeDefaultMetadata`` leaves the caller's own body alone."""
    start(client, CALLBACK | {"excludeDefaultMetadata": True, "method": "PUT", "disableSSL": True})
    client.wait(10)
    (callback,) = client.core.due_callbacks()
    assert (callback.body, callback.method, callback.disable_ssl) == ({"a": 1}, "PUT", True)


def test_a_callback_without_address_is_none(client: Client) -> None:
    """Nothing can be sent nowhere."""
    start(client, {"method": "POST"})
    assert client.core.next_callback_in() is None


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://localhost:1/", True),
        ("http://127.8.8.8/x", True),
        ("https://[::1]/", True),
        ("http://10.0.0.1/", False),
        ("https://example.org/", False),
        ("nonsense", False),
    ],
)
def test_only_this_machine_is_ever_called(client: Client, url: str, own: bool) -> None:
    """An emulator must not become a way to reach others."""
    start(client, {"url": url})
    client.wait(10)
    assert client.core.due_callbacks()[0].is_loopback is own


def test_a_reset_forgets_callbacks(client: Client) -> None:
    """Nothing of an earlier test is sent into the next one."""
    start(client, CALLBACK)
    client.core.reset()
    assert client.core.next_callback_in() is None


def test_no_secret_of_a_callback_is_shown(client: Client) -> None:
    """Neither its text form nor the control API tells what a callback carries."""
    start(client, {"url": "http://127.0.0.1/?key=SECRET", "headers": {"X": "SECRET"}})
    client.wait(10)
    shown = [client.send("GET", f"/_emulator/{name}").body for name in ("requests", "runs")]
    assert b"contain-host" in shown[0]
    assert b"SECRET" not in b"".join(shown)
    assert "SECRET" not in repr((client.core.runs(), client.core.requests, client.core.due_callbacks()))
