from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.emulator.config import BLINKOPS_KEY, BLINKOPS_WORKSPACE


class Receiver(HTTPServer):
    """Remembers what a callback sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Remembering)
        self.seen: list[tuple[str, str, str | None, str | None, bytes]] = []


class Remembering(BaseHTTPRequestHandler):
    server: Receiver

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        seen = (self.command, self.path, self.headers["X-Key"], self.headers["Cookie"], body)
        self.server.seen.append(seen)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Receive callbacks during a test."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def execute(emulator: FlowEmulator, callback: dict[str, Any]) -> str:
    """Start a BlinkOps run with a callback and return its id."""
    emulator.flow("blinkops", "contain-host", duration=0.05)
    url = f"{emulator.url}/api/v1/workspace/{BLINKOPS_WORKSPACE}/playbooks/contain-host/execute"
    body = {"input_values": {"host": "h"}, "callback": callback}
    answer = requests.post(url, json=body, headers={"BLINK-API-KEY": BLINKOPS_KEY}, timeout=30)
    execution_id: str = answer.json()["execution_id"]
    return execution_id


def test_a_callback_is_sent_when_the_run_ends(
    emulator: FlowEmulator, receiver: Receiver, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    """Method, address, headers, cookies and body are the caller's."""
    callback = {
        "url": f"http://127.0.0.1:{receiver.server_port}/done?x=%2F",
        "method": "PUT",
        "headers": {"X-Key": "k"},
        "cookies": {"c": "d"},
        "body": {"a": 1},
        "excludeDefaultMetadata": True,
    }
    execute(emulator, callback)
    eventually(lambda: bool(receiver.seen))
    assert receiver.seen == [("PUT", "/done?x=%2F", "k", "c=d", b'{"a": 1}')]


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        ({"url": "https://example.org/?key=SECRET"}, "its host is not this machine"),
        ({"url": "http://127.0.0.1:1/?key=SECRET"}, "failed: ClientConnectorError"),
        ({"url": "http://127.0.0.1:1/", "method": "<string>"}, "failed: ValueError"),
    ],
)
def test_a_callback_that_cannot_be_sent_is_logged(
    emulator: FlowEmulator,
    caplog: pytest.LogCaptureFixture,
    callback: dict[str, Any],
    said: str,
    eventually: Callable[[Callable[[], bool]], None],
) -> None:
    """The log names the run and no secret, and the server lives on."""
    execution_id = execute(emulator, callback)
    eventually(lambda: said in caplog.text)
    assert f"the callback of run {execution_id}" in caplog.text
    assert "SECRET" not in caplog.text
    assert requests.get(f"{emulator.url}/_emulator/health", timeout=30).ok
