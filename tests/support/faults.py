"""Errors caught, and searched for what nobody may read."""

from __future__ import annotations

import traceback

import pytest

from airflow_provider_flows.emulator import EmulatorConfig
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.messages import Request
from airflow_provider_flows.transports.options import TransportOptions
from tests.support.colours import Sync
from tests.support.ways import Way

_CONFIG = EmulatorConfig()
SECRETS = (
    _CONFIG.client_secret,
    _CONFIG.scade_key,
    _CONFIG.blinkops_key,
    _CONFIG.wisebot_key,
    _CONFIG.wisebot_webhook_secret,
    _CONFIG.vishwa_key,
    "planted-secret",
)


def secrets_in(text: str) -> list[str]:
    """Return the secrets that a text shows."""
    return [secret for secret in SECRETS if secret in text]


def request_fault(colour: Sync, request: Request, options: TransportOptions | None = None) -> FlowError:
    """Return the error that a single request ends with."""
    with pytest.raises(FlowError) as caught:
        colour.ask(options or TransportOptions(connect_timeout=0.3), request)
    return caught.value


def start_fault(colour: Sync, way: Way, conn_id: str | None = None, flow_id: str = "quick") -> FlowError:
    """Return the error that a start ends with; neither it nor what lies beneath it shows a secret."""
    with pytest.raises(FlowError) as caught:
        colour.call(way.hook(conn_id), "start_run", flow_id, {"a": 1}, **way.arguments())
    assert secrets_in("".join(traceback.format_exception(caught.value))) == []
    return caught.value
