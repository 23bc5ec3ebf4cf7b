"""Where a connection is looked for, and in which order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.lookup import connection_for
from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.platforms import specs
from tests.cli.conftest import Done

Command = Callable[..., Done]
SECRET = "planted-secret"
WEBHOOK = specs.load("wisebot").variant("webhook")
VENDOR = {"WISEBOT_WORKFLOW_TRIGGER_ORIGIN": "https://vendor.example", "WISEBOT_WORKFLOW_SECRET": SECRET}


def put(monkeypatch: pytest.MonkeyPatch, conn_id: str, **members: object) -> None:
    """Put a connection into the environment."""
    text = json.dumps({"conn_type": "wisebot", "password": SECRET, **members})
    monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", text)


def test_the_named_connection_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor's variables and the default don't count where one is named."""
    for name, value in VENDOR.items():
        monkeypatch.setenv(name, value)
    put(monkeypatch, "wisebot_default", host="https://default.example")
    put(monkeypatch, "Mine", host="https://mine.example")
    found = connection_for(WEBHOOK, "Mine")
    assert (found.raw.conn_id, found.raw.host, found.origin) == (
        "Mine",
        "https://mine.example",
        "AIRFLOW_CONN_MINE",
    )


def test_the_default_comes_before_the_vendors_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's way to keep a connection is the plainer wish."""
    for name, value in VENDOR.items():
        monkeypatch.setenv(name, value)
    made = connection_for(WEBHOOK, None)
    assert made.raw.extra["webhook_origin"] == "https://vendor.example"
    assert made.origin == "WISEBOT_WORKFLOW_TRIGGER_ORIGIN and WISEBOT_WORKFLOW_SECRET"
    put(monkeypatch, "wisebot_default", host="https://default.example")
    assert connection_for(WEBHOOK, None).raw.host == "https://default.example"


def test_another_type_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text names the connection and both types, and no secret."""
    put(monkeypatch, "wisebot_default", conn_type="http")
    with pytest.raises(CommandError) as caught:
        connection_for(WEBHOOK, None)
    assert "AIRFLOW_CONN_WISEBOT_DEFAULT has the type 'http', but 'wisebot' is needed here" in str(
        caught.value
    )
    assert SECRET not in str(caught.value)


def test_what_airflow_keeps_is_found_too(command: Command, emulator: FlowEmulator, tmp_path: Path) -> None:
    """A connection that only a secrets backend has is read through Airflow."""
    emulator.flow("wisebot", "echo", result={"got": "$inputs"})
    kept = tmp_path / "connections.json"
    kept.write_text(json.dumps({"kept": emulator.connections()["wisebot_default"]}), "utf-8")
    done = command(
        "run", "wisebot/echo", "--connection", "kept", "--with", "a=1",
        AIRFLOW__SECRETS__BACKEND="airflow.secrets.local_filesystem.LocalFilesystemBackend",
        AIRFLOW__SECRETS__BACKEND_KWARGS=json.dumps({"connections_file_path": str(kept)}),
        PYTHONWARNINGS="ignore",
    )  # fmt: skip
    assert (done.code, json.loads(done.out)) == (0, {"got": {"a": "1"}})
    assert "wisebot/echo by Airflow's connection 'kept'" in done.err


def test_no_connection_at_all_says_how_to_give_one(command: Command, tmp_path: Path) -> None:
    """Neither a traceback nor a log: one sentence with the ways that there are."""
    url = f"sqlite:///{tmp_path / 'own.db'}"  # another test may have put connections into Airflow's
    done = command(
        "run", "wisebot.webhook/f", PYTHONWARNINGS="ignore", AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=url
    )
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "airflow-flows run: neither the environment nor Airflow has a connection 'wisebot_default': put it "
        "into AIRFLOW_CONN_WISEBOT_DEFAULT, set WISEBOT_WORKFLOW_TRIGGER_ORIGIN and WISEBOT_WORKFLOW_SECRET, "
        "or name another with --connection\n"
    )


def test_an_airflow_that_fails_is_told_without_its_text(command: Command) -> None:
    """What Airflow says may hold a whole connection, so only its kind is shown."""
    done = command(
        "run", "vishwa/f", "--connection", "kept",
        AIRFLOW__SECRETS__BACKEND=f"no.such.{SECRET}",
        PYTHONWARNINGS="ignore",
    )  # fmt: skip
    assert (done.code, done.out) == (1, "")
    last = done.err.splitlines()[-1]
    assert last.startswith("airflow-flows run: Airflow could not be asked for connection 'kept' (")
    assert SECRET not in last
