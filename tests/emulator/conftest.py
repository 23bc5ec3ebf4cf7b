"""A client that speaks to the emulator's core without a socket, and a clock that moves when told."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from airflow_provider_flows.emulator import (
    EmulatorConfig,
    EmulatorCore,
    FlowEmulator,
    WireAnswer,
    WireRequest,
)

START = 1_700_000_000.0


@dataclass
class Clock:
    """Shows the time it was told."""

    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass
class Client:
    """Sends requests to a core, with the right credentials unless told otherwise."""

    config: EmulatorConfig = field(default_factory=EmulatorConfig)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.core = EmulatorCore(self.config, self.clock)

    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        raw: bytes | None = None,
    ) -> WireAnswer:
        sent = dict(headers or {})
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json; charset=utf-8")
        return self.core.handle(WireRequest(method, path, sent, raw or b""))

    def token_answer(self, form: Mapping[str, str] | None = None, **headers: str) -> WireAnswer:
        config = self.config
        basic = base64.b64encode(f"{config.client_id}:{config.client_secret}".encode()).decode()
        form = {"grant_type": "client_credentials", "scope": "openid"} if form is None else form
        sent = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/realms/{config.tenant}/protocol/openid-connect/token"
        return self.send("POST", path, headers=sent | given, raw=urlencode(form).encode())

    def unitelabs(self, method: str, path: str, body: Any = None, **more: Any) -> WireAnswer:
        token = self.token_answer().json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return self.send(method, f"/{self.config.tenant}/v1/{path}", body, headers, **more)

    def scade(self, method: str, path: str, body: Any = None, **more: Any) -> WireAnswer:
        headers = {"Authorization": f"Basic {self.config.scade_key}"}
        return self.send(method, f"/api/v1/{path}", body, headers, **more)

    def blinkops(self, method: str, path: str, body: Any = None, **more: Any) -> WireAnswer:
        headers = {"BLINK-API-KEY": self.config.blinkops_key}
        base = f"/api/v1/workspace/{self.config.blinkops_workspace}"
        return self.send(method, f"{base}/{path}", body, headers, **more)

    def wisebot(self, method: str, path: str, body: Any = None, **more: Any) -> WireAnswer:
        headers = {"Authorization": f"Bearer {self.config.wisebot_key}"}
        return self.send(method, f"/api/v1/{path}", body, headers, **more)

    def webhook(self, flow_id: str, body: Any = None, **more: Any) -> WireAnswer:
        headers = {"Authorization": f"Bearer {self.config.wisebot_webhook_secret}"}
        return self.send("POST", f"/workflows/trigger?workflowId={flow_id}", body, headers, **more)

    def vishwa(self, method: str, path: str, body: Any = None, **more: Any) -> WireAnswer:
        headers = {"XP-API-Key": self.config.vishwa_key}
        return self.send(method, f"/v1/{path}", body, headers, **more)


@pytest.fixture
def client() -> Client:
    """Return a client of an emulator with the default configuration."""
    return Client()


@pytest.fixture
def client_with() -> Callable[..., Client]:
    """Return a function that makes a client of an emulator with knobs."""
    return lambda **knobs: Client(EmulatorConfig(**knobs))


@pytest.fixture
def emulator() -> Iterator[FlowEmulator]:
    """Serve the default emulator during a test."""
    with FlowEmulator() as running:
        yield running


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Return a function that waits until something another thread does is done."""

    def wait(condition: Callable[[], bool]) -> None:
        for _ in range(500):
            if condition():
                return
            threading.Event().wait(0.01)
        pytest.fail("it did not happen within 5 s")

    return wait
