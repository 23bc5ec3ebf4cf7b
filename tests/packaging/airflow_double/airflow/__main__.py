"""`python -m airflow <command>`: the API server answers, the other parts only stay alive."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

SCENARIO: dict[str, Any] = json.loads(Path(os.environ["SCENARIO"]).read_text())
DAG_FILE = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]) / "example.py"
DAG = {"dag_id": "example", "fileloc": str(DAG_FILE)}
STATES = iter(SCENARIO["states"])
RUNS: list[dict[str, Any]] = []


class Answers(BaseHTTPRequestHandler):
    """Answers like Airflow's API server."""

    def do_GET(self) -> None:
        """Answer a question."""
        path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        if path.startswith("/api/") and self.headers["Authorization"] != "Bearer a-token":
            self._say(401, {"detail": "Not authenticated"})
            return
        answers: dict[str, Callable[[], object]] = {
            "/auth/token": lambda: {"access_token": "a-token"},
            "/api/v2/monitor/health": lambda: {part: {"status": "healthy"} for part in SCENARIO["healthy"]},
            "/api/v2/importErrors": lambda: {"import_errors": SCENARIO["import_errors"]},
            "/api/v2/dags": lambda: {"dags": [] if SCENARIO["no_dags"] else [DAG]},
            "/api/v2/dags/~/dagRuns": lambda: {"dag_runs": list(_dag_runs())},
            "/api/v2/dags/~/dagRuns/~/taskInstances": lambda: {
                "task_instances": _page(_task_instances(), query)
            },
        }
        answer = answers.get(path, lambda: {"content": SCENARIO["log"]})
        self._say(200, answer())

    def do_POST(self) -> None:
        """Start the DAG run, and with it a flow run for each of the scenario's starts."""
        if SCENARIO["refuses"]:
            self._say(409, {"detail": "no"})
            return
        for _ in range(SCENARIO["starts"]):
            url, key = SCENARIO["emulator"], SCENARIO["key"]
            inputs = {"inputs": {"ticketId": "1", "message": "hello"}}
            headers = {"Authorization": f"Bearer {key}"}
            answer = requests.post(
                f"{url}/api/v1/flow/triage-ticket", json=inputs, headers=headers, timeout=10
            )
            answer.raise_for_status()
        RUNS.append({"dag_id": "example", "dag_run_id": "manual", "state": "queued", "duration": None})
        self._say(200, RUNS[-1])

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def _say(self, status: int, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _dag_runs() -> Iterator[dict[str, Any]]:
    for run in RUNS:
        run["state"] = next(STATES, run["state"])
        run["duration"] = 1.5 if run["state"] in ("success", "failed") else None
        yield run


def _task_instances() -> Iterator[dict[str, Any]]:
    for run in RUNS:
        for map_index in range(SCENARIO["mapped"]) or [-1]:
            yield {
                "dag_id": run["dag_id"],
                "dag_run_id": run["dag_run_id"],
                "task_id": "triage",
                "map_index": map_index,
                "operator_name": SCENARIO["operator"],
                "state": "deferred" if run["state"] == "running" else run["state"],
                "try_number": 1,
                "rendered_fields": {"flow_conn_id": "wisebot_default"},
            }


def _page(rows: Iterator[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
    start = int(query["offset"])
    return list(rows)[start : start + min(int(query["limit"]), 100)]


if __name__ == "__main__":
    if sys.argv[1] == SCENARIO["dies"]:
        sys.exit("out of luck")
    if sys.argv[1] == "api-server":
        address = os.environ["AIRFLOW__API__HOST"], int(os.environ["AIRFLOW__API__PORT"])
        ThreadingHTTPServer(address, Answers).serve_forever()
    time.sleep(600)
