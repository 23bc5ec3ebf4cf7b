"""Faulty connections: each field is named, and nothing is sent."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowException, Connection

from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.hooks.vishwa import VishwaHook
from airflow_provider_flows.hooks.wisebot import WisebotHook
from airflow_provider_flows.protocol.errors import ConnectionFieldError, UsageError
from tests.support.colours import Sync
from tests.support.ways import ONCE, WAYS, Way

Put = Callable[..., str]
CONFIG = EmulatorConfig()
VISHWA = next(way for way in WAYS if way.platform == "vishwa")


def start(colour: Sync, conn_id: str) -> None:
    """Start the quick flow of vishwa.ai."""
    colour.call(FlowHook(conn_id, retry=ONCE), "start_run", "quick", {"a": 1})


@pytest.mark.usefixtures("connections")
def test_a_hook_needs_its_own_type(colour: Sync, emulator: FlowEmulator) -> None:
    """A typed hook refuses another platform's connection; the common one takes any."""
    VISHWA.add_flow(emulator)
    with pytest.raises(
        ConnectionFieldError, match=r"has the type 'vishwa', but the type 'wisebot' is needed here"
    ):
        colour.call(WisebotHook("vishwa_default"), "start_run", "quick")
    assert emulator.requests == []
    start(colour, "vishwa_default")


def test_a_type_that_is_none_of_ours_is_named(colour: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection of some other type is an error that lists ours."""
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", json.dumps({"conn_type": "http", "host": "h.invalid"}))
    with pytest.raises(UsageError, match="wisebot"):
        colour.call(FlowHook("other"), "start_run", "quick")
    done, text = FlowHook("other").test_connection()
    assert not done
    assert "http" in text


def test_a_connection_that_is_missing_is_airflows_error(colour: Sync) -> None:
    """An unknown connection id is Airflow's own error, which names it."""
    with pytest.raises(AirflowException, match="no_such_connection"):
        colour.call(FlowHook("no_such_connection"), "start_run", "quick")


@pytest.mark.parametrize(
    ("way", "changes", "problem"),
    [
        (WAYS[0], {"login": None, "tenant": None}, "login .*tenant"),
        (WAYS[1], {"password": None}, "password"),
        (WAYS[2], {"password": "planted secret\n"}, "password"),
        (WAYS[4], {"host": None, "webhook_secret": None}, "host"),
        (WAYS[5], {"webhook_secret": None, "webhook_origin": None}, "webhook_origin .*webhook_secret"),
        (WAYS[5], {"webhook_origin": "https://h.invalid/path"}, "webhook_origin"),
        (WAYS[5], {"webhook_header": "X-Other"}, "webhook_header"),
        (WAYS[6], {"read_timeout": "soon", "connect_timeout": -1}, "read_timeout.*connect_timeout"),
        (WAYS[6], {"host": "ftp://h.invalid"}, "host"),
        (WAYS[6], {"host": "https://me:planted@h.invalid"}, "credentials"),
        (WAYS[6], {"schema": "ftp"}, "schema"),
        (WAYS[6], {"proxy": "planted"}, "proxy"),
        (WAYS[6], {"proxies": {"https": "http://me:planted@p:1"}}, "proxy"),
        (WAYS[0], {"status_path": "/x", "state_field": "a ||"}, "state_field"),
        (WAYS[6], {"verify": "/nowhere/ca.pem"}, "verify"),
        (WAYS[6], {"cert": "/nowhere/client.pem"}, "cert"),
        (WAYS[6], {"cert": ["/nowhere/client.pem"]}, "cert"),
    ],
    ids=str,
)
def test_a_faulty_field_is_named_and_nothing_sent(
    colour: Sync,
    emulator: FlowEmulator,
    *,
    put_connection: Put,
    way: Way,
    changes: dict[str, Any],
    problem: str,
) -> None:
    """Every missing or malformed field is named with its connection, without a secret's value."""
    conn_id = put_connection("faulty", emulator.url, platform=way.platform, **changes)
    with pytest.raises(ConnectionFieldError, match=f"(?s)connection 'faulty'.*{problem}") as caught:
        colour.call(way.hook(conn_id), "start_run", "quick", {"a": 1}, **way.arguments())
    assert "planted" not in "".join(traceback.format_exception(caught.value))
    assert emulator.requests == []
    if way.variant is None:
        done, text = way.hook(conn_id).test_connection()
        assert (done, "connection 'faulty'" in text) == (False, True)


@pytest.mark.parametrize("extra", ["{not json", "[1, 2]", '"text"'])
def test_an_extra_that_is_no_object_is_named(colour: Sync, extra: str) -> None:
    """An extra that is not a JSON object is the connection's fault, wherever Airflow lets one through."""

    class OddHook(FlowHook):
        @classmethod
        def get_connection(cls, conn_id: str) -> Connection:
            return Connection(conn_id=conn_id, conn_type="vishwa", extra=extra)

        @classmethod
        async def aget_connection(cls, conn_id: str) -> Connection:
            return cls.get_connection(conn_id)

    with pytest.raises(ConnectionFieldError, match="connection 'odd': its extra is not a JSON object"):
        colour.call(OddHook("odd"), "start_run", "quick")


def test_an_unknown_extra_is_ignored_and_named_once(
    colour: Sync, emulator: FlowEmulator, put_connection: Put, caplog: pytest.LogCaptureFixture
) -> None:
    """An extra that no field has is no header and no error; the log says which was probably meant."""
    extras = {"read_timeuot": 3, "X-Forwarded-For": "planted", "Authorization": "Bearer planted"}
    conn_id = put_connection("typo", emulator.url, platform="vishwa", **extras)
    VISHWA.add_flow(emulator)
    caplog.set_level(logging.WARNING)
    hook = VishwaHook(conn_id)
    run = colour.call(hook, "start_run", "quick", {"a": 1})
    told = [each.getMessage() for each in caplog.records if "typo" in each.getMessage()]
    assert len(told) == 3
    assert any("'read_timeuot' is unknown; did you mean 'read_timeout'?" in text for text in told)
    if colour.name == "urllib3":
        hook.get_run(run.handle)
        assert len([each for each in caplog.records if "typo" in each.getMessage()]) == 3
    assert "planted" not in str([request.headers for request in emulator.requests]) + caplog.text
