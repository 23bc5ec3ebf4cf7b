"""Whose a request is: the cells by their task instances' tokens, and by their flows and runs."""

from __future__ import annotations

import base64
import binascii
import json
import re

from aiohttp import web  # noqa: TC002 - the parts of a thread that has it loaded

from tests.faults.holds import Passed

_RUN = re.compile(r"/task-instances/([0-9a-f-]{36})/run$")
_RUN_IDS = ("id", "execution_id", "run_id", "runId")


class TaskOwners:
    """Knows the cells of requests to Airflow's execution API: each carries its task instance's token."""

    def __init__(self) -> None:
        self._cells: dict[str, str] = {}

    def owner(self, request: web.Request) -> str | None:
        """Name the cell; a task instance's own is known once it has begun to run."""
        return self._cells.get(_subject(request.headers.get("Authorization", "")))

    def learn(self, passed: Passed, answer: bytes) -> None:
        """Take note of which DAG run, and so which cell, a task instance is of."""
        if (found := _RUN.search(passed.path)) and passed.status == 200:
            passed.cell = self._cells[found[1]] = json.loads(answer)["dag_run"]["run_id"]


class RunOwners:
    """Knows the cells of requests to the platforms: by the flow, later by the run."""

    def __init__(self) -> None:
        self._cells: dict[str, str] = {}

    def add(self, flow_id: str, cell: str) -> None:
        """Take note of whose a flow is."""
        self._cells[flow_id] = cell

    def owner(self, request: web.Request) -> str | None:
        """Name the cell."""
        named = [*request.path.split("/"), request.query.get("workflowId", "")]
        return next((self._cells[name] for name in named if name in self._cells), None)

    def learn(self, passed: Passed, answer: bytes) -> None:
        """Take note of the run that a start's answer names."""
        if passed.cell is None or passed.method != "POST":
            return
        try:
            fields = json.loads(answer)
        except ValueError:
            return
        for name in _RUN_IDS if isinstance(fields, dict) else ():
            if name in fields:
                self._cells[str(fields[name])] = passed.cell


def _subject(authorization: str) -> str:
    """Return the subject of a token, unverified: the API server is who trusts it."""
    try:
        claims = authorization.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])
    except (IndexError, KeyError, ValueError, binascii.Error):
        return ""
