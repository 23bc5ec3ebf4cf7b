"""The emulator's own API below ``/_emulator/``: look at what happened, change what will."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from airflow_provider_flows.emulator.flows import PLATFORMS
from airflow_provider_flows.emulator.records import HIDDEN
from airflow_provider_flows.emulator.routing import read_query
from airflow_provider_flows.emulator.wire import Json, WireAnswer, WireRequest, is_loopback, json_answer

if TYPE_CHECKING:
    from airflow_provider_flows.emulator.core import EmulatorCore
    from airflow_provider_flows.emulator.runs import RunRecord

PREFIX = "/_emulator/"


class Control:
    """Answers the control API. Its requests are not recorded and no fault touches them."""

    def __init__(self, core: EmulatorCore) -> None:
        self._core = core
        self._handlers: Mapping[tuple[str, str], Callable[[WireRequest], Json]] = {
            ("GET", "health"): lambda _: {"status": "ok", "platforms": list(PLATFORMS)},
            ("GET", "requests"): lambda _: {"requests": [each.to_json() for each in core.requests]},
            ("GET", "runs"): self._runs,
            ("GET", "starts"): self._starts,
            ("POST", "flows"): self._flow,
            ("POST", "faults"): self._fault,
            ("POST", "reset"): self._reset,
        }

    def owns(self, request: WireRequest) -> bool:
        """Tell whether a request is for the emulator itself."""
        return request.raw_path.startswith(PREFIX)

    def answer(self, request: WireRequest) -> WireAnswer:
        """Answer with 200, 404 for an unknown name, 405 for a wrong method, 400 for a wrong body.

        Clients of other machines get 403 unless `control_open`: whoever may use the platforms may not yet
        change them.
        """
        if not (self._core.config.control_open or is_loopback(request.remote)):
            return json_answer(
                403, {"error": "the control API answers this machine only; --control-open opens it"}
            )
        name = request.raw_path.removeprefix(PREFIX).partition("?")[0]
        methods = [method for method, known in self._handlers if known == name]
        if not methods:
            known = ", ".join(f"{method} {PREFIX}{name}" for method, name in self._handlers)
            return json_answer(404, {"error": f"unknown path; there are {known}"})
        if request.method not in methods:
            return json_answer(405, {"error": f"use {methods[0]}"}, {"Allow": methods[0]})
        try:
            return json_answer(200, self._handlers[request.method, name](request))
        except (TypeError, ValueError) as error:
            return json_answer(400, {"error": str(error)})

    def _runs(self, request: WireRequest) -> Json:
        query = read_query(request.raw_path)
        runs = self._core.runs(query.get("platform"), query.get("flow_id"))
        return {"runs": [_shown(run) for run in runs]}

    def _starts(self, _: WireRequest) -> Json:
        starts = self._core.count_starts().items()
        return {
            "starts": [
                {"platform": platform, "flow_id": flow, "starts": count} for (platform, flow), count in starts
            ]
        }

    def _flow(self, request: WireRequest) -> Json:
        flow = self._core.flow(**_object(request))
        return {name: value for name, value in asdict(flow).items() if name != "webhook_secret"}

    def _fault(self, request: WireRequest) -> Json:
        self._core.fault(**_object(request))
        return {"ok": True}

    def _reset(self, _: WireRequest) -> Json:
        self._core.reset()
        return {"ok": True}


def _object(request: WireRequest) -> dict[str, Json]:
    body = json.loads(request.body)
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def _shown(run: RunRecord) -> dict[str, Json]:
    """Return a run for the control API; a callback in its body can hold secrets."""
    shown = asdict(run)
    if "callback" in shown["body"]:
        shown["body"]["callback"] = HIDDEN
    return shown
