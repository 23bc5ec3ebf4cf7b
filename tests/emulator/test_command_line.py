from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from airflow_provider_flows.emulator.__main__ import main

COMMAND = [sys.executable, "-W", "error", "-m", "airflow_provider_flows.emulator"]


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the emulator as a process and give its address; it must not outlive the test."""
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("emulator ready at http://127.0.0.1:")
            yield process, line.split()[-1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(number: signal.Signals) -> None:
    """It says where it listens, serves, and ends 0 without a word on stderr."""
    with started() as (process, url):
        assert requests.get(f"{url}/_emulator/health", timeout=30).json()["status"] == "ok"
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")


def test_options_and_file_reach_the_emulator(tmp_path: Path) -> None:
    """A flow from the file can be run, and requests are logged at debug."""
    file = tmp_path / "flows.yaml"
    file.write_text("vishwa_key: k\nflows: [{platform: vishwa, flow_id: mine}]", encoding="utf-8")
    options = ("--config", str(file), "--accept-any-flow", "--latency", "0.01", "--token-lifetime", "9")
    with started(*options, "--log-level", "debug") as (process, url):
        for flow in ("mine", "any"):
            address = f"{url}/v1/workflow/{flow}/start-run"
            assert requests.post(address, json={}, headers={"XP-API-Key": "k"}, timeout=30).ok
        process.terminate()
        assert "POST /v1/workflow/mine/start-run: 200 sent" in process.communicate(timeout=30)[1]


def test_a_taken_port_ends_with_a_plain_message() -> None:
    """The exit code is 1 and no traceback is shown."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"cannot listen on 127.0.0.1:{port}: ")
    assert "Traceback" not in done.stderr


def test_the_connections_are_lines_for_a_shell(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line exports one connection, quoted, with the address that was asked for."""
    assert main(["--print-connections", "--host", "emulator", "--port", "8100"]) == 0
    lines = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
    exported = dict(words[1].split("=", 1) for words in lines)
    assert len(exported) == 5
    assert {json.loads(value)["host"] for value in exported.values()} == {"http://emulator:8100"}
    assert json.loads(exported["AIRFLOW_CONN_SCADE_DEFAULT"])["conn_type"] == "scade"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--print-connections", "--port", "0"], "needs the port"),
        (["--latency", "-1"], "latency is -1.0"),
        (["--config", os.devnull + "/none"], "none"),
        (["--config", os.devnull], "the top level must be a mapping"),
    ],
)
def test_wrong_options_are_told(capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    """Exit code 2 and the reason, as for any wrong option."""
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
