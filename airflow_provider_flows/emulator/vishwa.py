"""vishwa.ai: https://vishwa.ai/docs/quickstart/automation-via-api.

Invented: the answers of upload and start-run, the status words, ``run_type``'s value, most error bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

from airflow_provider_flows.emulator.platform import Platform, check_fields, json_body
from airflow_provider_flows.emulator.routing import Call, Refused, Route
from airflow_provider_flows.emulator.runs import RunState
from airflow_provider_flows.emulator.uploads import read_files
from airflow_provider_flows.emulator.wire import Json, WireAnswer, json_answer
from airflow_provider_flows.emulator.world import Upload

STATUS_WORDS: Mapping[RunState, str] = {
    RunState.QUEUED: "queued",
    RunState.RUNNING: "running",
    RunState.PAUSED: "paused",
    RunState.SUCCESS: "completed",
    RunState.FAILED: "failed",
    RunState.TIMED_OUT: "timed_out",
    RunState.CANCELLED: "cancelled",
    RunState.SKIPPED: "skipped",
}
RESERVED = "override_config"


class Vishwa(Platform):
    """Emulates uploads, runs and their status; no answer ever holds a run's result."""

    name = "vishwa"
    run_id_field = "run_id"

    def routes(self) -> tuple[Route, ...]:
        """Return the three documented routes."""
        return (
            Route("POST", "/v1/assets/upload", "upload", "upload", self._upload),
            Route("POST", "/v1/workflow/{flow}/start-run", "start", "start-run", self._start),
            Route("GET", "/v1/workflow/{flow}/run/{run}/status", "status", "status", self._status),
        )

    def error_body(self, refused: Refused) -> Json:
        """Invented: FastAPI's form. The 401 is that of the company's own Go helpers.

        https://github.com/vishwa-labs/xpuls-go-packages ``auth/auth.go``
        """
        if refused.status == 401:
            return {"error": "unauthorized"}
        return {"detail": refused.detail or refused.message}

    def _upload(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        temp = _is_temp(call.query)
        files = []
        for part in read_files(call.request):
            number = len(self.world.uploads) + 1
            upload = Upload(id=f"asset-{number:06d}", temp=temp, **part)
            self.world.uploads.append(upload)
            files.append({"id": upload.id, "url": f"https://assets.invalid/{upload.id}", **part})
        return json_answer(200, {"files": files})

    def _start(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        flow = self.find_flow(call)
        body = json_body(call)
        if RESERVED in body:
            check_fields({RESERVED: body[RESERVED]}, {RESERVED: "object"}, status=422)
        inputs = {name: value for name, value in body.items() if name != RESERVED}
        self.check_inputs(flow, inputs)
        run = self.world.start(flow, inputs, body=body, now=call.now)
        return json_answer(200, {"run_id": run.id})

    def _status(self, call: Call) -> WireAnswer:
        self._authenticate(call)
        run = self.poll_run(call)
        started = datetime.fromtimestamp(run.started_at, tz=timezone.utc)
        status = {
            "run_id": run.id,
            "run_start_time": started.isoformat(),
            "run_status": run.word(call.now, STATUS_WORDS),
            "run_type": "api",
        }
        return json_answer(200, status)

    def _authenticate(self, call: Call) -> None:
        if call.request.header("xp-api-key") != self.config.vishwa_key:
            raise Refused(401, "unauthorized")


def _is_temp(query: Mapping[str, str]) -> bool:
    """Read ``temp`` or ``isTemp``: the vendor's text and its code disagree, and Python sends ``False``."""
    given = {name.lower(): value.lower() for name, value in query.items()}
    if unknown := sorted(given.keys() - {"temp", "istemp"}):
        raise Refused(422, f"unknown query parameter: {', '.join(unknown)}")
    values = set(given.values())
    if not values <= {"true", "false"}:
        raise Refused(422, "temp must be true or false")
    return "true" in values
