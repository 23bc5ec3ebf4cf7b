"""`run` as a process: codes, signals, a terminal, and what is imported."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_flows.emulator import FlowEmulator
from tests.cli.conftest import COMMAND, Done

Command = Callable[..., Done]
Started = Callable[..., Any]


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Return what the process writes to its standard error until a text comes."""
    assert process.stderr is not None
    seen = ""
    while text not in seen:
        line = process.stderr.readline()
        assert line, f"{text!r} never came: {seen}"
        seen += line
    return seen


@pytest.fixture
def heard(emulator: FlowEmulator) -> Callable[[str], None]:
    """Return a function that waits until the emulator has heard a request of an operation."""

    def wait(operation: str) -> None:
        import time

        for _ in range(1000):
            if any(each.operation == operation for each in emulator.requests):
                return
            time.sleep(0.02)
        pytest.fail(f"no {operation} was heard")

    return wait


def test_the_result_is_all_of_the_output(command: Command, emulator: FlowEmulator) -> None:
    """Standard output can be piped into another program; all else goes to the standard error."""
    emulator.flow("wisebot", "echo", result={"got": "$inputs"})
    done = command("run", "wisebot/echo", "--emulator", emulator.url, "--with", "a=ä")
    assert (done.code, json.loads(done.out)) == (0, {"got": {"a": "ä"}})
    assert "started run " in done.err


def test_an_output_that_knows_only_ascii_gets_ascii(command: Command, emulator: FlowEmulator) -> None:
    """The result is the same JSON, spelled so that it can be written."""
    emulator.flow("wisebot", "echo", result={"got": "$inputs"})
    done = command(
        "run", "wisebot/echo", "--emulator", emulator.url, "--with", "a=ä", PYTHONIOENCODING="ascii"
    )
    assert (done.code, json.loads(done.out)) == (0, {"got": {"a": "ä"}})
    assert done.out.isascii()


@pytest.mark.parametrize(("fault", "code"), [({"kind": "lost"}, 2), ({"kind": "status", "status": 403}, 1)])
def test_the_code_tells_doubt_from_a_refusal(
    command: Command, emulator: FlowEmulator, fault: dict[str, Any], code: int
) -> None:
    """2 where a run may have begun, 1 where surely none did."""
    emulator.flow("vishwa", "f")
    emulator.fault(operation="start", **fault)
    done = command("run", "vishwa/f", "--emulator", emulator.url)
    assert (done.code, done.out) == (code, "")
    assert ("may have been started all the same" in done.err) == (code == 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("platform", "end"),
    [
        ("blinkops", ("cancelled", "is being cancelled")),
        ("vishwa", ("running", "goes on, since vishwa.ai documents no way to cancel it")),
    ],
)
def test_a_signal_while_waiting_cancels_where_the_platform_can(
    started: Started, emulator: FlowEmulator, number: signal.Signals, platform: str, end: tuple[str, str]
) -> None:
    """Ctrl-C, and what CI sends: the code is 130, the last line says what was done."""
    emulator.flow(platform, "long", outcome="never_ends")
    with started("run", f"{platform}/long", "--emulator", emulator.url) as process:
        read_until(process, " running (")
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    [run] = emulator.runs(platform)
    assert (process.returncode, out) == (130, "")
    assert err == f"airflow-flows run: interrupted; run {run.id} of flow long on {platform} {end[1]}\n"
    assert run.state == end[0]


def test_ctrl_c_while_the_start_hangs_is_doubt(
    started: Started, emulator: FlowEmulator, heard: Callable[[str], None]
) -> None:
    """The run did begin at the platform, and the person is told that it may have."""
    emulator.flow("vishwa", "long", outcome="never_ends")
    emulator.fault("hang", operation="start")
    with started("run", "vishwa/long", "--emulator", emulator.url) as process:
        heard("start")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert "interrupted before vishwa.ai had answered the start of flow long. The run may have been" in err
    assert len(emulator.runs("vishwa")) == 1


def test_ctrl_c_between_two_starts_says_that_nothing_began(started: Started, emulator: FlowEmulator) -> None:
    """A start that was turned away, and is not sent again yet, is no doubt."""
    emulator.flow("vishwa", "long")
    emulator.fault("rate_limit", operation="start", retry_after=60)
    with started("run", "vishwa/long", "--emulator", emulator.url) as process:
        read_until(process, "did not take the request; it is sent again in 6")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (
        130,
        "",
        "airflow-flows run: interrupted; nothing was started\n",
    )
    assert emulator.runs("vishwa") == []


def test_a_terminal_has_a_live_line(environment: dict[str, str], emulator: FlowEmulator) -> None:
    """It shows what is being done while nothing new is known, and is gone at the end."""
    emulator.flow("blinkops", "short", duration=2.5)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "run", "blinkops/short", "--emulator", emulator.url],
        env=environment | {"TERM": "xterm", "COLUMNS": "60"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # the way in which Linux tells that the other end is closed
            while data := os.read(ours, 4096):
                seen += data
        assert process.wait(30) == 0
    os.close(ours)
    text = seen.decode()
    assert re.search(r"\r\x1b\[2K +\d s  waiting for the start's answer", text)
    assert len(re.findall(r"\r\x1b\[2K +\d s  running \(In progress\)", text)) > 2
    assert text.endswith("\r\x1b[2K")


CODE = """
import sys
from airflow_provider_flows.cli.main import main
code = main(sys.argv[1:])
heavy = [name for name in ("airflow", "yaml", "jsonschema", "aiohttp", "requests") if name in sys.modules]
print(code, *heavy, file=sys.stderr)
"""


@pytest.mark.parametrize("way", ["emulator", "json", "uri", "vendor"])
def test_a_run_needs_no_airflow_where_the_connection_is_at_hand(
    environment: dict[str, str], emulator: FlowEmulator, way: str
) -> None:
    """The environment's connections and the emulator's own are read without importing Airflow."""
    emulator.flow("wisebot", "echo", result={"got": "$inputs"})
    config = emulator.core.config
    more: dict[str, str] = {}
    arguments = ["run", "wisebot.webhook/echo", "--with", "a=1"]
    if way == "emulator":
        arguments += ["--emulator", emulator.url]
    elif way == "json":
        more["AIRFLOW_CONN_MINE"] = json.dumps(emulator.connections()["wisebot_default"])
        arguments += ["--connection", "mine"]
    elif way == "uri":
        secret = f"webhook_origin={emulator.url}&webhook_secret={config.wisebot_webhook_secret}"
        more["AIRFLOW_CONN_WISEBOT_DEFAULT"] = f"wisebot://?{secret}"
    else:
        more["WISEBOT_WORKFLOW_TRIGGER_ORIGIN"] = emulator.url
        more["WISEBOT_WORKFLOW_SECRET"] = config.wisebot_webhook_secret
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        env=environment | more,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == {"got": {"a": "1"}}
    code, *heavy = done.stderr.splitlines()[-1].split()
    assert code == "0"
    assert "airflow" not in heavy
    assert "aiohttp" not in heavy
