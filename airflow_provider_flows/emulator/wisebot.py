"""Wisebot: https://www.wisebotai.com/docs/workflows/cli-and-sdk.

Invented: the status and body of failures and refusals, ids, the bodies of all GET answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.platform import Platform, bearer_token, check_fields, json_body
from airflow_provider_flows.emulator.routing import Call, Refused, Route
from airflow_provider_flows.emulator.runs import RunState
from airflow_provider_flows.emulator.wire import HANG, Json, WireAnswer, json_answer

MOST_LINES = 50  # https://www.wisebotai.com/docs/wisebot-cli: limit is 1 to 50, 15 by default
DEFAULT_LINES = 15


class Wisebot(Platform):
    """Emulates two APIs with one credential each: the dashboard's and the webhook's."""

    name = "wisebot"
    run_id_field = "runId"
    wrong_inputs_status = 400

    def routes(self) -> tuple[Route, ...]:
        """Return both ways to start a run, and the dashboard's harmless calls."""
        return (
            Route("POST", "/api/v1/flow/{flow}", "start", "dashboard", self._run_from_dashboard),
            Route("POST", "/workflows/trigger", "start", "webhook", self._run_from_webhook),
            Route("GET", "/api/v1/status", "test", "status", self._status),
            Route("GET", "/api/v1/agents", "list", "agents", self._agents),
            Route("GET", "/api/v1/activity", "list", "activity", self._activity),
            Route("GET", "/api/v1/api-keys", "list", "api-keys", self._api_keys),
        )

    def error_body(self, refused: Refused) -> Json:
        """Invented: the answer's own fields; the vendor's page names ``ok`` and ``error``."""
        return {"ok": False, "error": refused.message}

    def _run_from_dashboard(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        flow = self.find_flow(call)
        body = json_body(call, optional=True)
        check_fields(body, {"inputs": "object"})
        return self._run(call, flow, body.get("inputs", {}), body, waits=True)

    def _run_from_webhook(self, call: Call) -> WireAnswer:
        if not call.query.get("workflowId"):
            raise Refused(400, "the query must name the workflowId")
        flow = self.find_flow(replace(call, params={"flow": call.query["workflowId"]}))
        if not flow.webhook_enabled:
            raise Refused(403, "the webhook of this workflow is not enabled")
        secret = bearer_token(call) or call.request.header("x-workflow-secret")
        if secret != (flow.webhook_secret or self.config.wisebot_webhook_secret):
            raise Refused(401, "wrong webhook secret")
        body = json_body(call, optional=True)
        return self._run(call, flow, body, body, waits=flow.webhook_waits)

    def _run(
        self, call: Call, flow: Flow, inputs: Mapping[str, Json], body: Json, *, waits: bool
    ) -> WireAnswer:
        """Start the run and answer when it is over, as the dashboard is documented to do."""
        if not flow.ip_allowed:
            raise Refused(403, "your IP address is not allowed to run this workflow")
        self.check_inputs(flow, inputs)
        run = self.world.start(flow, inputs, body=body, now=call.now)
        if not waits:
            return json_answer(200, _answer(flow, ok=True, runId=run.id))
        if run.ends_at == math.inf:
            return WireAnswer(200, fate=HANG)
        delay = run.ends_at - call.now
        if run.state(run.ends_at) is RunState.SUCCESS:
            return json_answer(200, _answer(flow, ok=True, runId=run.id, result=run.result()), delay=delay)
        failed = _answer(flow, ok=False, runId=run.id, error=flow.error)
        return json_answer(self.config.wisebot_failed_status, failed, delay=delay)

    def _status(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        return json_answer(200, {"ok": True, "status": "operational"})

    def _agents(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        return json_answer(200, {"agents": [{"id": "agent-1", "name": "Emulated agent"}]})

    def _activity(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        text = call.query.get("limit", str(DEFAULT_LINES))
        if not text.isdecimal() or not 1 <= int(text) <= MOST_LINES:
            raise Refused(400, f"limit must be 1 to {MOST_LINES}")
        runs = self.world.runs_of(self.name)[-int(text) :]
        lines = [f"{run.name}: {run.state(call.now).value}" for run in reversed(runs)]
        return json_answer(200, {"lines": lines})

    def _api_keys(self, call: Call) -> WireAnswer:
        """A ``wb_live_`` key is refused here: https://www.wisebotai.com/docs/wisebot-cli."""
        if bearer_token(call) != self.config.wisebot_jwt:
            raise Refused(401, "a dashboard sign-in is needed")
        return json_answer(200, {"apiKeys": [{"id": "key-1", "name": "Emulated key"}]})

    def _authenticate(self, call: Call) -> None:
        if bearer_token(call) not in (self.config.wisebot_key, self.config.wisebot_jwt):
            raise Refused(401, "Unauthorized")


def _answer(flow: Flow, **used: Json) -> dict[str, Json]:
    """Return the four fields; the unused ones are left out or null, as the flow was told."""
    if flow.absent_or_null == "absent":
        return used
    return {"ok": None, "runId": None, "result": None, "error": None, **used}
