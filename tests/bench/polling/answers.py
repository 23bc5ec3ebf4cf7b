"""What the server answers, always: "it is running", in each platform's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TENANT = "bench"
WORKSPACE = "w1"
TOKEN_PATH = f"/realms/{TENANT}/protocol/openid-connect/token"
TOKEN_SECONDS = 60  # for how long a token is good, as the server says
_INSTANT = "2026-11-22T10:00:00Z"
# by the beginning of the path
ANSWERS: dict[str, Any] = {
    "/api/v1/task/": {"id": "0f3c9e52", "status": 2, "result": None, "created_at": _INSTANT},
    f"/api/v1/workspace/{WORKSPACE}/executions/": {
        "id": "0f3c9e52",
        "playbook_id": "p1",
        "state": "In progress",
        "created_at": _INSTANT,
    },
    f"/{TENANT}/v1/workflows/": {"id": "0f3c9e52", "state_type": "RUNNING", "created_at": _INSTANT},
    # https://docs.databricks.com/api/workspace/jobs/getrun
    "/api/2": {
        "run_id": 1,
        "run_page_url": "https://127.0.0.1/run/1",
        "state": {"life_cycle_state": "RUNNING", "state_message": "In run"},
    },
    # https://fivetran.com/docs/rest-api/api-reference/connections/connection-details
    "/v1/connectors/": {
        "code": "Success",
        "data": {
            "id": "c1",
            "service": "s",
            "schema": "s",
            "succeeded_at": "2026-11-22T09:00:00Z",
            "failed_at": "2026-11-21T09:00:00Z",
            "schedule_type": "auto",
            "status": {"sync_state": "syncing"},
        },
    },
    # https://docs.getdbt.com/dbt-cloud/api-v2, Retrieve Run: 3 is running
    "/api/v2/accounts/": {"status": {"code": 200}, "data": {"id": 1, "status": 3, "created_at": _INSTANT}},
    # https://reference.airbyte.com/reference/getjob
    "/jobs/": {
        "jobId": 1,
        "status": "running",
        "jobType": "sync",
        "startTime": _INSTANT,
        "connectionId": "c1",
    },
}
_TOKEN = {"access_token": "t" * 600, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}


def locations(token_log: Path) -> str:
    """Return all answers as nginx's `location` blocks."""
    blocks = [_block(path, 200, answer) for path, answer in ANSWERS.items()]
    # `HttpSensorTrigger` waits for as long as it gets this
    blocks.append(_block("/not-yet", 404, {"detail": "not yet"}))
    blocks.append(_block(TOKEN_PATH, 200, _TOKEN, f"access_log {token_log};"))
    return "\n".join(blocks)


def _block(path: str, status: int, answer: Any, more: str = "") -> str:
    return f"    location {path} {{ {more} return {status} '{json.dumps(answer)}'; }}"
