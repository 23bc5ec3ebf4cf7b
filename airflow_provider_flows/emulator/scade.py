"""Scade: https://scade.gitbook.io/scade-knowledge-base/publish/run-flows-via-api.

Invented: every status number but 3 (done), the fields of a failure, error bodies, the form of a task's id.
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.platform import Platform, check_fields, json_body
from airflow_provider_flows.emulator.routing import Call, Refused, Route
from airflow_provider_flows.emulator.runs import Run, RunState
from airflow_provider_flows.emulator.wire import Json, WireAnswer, json_answer

DONE = 3  # three public clients agree on it
_FIELDS = {
    "start_node_id": "string",
    "end_node_id": "string",
    "result_node_id": "string",
    "node_settings": "object",
}


class Scade(Platform):
    """Emulates flow execution and the task that is asked for its result."""

    name = "scade"
    run_id_field = "id"

    def routes(self) -> tuple[Route, ...]:
        """Return the two documented routes."""
        return (
            Route("POST", "/api/v1/scade/flow/{flow}/execute", "start", "execute", self._start),
            Route("GET", "/api/v1/task/{run}", "status", "task", self._status),
        )

    def error_body(self, refused: Refused) -> Json:
        """Invented: nothing is public about errors."""
        return {"detail": refused.message}

    def _start(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        flow = self.find_flow(call)
        body = json_body(call)
        check_fields(body, _FIELDS, required=_FIELDS)
        _check_nodes(flow, body)
        inputs = _data(body)
        self.check_inputs(flow, inputs)
        run = self.world.start(flow, inputs, body=body, now=call.now)
        return json_answer(200, {"id": int(run.id)})

    def _status(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        run = self.poll_run(call)
        state = run.state(call.now)
        task: dict[str, Json] = {"id": int(run.id), "status": run.word(call.now, self._statuses())}
        if run.flow.state_absent:
            del task["status"]
        if state is RunState.SUCCESS:
            task["result"] = _result(run)
        elif run.flow.absent_or_null == "null":
            task["result"] = None
        if state is RunState.FAILED:
            task["error"] = run.flow.error  # Invented: the field
        return json_answer(200, task)

    def _statuses(self) -> Mapping[RunState, int]:
        return {
            RunState.QUEUED: self.config.scade_queued_status,
            RunState.RUNNING: self.config.scade_running_status,
            RunState.SUCCESS: DONE,
            RunState.FAILED: self.config.scade_failed_status,
            RunState.CANCELLED: self.config.scade_cancelled_status,
        }

    def _authenticate(self, call: Call) -> None:
        """Take the server key as it was issued, right after ``Basic``: it is not ``user:password``."""
        if call.request.header("authorization") != f"Basic {self.config.scade_key}":
            raise Refused(401, "Unauthorized")


def _check_nodes(flow: Flow, body: Mapping[str, Json]) -> None:
    """Refuse nodes the flow has not. Invented: that the platform does so."""
    nodes = {
        "start_node_id": flow.start_nodes,
        "end_node_id": flow.end_nodes,
        "result_node_id": (*flow.start_nodes, *flow.end_nodes),
    }
    for name, known in nodes.items():
        if known and body[name] not in known:
            raise Refused(400, f"{name}: the flow has no such node: {body[name]}")


def _data(body: Mapping[str, Json]) -> dict[str, Json]:
    """Return the inputs: ``node_settings.<start node>.data``."""
    start = body["start_node_id"]
    settings = body["node_settings"]
    check_fields(settings, {start: "object"}, required=(start,), where="node_settings.")
    check_fields(settings[start], {"data": "object"}, required=("data",), where=f"node_settings.{start}.")
    data: dict[str, Json] = settings[start]["data"]
    return data


def _result(run: Run) -> Json:
    """Return the result node's fields; some public clients also met them inside ``success.output``."""
    took_start = run.body["result_node_id"] in run.flow.start_nodes
    result = dict(run.inputs) if took_start else run.result()
    return {"success": {"output": result}} if run.flow.wrap_result else result
