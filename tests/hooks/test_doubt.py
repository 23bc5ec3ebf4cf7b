"""Starts that may have taken effect, and those that surely did not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    FlowError,
    NotSentError,
    OversizedError,
    ResponseLostError,
    UnavailableError,
)
from airflow_provider_flows.protocol.retry import RetryPolicy
from tests.support.colours import Sync
from tests.support.faults import start_fault
from tests.support.servers import WireServer, answering
from tests.support.ways import HOOKS, WAYS, Way

Put = Callable[..., str]
ODD_IDS = ("a/b/../c", "with spaces", "ünï€😀", "100%2F%", "?a=b&c", "#x", "a+b", "~tilde", "a;b=c,d", "...")
LONGER_THAN_TOLD = {"scade-default", "blinkops-sync"}  # their specs wait longer than the connection says
CONFIG = EmulatorConfig()


@pytest.mark.parametrize(
    ("kind", "details", "expected"),
    [
        ("not_json", {}, AnswerError),
        ("cut", {}, ResponseLostError),
        ("lost", {}, ResponseLostError),
        ("hang", {}, ResponseLostError),
        ("slow", {"seconds": 0.6}, ResponseLostError),
        ("huge", {"bytes": 100_000}, OversizedError),
        ("huge", {"bytes": 100_000, "chunked": True}, OversizedError),
        ("status", {"status": 500, "after": True}, UnavailableError),
        ("status", {"status": 503}, UnavailableError),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_start_in_doubt_is_sent_once(
    colour: Sync,
    emulator: FlowEmulator,
    *,
    put_connection: Put,
    kind: str,
    details: dict[str, Any],
    expected: type[FlowError],
) -> None:
    """A start that may have taken effect is never sent again, however patient the hook; the error says so."""
    short: dict[str, Any] = {"read_timeout": 0.3, "webhook_read_timeout": 0.3, "max_response_bytes": 50_000}
    takes_time = kind in {"hang", "slow"}
    ways = [way for way in WAYS if not (takes_time and str(way) in LONGER_THAN_TOLD)]
    for way in ways:
        flow_id = way.add_flow(emulator)
        emulator.fault(kind, platform=way.platform, operation="start", **details)
        conn_id = put_connection("short", emulator.url, platform=way.platform, **short)
        hook = HOOKS[way.platform](conn_id, retry=RetryPolicy(attempts=5, first_delay=0.0))
        with pytest.raises(FlowError) as caught:
            colour.call(hook, "start_run", flow_id, {}, **way.arguments())
        assert type(caught.value) is expected
        assert expected is UnavailableError or "may have been started" in str(caught.value)
    assert len([request for request in emulator.requests if request.operation == "start"]) == len(ways)


@pytest.mark.usefixtures("connections")
def test_an_answer_without_a_run_id_tells_its_keys(colour: Sync, emulator: FlowEmulator) -> None:
    """A yes that names no run lists the keys that were there, and says that the run may go on."""
    for way in WAYS:
        if way.ends_at_once:
            continue
        way.add_flow(emulator)
        emulator.fault("no_run_id", operation="start", platform=way.platform)
        error = start_fault(colour, way)
        assert type(error) is AnswerError
        assert "may have been started" in str(error)
        assert "the keys " in str(error)


@pytest.mark.usefixtures("connections")
def test_a_platform_that_is_busy_is_asked_again(colour: Sync, emulator: FlowEmulator, way: Way) -> None:
    """A 429, which surely started nothing, is repeated after the time that it names."""
    flow_id = way.add_flow(emulator)
    emulator.fault("rate_limit", operation="start", retry_after=0)
    hook = HOOKS[way.platform](way.conn_id, retry=RetryPolicy(attempts=2, first_delay=0.0))
    colour.call(hook, "start_run", flow_id, {}, **way.arguments())
    assert emulator.core.count_starts() == {(way.platform, flow_id): 1}


def test_a_host_that_refuses_is_named(colour: Sync, put_connection: Put, way: Way) -> None:
    """A host that is not there is an error that names the request and says that nothing arrived."""
    with WireServer(answering()) as gone:
        url = gone.url
    error = start_fault(colour, way, put_connection("gone", url, platform=way.platform))
    assert type(error) is NotSentError
    assert f"{url}/" in str(error)
    assert "Nothing arrived there" in str(error)


def test_a_proxys_credentials_never_show(colour: Sync, put_connection: Put, way: Way) -> None:
    """A proxy that is not there, or refuses, is an error without the credentials of the field `proxy`."""
    with WireServer(answering()) as gone:
        port = gone.port
    with WireServer(answering(status=407)) as refusing:
        for at in (port, refusing.port):
            proxy = f"http://user:planted-secret@127.0.0.1:{at}"
            conn_id = put_connection("proxied", "https://nowhere.invalid", platform=way.platform, proxy=proxy)
            assert type(start_fault(colour, way, conn_id)) is NotSentError
