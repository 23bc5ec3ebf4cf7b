"""`make drift-check`: the emulator changes what a flow takes, and commands name step, input and change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from airflow_provider_flows.demo.environment import free_port
from airflow_provider_flows.emulator.connections import airflow_connections

HERE = Path(__file__).parent
TICKET = {
    "type": "object",
    "properties": {"ticketId": {"type": "string"}, "message": {"type": "string"}},
    "required": ["ticketId", "message"],
}
NEW_PLATE = {
    "type": "object",
    "properties": {
        "plate_id": {"type": "string"},
        "samples": {"type": "integer"},
        "locale": {"type": "string"},
    },
    "required": ["plate_id", "samples", "locale"],
}


def main() -> None:
    """Do it all; the last line says that it went well."""
    with tempfile.TemporaryDirectory(prefix="drift-check-") as name, _emulator() as url:
        folder = Path(name)
        shutil.copy(HERE / "night.flow.yaml", folder)
        schemas = folder / "schemas" / "wisebot"
        schemas.mkdir(parents=True)
        (schemas / "triage-ticket.json").write_text(json.dumps(TICKET), "utf-8")
        commands = Commands(folder, url)
        commands.expect(["pull"], 0, "flows.lock.yaml: 3 flows")
        commands.expect(["lint"], 0, "0 errors")
        commands.expect(["check", "--drift"], 0, "0 errors")
        _change(url, "unitelabs", "plate-prep", NEW_PLATE)
        told = commands.expect(["check", "--drift"], 1, "night.flow.yaml:7:10: error[drift] step `prepare`")
        for change in (
            "`unitelabs/plate-prep`: the input `locale` is new and required",
            "`unitelabs/plate-prep`: the input `samples` was array and is integer",
        ):
            _assert(change in told, f"no {change!r} in\n{told}")
        _assert("triage" not in told and "tell" not in told, f"other steps are named:\n{told}")
        commands.expect(["lint"], 0, "0 errors")  # nothing is asked, and the file says what it said
        commands.expect(["pull"], 0, "~ unitelabs/plate-prep (unitelabs_default): locale is new and required")
        told = commands.expect(["lint"], 1, "2 errors")
        for error in (
            "night.flow.yaml:8:5: error[missing-input] `unitelabs/plate-prep` needs the input `locale`",
            "error[bad-input] `unitelabs/plate-prep`: the input `samples`: ['a', 'b'] is not of type",
        ):
            _assert(error in told, f"no {error!r} in\n{told}")
        commands.expect(["check", "--drift"], 1, "2 errors")
    print("drift-check: ok, check --drift and lint name the step, the input and the change")


class Commands:
    """Calls our commands in a folder, with connections to the emulator."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
            "AIRFLOW_HOME": str(folder / "home"),
            **{
                f"AIRFLOW_CONN_{conn_id.upper()}": json.dumps(fields)
                for conn_id, fields in airflow_connections(url).items()
            },
        }

    def expect(self, command: list[str], code: int, said: str) -> str:
        """Call a command, and give what it printed; end everything where it ends or speaks otherwise."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow_provider_flows.cli", *command],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        told = done.stdout + done.stderr
        _assert(
            done.returncode == code, f"{' '.join(command)} ended with {done.returncode}, not {code}:\n{told}"
        )
        _assert(said in told, f"{' '.join(command)} did not say {said!r}:\n{told}")
        print(f"drift-check: {' '.join(command)}: {said}", flush=True)
        return told


@contextmanager
def _emulator() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "airflow_provider_flows.emulator", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while not _is_there(url):
            _assert(time.monotonic() < until and process.poll() is None, "the emulator did not start")
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait()


def _is_there(url: str) -> bool:
    try:
        return requests.get(f"{url}/_emulator/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def _change(url: str, platform: str, flow_id: str, schema: dict[str, Any]) -> None:
    """Let a flow take something else from now on."""
    body = {"platform": platform, "flow_id": flow_id, "input_schema": schema}
    requests.post(f"{url}/_emulator/flows", json=body, timeout=30).raise_for_status()


def _assert(holds: bool, text: str) -> None:
    if not holds:
        sys.exit(f"drift-check: {text}")


if __name__ == "__main__":
    main()
