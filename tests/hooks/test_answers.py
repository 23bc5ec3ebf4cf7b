"""Answers that say no: one error each, that says whose fault it is and what to do."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator
from airflow_provider_flows.protocol.errors import (
    CredentialsError,
    NotFoundError,
    RedirectError,
)
from tests.support.colours import Async, Sync
from tests.support.faults import start_fault
from tests.support.servers import WireServer, answering
from tests.support.ways import WAYS, Way

Put = Callable[..., str]
ODD_IDS = ("a/b/../c", "with spaces", "ünï€😀", "100%2F%", "?a=b&c", "#x", "a+b", "~tilde", "a;b=c,d", "...")
LONGER_THAN_TOLD = {"scade-default", "blinkops-sync"}  # their specs wait longer than the connection says
CONFIG = EmulatorConfig()


@pytest.mark.usefixtures("connections")
def test_a_flow_id_arrives_as_it_is(emulator: FlowEmulator, way: Way) -> None:
    """A flow id is percent-encoded as one part of the address; both clients send that exact path."""
    for flow_id in ODD_IDS:
        way.add_flow(emulator, flow_id)
        for colour in (Sync(), Async()):
            run = colour.call(way.hook(), "start_run", flow_id, {}, **way.arguments())
            assert run.handle.flow_id == flow_id
        one, other = [request for request in emulator.requests if request.operation == "start"][-2:]
        assert one.flow_id == other.flow_id == flow_id
        assert one.raw_path == other.raw_path
        part = ("workflowId=" if way.variant == "webhook" else "/") + quote(flow_id, safe="")
        assert part in one.raw_path


@pytest.mark.usefixtures("connections")
@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_name_the_connection(
    colour: Sync, emulator: FlowEmulator, way: Way, status: int
) -> None:
    """A 401 or 403 says whose credentials were refused; nothing is sent again but with a new token."""
    way.add_flow(emulator)
    emulator.fault("status", operation="start", status=status, times=5)
    error = start_fault(colour, way)
    assert type(error) is CredentialsError
    assert f"connection '{way.conn_id}'" in str(error)
    starts = [request for request in emulator.requests if request.operation == "start"]
    assert len(starts) == (2 if way.platform == "unitelabs" and status == 401 else 1)


def test_wrong_credentials_are_refused(
    colour: Sync, emulator: FlowEmulator, put_connection: Put, way: Way
) -> None:
    """A wrong password or secret of the connection is an error that names its field, not its value."""
    way.add_flow(emulator)
    wrong = (
        {"webhook_secret": "planted-secret"} if way.variant == "webhook" else {"password": "planted-secret"}
    )
    conn_id = put_connection("wrong", emulator.url, platform=way.platform, **wrong)
    error = start_fault(colour, way, conn_id)
    assert type(error) is CredentialsError
    assert "connection 'wrong'" in str(error)
    assert next(iter(wrong)) in str(error)


def test_wisebot_names_the_other_credential_and_the_lists(
    colour: Sync, emulator: FlowEmulator, put_connection: Put
) -> None:
    """Wisebot's texts name the wrong one of two credentials, the webhook that is off, and the IP lists."""
    plain, webhook = (way for way in WAYS if way.platform == "wisebot")
    conn_id = put_connection(
        "crossed",
        emulator.url,
        platform="wisebot",
        password=CONFIG.wisebot_webhook_secret,
        webhook_secret=CONFIG.wisebot_key,
    )
    plain.add_flow(emulator, ip_allowed=False, webhook_enabled=True)
    emulator.flow("wisebot", "off", webhook_enabled=False)
    assert "only with variant=" in str(start_fault(colour, plain, conn_id))
    assert "only without variant=" in str(start_fault(colour, webhook, conn_id))
    right = put_connection("right", emulator.url, platform="wisebot")
    assert "IP allow or block list" in str(start_fault(colour, plain, right))
    assert "webhook is not enabled" in str(start_fault(colour, webhook, right, "off"))


@pytest.mark.usefixtures("connections", "emulator")
def test_an_unknown_flow_is_named(colour: Sync, way: Way) -> None:
    """A 404 for the flow names it and the connection."""
    error = start_fault(colour, way, flow_id="no-such-flow")
    assert type(error) is NotFoundError
    assert "flow 'no-such-flow'" in str(error)
    assert way.conn_id in str(error)


@pytest.mark.usefixtures("connections")
def test_a_redirect_is_never_followed(
    colour: Sync, emulator: FlowEmulator, serve: Callable[..., WireServer], way: Way
) -> None:
    """Nobody goes where a redirect points; the error names the address to put into the connection."""
    way.add_flow(emulator)
    target = serve(answering())
    emulator.fault("redirect", operation="start", location="")
    path = _start_path(colour, emulator, way)
    emulator.fault("redirect", operation="start", location=f"{target.url}{path}")
    error = start_fault(colour, way)
    assert type(error) is RedirectError
    assert f"{target.url} is the platform's true address, put that into connection" in str(error)
    assert f"'{way.conn_id}'" in str(error)
    assert target.connections == 0


def _start_path(colour: Sync, emulator: FlowEmulator, way: Way) -> str:
    assert type(start_fault(colour, way)) is RedirectError
    return emulator.requests[-1].raw_path


@pytest.mark.usefixtures("connections")
def test_a_token_is_not_fetched_elsewhere(
    colour: Sync, emulator: FlowEmulator, serve: Callable[..., WireServer]
) -> None:
    """A redirect of the token request is not followed either."""
    target = serve(answering({"access_token": "planted-secret"}))
    emulator.fault("redirect", operation="token", location=f"{target.url}/token")
    assert type(start_fault(colour, WAYS[0])) is RedirectError
    assert target.connections == 0


def test_wisebots_credentials_never_cross(colour: Sync, emulator: FlowEmulator, put_connection: Put) -> None:
    """The dashboard sees only the key, the webhook only its secret, in either header, also for a no."""
    plain, webhook = (way for way in WAYS if way.platform == "wisebot")
    plain.add_flow(emulator)
    for header in ("Authorization", "X-Workflow-Secret"):
        conn_id = put_connection("both", emulator.url, platform="wisebot", webhook_header=header)
        for way in (plain, webhook):
            colour.call(way.hook(conn_id), "start_run", "quick", {}, variant=way.variant)
            start_fault(colour, way, conn_id, "no-such-flow")
    assert emulator.core.credentials("wisebot/dashboard") == {CONFIG.wisebot_key}
    assert emulator.core.credentials("wisebot/webhook") == {CONFIG.wisebot_webhook_secret}
    headers = {
        name
        for request in emulator.requests
        if request.endpoint == "wisebot/webhook"
        for name in map(str.lower, request.headers)
        if name in {"authorization", "x-workflow-secret"}
    }
    assert headers == {"authorization", "x-workflow-secret"}
