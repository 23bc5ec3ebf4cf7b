"""BlinkOps' executions: get, list, steps, outputs, cancel.

Fields: https://docs.blinkops.com/docs/api (executions). Words of ``state_ui``: blinkops/blink-code-builder
``servers/blink/pipeline.py``. Invented: ``state``'s spelling, the queued state's name, that
a queued run's ``started_at`` is 0, the step's name.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping

from airflow_provider_flows.emulator.platform import Platform
from airflow_provider_flows.emulator.routing import Call, Refused, Route
from airflow_provider_flows.emulator.rql import select
from airflow_provider_flows.emulator.runs import Run, RunState
from airflow_provider_flows.emulator.wire import Json, WireAnswer, json_answer

STATE_UI: Mapping[RunState, str] = {
    RunState.QUEUED: "Queued",
    RunState.RUNNING: "In progress",
    RunState.PAUSED: "Paused",
    RunState.SUCCESS: "Completed",
    RunState.FAILED: "Failed",
    RunState.TIMED_OUT: "Timeout",
    RunState.CANCELLED: "Cancelled",
    RunState.SKIPPED: "Skipped",
}
_TENANT = "00000000-0000-4000-8000-00000000b11d"
_STEP = "S1"


class BlinkOpsExecutions(Platform):
    """Emulates what can be asked about executions, and their cancelling."""

    name = "blinkops"
    run_id_field = "execution_id"
    no_flow = "Can not find Playbook"
    no_run = "Can not find Playbook execution"
    wrong_inputs_status = 400

    def execution_routes(self, base: str) -> tuple[Route, ...]:
        """Return the routes below the executions of a workspace."""
        one = base + "/{run}"
        return (
            Route("GET", base, "list", "executions", self._list),
            Route("GET", one, "status", "execution", self._get),
            Route("GET", one + "/steps", "result", "steps", self._steps),
            Route("GET", one + "/outputs", "result", "outputs", self._outputs),
            Route("POST", one + "/cancel", "cancel", "cancel", self._cancel),
        )

    def authenticate(self, call: Call, *, runs: bool = False) -> None:
        """Refuse an unknown key with 401, a missing role in the workspace with 403."""
        key = call.request.header("blink-api-key")
        if key not in (self.config.blinkops_key, self.config.blinkops_viewer_key):
            raise Refused(401, "API key is invalid or expired")
        if call.params["workspace"] != self.config.blinkops_workspace:
            raise Refused(403, "the user has no role in this workspace")
        if runs and key == self.config.blinkops_viewer_key:
            raise Refused(403, "the Viewer role cannot run workflows")

    def _list(self, call: Call) -> WireAnswer:
        self.authenticate(call)
        everything = [self._execution(run, call.now) for run in self._kept() if run.is_listed(call.now)]
        return json_answer(200, select(everything, call.query.get("q", "{}")))

    def _get(self, call: Call) -> WireAnswer:
        self.authenticate(call)
        self._execution_of(call)
        return json_answer(200, self._execution(self.poll_run(call), call.now))

    def _steps(self, call: Call) -> WireAnswer:
        self.authenticate(call)
        step = self._step(self._execution_of(call), call.now)
        return json_answer(200, {"limit": 25, "offset": 0, "total": len(step), "results": step})

    def _outputs(self, call: Call) -> WireAnswer:
        """Invented: the outputs as a synchronous run gives them, or inside an execution (a knob)."""
        self.authenticate(call)
        run = self._execution_of(call)
        if not run.is_over(call.now):
            raise Refused(400, "the execution has no outputs yet")
        outputs = run.result() if run.state(call.now) is RunState.SUCCESS else {}
        if self.config.blinkops_outputs == "execution":
            return json_answer(200, self._execution(run, call.now) | {"outputs": outputs})
        return json_answer(200, outputs)

    def _cancel(self, call: Call) -> WireAnswer:
        self.authenticate(call, runs=True)
        run = self._execution_of(call)
        if run.is_over(call.now):
            raise Refused(400, "Playbook execution is not in a running state")
        run.cancelled_at = call.now
        self.world.share_blinkops_slots(call.now)
        return json_answer(200, "Playbook execution was cancelled")

    def _execution_of(self, call: Call) -> Run:
        run = self.find_run(call)
        newest = self.world.runs_of(self.name, run.flow.flow_id)[-self.config.blinkops_history :]
        if run not in newest:
            raise Refused(404, self.no_run)
        return run

    def _kept(self) -> list[Run]:
        """Return what the history holds: the newest of each flow.

        https://docs.blinkops.com/docs/workflows/system-limits
        """
        seen: Counter[str] = Counter()
        kept = []
        for run in reversed(self.world.runs_of(self.name)):
            seen[run.flow.flow_id] += 1
            if seen[run.flow.flow_id] <= self.config.blinkops_history:
                kept.append(run)
        return kept[::-1]

    def _execution(self, run: Run, now: float) -> dict[str, Json]:
        state = run.state(now)
        word = run.word(now, STATE_UI)
        begun, over = run.begins_at <= now, run.is_over(now)
        failed = state in (RunState.FAILED, RunState.TIMED_OUT)
        updated = run.ends_at if over else now
        return {
            "id": run.id,
            "name": run.flow.name or run.flow.flow_id,
            "display_name": f"{run.flow.name or run.flow.flow_id} #{run.number}",
            "playbook_id": run.flow.flow_id,
            "playbook_name": run.flow.name or run.flow.flow_id,
            "state": word.lower().replace(" ", "_") if isinstance(word, str) else word,
            "state_ui": word,
            "cancel_reason": "cancelled by the user" if state is RunState.CANCELLED else "",
            "error_details": {"message": run.flow.error, "error_code": "EMULATED"} if failed else {},
            "created_at": _milliseconds(run.started_at),
            "started_at": _milliseconds(run.begins_at) if begun else 0,
            "finished_at": _milliseconds(run.ends_at) if over else 0,
            "updated_at": _milliseconds(updated),
            "duration": _milliseconds(max(updated - run.begins_at, 0.0)),
            "net_runtime_ms": _milliseconds(max(updated - run.begins_at, 0.0)),
            "inputs": dict(run.inputs),
            "event": run.body.get("event", {}),
            "step_results": {_STEP: 1} if over else {},
            "trigger_type": run.body.get("trigger_type", "API"),
            "type": "playbook",
            "runner_id": str(uuid.UUID(int=0)),
            "runner_group_id": run.body.get("runner", ""),
            "timeout": int(self.config.blinkops_run_limit),
            "execution_number": run.number,
            "parent_execution_id": "",
            "top_execution_id": run.id,
            "workspace_id": self.config.blinkops_workspace,
            "tenant_id": _TENANT,
            "version": 1,
            "engine_version": "emulated",
            "with_concurrency_limit": False,
        }

    def _step(self, run: Run, now: float) -> list[dict[str, Json]]:
        """Return the run's only step, once it has begun."""
        if run.begins_at > now:
            return []
        over, state = run.is_over(now), run.state(now)
        step = {
            "step_id": _STEP,
            "state": STATE_UI[state],
            "input_data": dict(run.inputs),
            "output_data": run.result() if state is RunState.SUCCESS else None,
            "error_data": run.flow.error if state is RunState.FAILED else None,
            "started_at": _milliseconds(run.begins_at),
            "finished_at": _milliseconds(run.ends_at) if over else 0,
        }
        return [step]


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
