"""The part of dbt Cloud's API that `DbtCloudRunJobOperator` uses, on top of emulated BlinkOps playbooks.

Paths and fields: https://docs.getdbt.com/dbt-cloud/api-v2 and the provider's own hook. BlinkOps stands behind
it because dbt Cloud can cancel, and of the emulated platforms only BlinkOps can. Job N is the playbook "N";
the cause of a run, the place where dbt Cloud keeps who asked for it, is the input `cell`.

The emulator's errors pass as they are: the provider looks at the status alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from airflow_provider_flows.emulator import EmulatorConfig
from tests.faults.standins_relay import Answer, Relay, send

DBT_TOKEN = "stand-in-dbt-cloud-token-0000"  # the peer's own: a leak of it is not one of ours
FIRST_RUN = 70_000_000

_STATUSES: Mapping[str, int] = {
    "Queued": 1,
    "In progress": 3,
    "Paused": 3,
    "Completed": 10,
    "Failed": 20,
    "Timeout": 20,
    "Skipped": 20,
    "Cancelled": 30,
}
_HUMANIZED = {1: "Queued", 3: "Running", 10: "Success", 20: "Error", 30: "Cancelled"}


class DbtCloud:
    """Answers for one account. A run's number stands for the execution's UUID: Airflow wants a number."""

    def __init__(self, relay: Relay, config: EmulatorConfig) -> None:
        self._relay = relay
        self._workspace = config.blinkops_workspace
        self._headers = {"blink-api-key": config.blinkops_key}
        self._executions: dict[int, str] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, with and without a slash at the end: the provider uses both."""
        account = "/api/v2/accounts/{account:[0-9]+}"
        found = (
            ("GET", "/api/v2/accounts", self._list_accounts),
            ("GET", account, self._get_account),
            ("GET", account + "/jobs/{job:[0-9]+}", self._get_job),
            ("POST", account + "/jobs/{job:[0-9]+}/run", self._trigger),
            ("GET", account + "/runs/{run:[0-9]+}", self._get_run),
            ("POST", account + "/runs/{run:[0-9]+}/cancel", self._cancel),
        )
        return [
            web.route(method, path + end, handler) for method, path, handler in found for end in ("", "/")
        ]

    async def _list_accounts(self, request: web.Request) -> web.StreamResponse:
        answer = await self._ask(request, "GET", f"/api/v1/workspaces/{self._workspace}")
        return await self._reply(request, answer, lambda told: [{"id": 1, "name": told["name"]}])

    async def _get_account(self, request: web.Request) -> web.StreamResponse:
        account = int(request.match_info["account"])
        answer = await self._ask(request, "GET", f"/api/v1/workspaces/{self._workspace}")
        return await self._reply(request, answer, lambda told: {"id": account, "name": told["name"]})

    async def _get_job(self, request: web.Request) -> web.StreamResponse:
        answer = await self._ask(request, "GET", self._path("playbooks", request.match_info["job"]))
        return await self._reply(request, answer, lambda told: {"id": int(told["id"]), "name": told["name"]})

    async def _trigger(self, request: web.Request) -> web.StreamResponse:
        cause = (await request.json())["cause"]
        path = self._path("playbooks", request.match_info["job"]) + "/execute"
        answer = await self._ask(request, "POST", path, {"input_values": {"cell": cause}})
        return await self._reply(request, answer, lambda told: self._started(request, told))

    async def _get_run(self, request: web.Request) -> web.StreamResponse:
        path = self._path("executions", self._execution(request))
        answer = await self._ask(request, "GET", path)
        return await self._reply(request, answer, lambda told: _run(request, _number(request), told))

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        path = self._path("executions", self._execution(request)) + "/cancel"
        answer = await self._ask(request, "POST", path)
        cancelled = {"state_ui": "Cancelled"}
        return await self._reply(request, answer, lambda _: _run(request, _number(request), cancelled))

    async def _ask(self, request: web.Request, method: str, path: str, body: Any = None) -> Answer:
        _, _, token = request.headers.get("Authorization", "").partition(" ")
        if token != DBT_TOKEN:
            raise web.HTTPUnauthorized(text=json.dumps({"status": _status(401), "data": None}))
        return await self._relay.ask(method, path, self._headers, body)

    async def _reply(self, request: web.Request, answer: Answer, translate: Any) -> web.StreamResponse:
        """Send a good answer in dbt Cloud's words; errors, halves and garbage as they came."""
        told = _json(answer)
        if answer.status != 200 or told is None:
            return await send(request, answer)
        body = json.dumps({"status": _status(200), "data": translate(told)}).encode()
        return await send(request, replace(answer, body=body, length=len(body)))

    def _started(self, request: web.Request, told: Mapping[str, Any]) -> dict[str, Any]:
        queued = {"state_ui": "Queued", "playbook_id": request.match_info["job"]}
        if "execution_id" not in told:
            return _run(request, None, queued)
        number = FIRST_RUN + len(self._executions)
        self._executions[number] = told["execution_id"]
        return _run(request, number, queued)

    def _execution(self, request: web.Request) -> str:
        execution = self._executions.get(_number(request))
        if execution is None:
            raise web.HTTPNotFound(text=json.dumps({"status": _status(404), "data": None}))
        return execution

    def _path(self, kind: str, name: str) -> str:
        return f"/api/v1/workspace/{self._workspace}/{kind}/{name}"


def _number(request: web.Request) -> int:
    return int(request.match_info["run"])


def _run(request: web.Request, number: int | None, told: Mapping[str, Any]) -> dict[str, Any]:
    """Build a run; without a number where the emulator told no id."""
    word = told["state_ui"]
    status = _STATUSES.get(word, word)
    account = int(request.match_info["account"])
    known = {} if number is None else {"id": number, "href": str(request.url.origin()) + f"/runs/{number}/"}
    job = {"job_id": int(told["playbook_id"])} if "playbook_id" in told else {}
    return {
        **known,
        **job,
        "account_id": account,
        "status": status,
        "status_humanized": _HUMANIZED.get(status, str(status)),
        "status_message": (told.get("error_details") or {}).get("message"),
        "is_complete": status in (10, 20, 30),
        "is_success": status == 10,
        "is_error": status == 20,
        "is_cancelled": status == 30,
    }


def _status(code: int) -> dict[str, Any]:
    said = "Success!" if code == 200 else "The request was refused."
    return {"code": code, "is_success": code == 200, "user_message": said, "developer_message": ""}


def _json(answer: Answer) -> Any:
    if not answer.is_whole:
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        return None
