"""BlinkOps: https://docs.blinkops.com/docs/api, blinkops/blink-go-cli ``specification/swagger.yaml``.

Invented: how a synchronous run fails or outlasts its timeout, the answers of outputs and cancel,
most messages. The executions' own routes are in ``blinkops_executions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from airflow_provider_flows.emulator.blinkops_executions import BlinkOpsExecutions
from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.platform import check_fields, json_body
from airflow_provider_flows.emulator.routing import Call, Refused, Route
from airflow_provider_flows.emulator.runs import Run, RunState
from airflow_provider_flows.emulator.wire import Json, WireAnswer, json_answer

WORKSPACE = "/api/v1/workspace/{workspace}"
_FIELDS = {
    "callback": "object",
    "event": "object",
    "input_values": "object",
    "past_exec_ref": "string",
    "runner": "string",
    "trigger_type": "string",
}
_CALLBACK_FIELDS = {
    "body": "object",
    "cookies": "object",
    "disableSSL": "boolean",
    "excludeDefaultMetadata": "boolean",
    "headers": "object",
    "method": "string",
    "url": "string",
}


class BlinkOps(BlinkOpsExecutions):
    """Emulates playbooks, their executions and the workspace."""

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of workspaces and playbooks, and those of executions."""
        playbook = WORKSPACE + "/playbooks/{flow}"
        return (
            Route("POST", playbook + "/execute", "start", "execute", self._execute),
            Route("GET", playbook, "describe", "playbook", self._playbook),
            Route("GET", "/api/v1/workspaces/{workspace}", "test", "workspace", self._workspace),
            *self.execution_routes(WORKSPACE + "/executions"),
        )

    def error_body(self, refused: Refused) -> Json:
        """Return the specification's ``ErrorWrapper``."""
        details = "; ".join(refused.detail) if refused.detail else HTTPStatus(refused.status).phrase
        return {"message": refused.message, "details": details, "status": refused.status, "data": None}

    def _execute(self, call: Call) -> WireAnswer:
        self.authenticate(call, runs=True)
        flow = self.find_flow(call)
        sync = _flag(call.query, "run_sync")
        timeout = _number(call.query, "timeout")
        body = json_body(call, optional=True)
        check_fields(body, _FIELDS)
        check_fields(body.get("callback", {}), _CALLBACK_FIELDS, where="callback.")
        if not flow.enabled:
            raise Refused(400, "Can not execute playbook", detail=["the playbook is not active"])
        inputs = body.get("input_values", {})
        self.check_inputs(flow, inputs)
        run = self.world.start(self._limited(flow), inputs, body=body, now=call.now)
        if sync:
            return self._wait(run, timeout, call)
        return json_answer(200, {"execution_id": run.id})

    def _limited(self, flow: Flow) -> Flow:
        """Cut a run short at the platform's limit: https://docs.blinkops.com/docs/workflows/system-limits."""
        limit = self.config.blinkops_run_limit
        too_long = flow.outcome == "never_ends" or flow.duration > limit
        return replace(flow, duration=limit, outcome="timed_out") if too_long else flow

    def _wait(self, run: Run, timeout: int | None, call: Call) -> WireAnswer:
        """Answer a synchronous run with its output. Invented: what a failure or a timeout gets.

        The run goes on after the timeout. Without a timeout the answer waits for the end.
        """
        left = run.ends_at - call.now
        if timeout is not None and left > timeout:
            refused = Refused(408, f"the run did not complete within {timeout} s")
            return json_answer(408, self.error_body(refused), delay=float(timeout))
        state = run.state(run.ends_at)
        if state is RunState.SUCCESS:
            return json_answer(200, run.result(), delay=left)
        failed = Refused(400, run.flow.error if state is RunState.FAILED else f"the run was {state.value}")
        return json_answer(400, self.error_body(failed), delay=left)

    def _playbook(self, call: Call) -> WireAnswer:
        self.authenticate(call)
        flow = self.find_flow(call)
        playbook = {
            "id": flow.flow_id,
            "name": flow.name or flow.flow_id,
            "description": flow.description,
            "active": flow.enabled,
            "max_concurrency_level": 0,
            "custom_timeout": 0,
            "display_settings": {},
            "workspace_id": self.config.blinkops_workspace,
            # Invented: that a playbook tells its inputs, and where
            "inputs": flow.input_schema,
        }
        return json_answer(200, playbook)

    def _workspace(self, call: Call) -> WireAnswer:
        self.authenticate(call)
        # Invented: the fields
        return json_answer(200, {"id": self.config.blinkops_workspace, "name": "Emulated workspace"})


def _flag(query: Mapping[str, str], name: str) -> bool:
    text = query.get(name, "false").lower()
    if text not in ("true", "false"):
        raise Refused(400, f"{name} must be true or false")
    return text == "true"


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise Refused(400, f"{name} must be a whole number of seconds")
    return int(text)
