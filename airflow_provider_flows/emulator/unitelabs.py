"""UniteLabs: https://docs.unitelabs.io/unitelabs-platform/guides/how-to-trigger-flow-via-api.

Invented: the runs' paths and fields, the state words (Prefect's types), every error body.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.platform import Platform, bearer_token, check_fields, json_body
from airflow_provider_flows.emulator.routing import Call, Refused, Route
from airflow_provider_flows.emulator.runs import Run, RunState
from airflow_provider_flows.emulator.tokens import TokenDesk
from airflow_provider_flows.emulator.wire import Json, WireAnswer, json_answer
from airflow_provider_flows.emulator.world import World

# https://github.com/PrefectHQ/prefect/blob/main/src/prefect/client/schemas/objects/state_type.py
STATE_TYPES: Mapping[RunState, str] = {
    RunState.QUEUED: "SCHEDULED",
    RunState.RUNNING: "RUNNING",
    RunState.PAUSED: "PAUSED",
    RunState.SUCCESS: "COMPLETED",
    RunState.FAILED: "FAILED",
    RunState.CRASHED: "CRASHED",
    RunState.CANCELLED: "CANCELLED",
}
MOST_LISTED = 200  # Invented


class UniteLabs(Platform):
    """Emulates tokens, workflows and their runs."""

    name = "unitelabs"
    run_id_field = "id"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.desk = TokenDesk(world)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes below a tenant, and the realm's token endpoint."""
        flow = "/{tenant}/v1/workflows/{flow}"
        return (
            Route(
                "POST", "/realms/{tenant}/protocol/openid-connect/token", "token", "token", self.desk.issue
            ),
            Route("GET", "/{tenant}/v1/workflows", "list", "workflows", self._list),
            Route("GET", flow, "describe", "workflow", self._describe),
            Route("POST", f"{flow}/runs", "start", "start", self._start),
            # Invented: all three; no page in reach gives the path of a run, or that of a workflow's runs
            Route("GET", f"{flow}/runs", "list", "runs", self._runs),
            Route("GET", f"{flow}/runs/{{run}}", "status", "run", self._status),
            Route("GET", "/{tenant}/v1/runs/{run}", "status", "run-by-id", self._status),
        )

    def error_body(self, refused: Refused) -> Json:
        """Invented: OAuth's error object at the token endpoint, ``detail`` elsewhere."""
        if refused.code:
            return {"error": refused.code, "error_description": refused.message}
        return {"detail": refused.detail or refused.message}

    def _list(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        flows = [flow for flow in self.world.flows.values() if flow.platform == self.name]
        take, skip = _page(call, "_take", MOST_LISTED), _page(call, "_skip", 0)
        listed = [_workflow(flow) for flow in flows[skip : skip + take]]
        return json_answer(200, {"data": listed, "pagination": {"totalCount": len(flows)}})

    def _describe(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        flow = self.find_flow(call)
        # Invented: where the workflow says which inputs it takes
        return json_answer(200, _workflow(flow) | {"parameters": flow.input_schema})

    def _start(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        flow = self.find_flow(call)
        body = json_body(call)
        kinds = {"name": "string", "parameters": "object"}
        check_fields(body, kinds, required=kinds, status=422)
        self.check_inputs(flow, body["parameters"])
        run = self.world.start(flow, body["parameters"], body=body, now=call.now, name=body["name"])
        return json_answer(201, _run(run, call.now))

    def _runs(self, call: Call) -> WireAnswer:
        """Invented: all of it, like the listing of workflows; newest first, ``name`` chooses by the name."""
        self._authenticate(call)
        runs = self.world.runs_of(self.name, self.find_flow(call).flow_id)[::-1]
        name = call.query.get("name")
        found = [run for run in runs if run.is_listed(call.now) and name in (None, run.name)]
        take, skip = _page(call, "_take", MOST_LISTED), _page(call, "_skip", 0)
        listed = [_listed(run, call.now) for run in found[skip : skip + take]]
        return json_answer(200, {"data": listed, "pagination": {"totalCount": len(found)}})

    def _status(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        return json_answer(200, _run(self.poll_run(call), call.now))

    def _authenticate(self, call: Call) -> None:
        if not self.desk.accepts(bearer_token(call), call.now):
            raise Refused(401, "Unauthorized", headers={"WWW-Authenticate": "Bearer"})
        if call.params["tenant"] != self.config.tenant:
            raise Refused(403, "Forbidden")


def _workflow(flow: Flow) -> dict[str, Json]:
    """Fields of a record: https://github.com/AccelerationConsortium/opentrons-ot2 publish_workflows.py."""
    return {
        "id": flow.flow_id,
        "name": flow.name or flow.flow_id,
        "enabled": flow.enabled,
        "tags": [],
        "description": flow.description,
        "dependencies": [],
        "entrypoint": "workflow:main",
    }


def _run(run: Run, now: float) -> dict[str, Json]:
    """Invented: every field."""
    state = run.state(now)
    word = run.word(now, STATE_TYPES)
    return {
        "id": run.id,
        "name": run.name,
        "workflow_id": run.flow.flow_id,
        "state_type": word,
        "state_name": word.capitalize() if isinstance(word, str) else word,
        "message": run.flow.error if state in (RunState.FAILED, RunState.CRASHED) else None,
        "result": run.result() if state is RunState.SUCCESS else None,
    }


def _listed(run: Run, now: float) -> dict[str, Json]:
    """Invented: a listed run shows what it was given and when, and no result."""
    shown = _run(run, now)
    del shown["result"]
    created_at = datetime.fromtimestamp(run.started_at, timezone.utc).isoformat()
    return {**shown, "parameters": dict(run.inputs), "created_at": created_at}


def _page(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdecimal():
        raise Refused(422, f"{name}: must be a number that is not negative")
    return int(text)
