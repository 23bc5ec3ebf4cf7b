"""What the emulated platforms have in common: finding flows and runs, reading JSON bodies strictly."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar

from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.routing import Call, Refused, Route
from airflow_provider_flows.emulator.runs import Run
from airflow_provider_flows.emulator.wire import Json
from airflow_provider_flows.emulator.world import World

_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "string": (str,),
    "boolean": (bool,),
}


class Platform(ABC):
    """Emulates one vendor's API. Subclasses give the routes and the form of errors."""

    name: ClassVar[str]
    run_id_field: ClassVar[str]
    no_flow: ClassVar[str] = "workflow not found"  # Invented: the text
    no_run: ClassVar[str] = "run not found"  # Invented: the text
    wrong_inputs_status: ClassVar[int] = 422  # Invented: on every platform

    def __init__(self, world: World) -> None:
        self.world = world
        self.config = world.config

    @abstractmethod
    def routes(self) -> tuple[Route, ...]:
        """Return every route of this platform."""

    @abstractmethod
    def error_body(self, refused: Refused) -> Json:
        """Return the body of an error answer."""

    def find_flow(self, call: Call) -> Flow:
        """Return the flow the path names; refuse with 404 when there is none."""
        flow = self.world.flow(self.name, call.params["flow"])
        if flow is None:
            raise Refused(404, self.no_flow)
        return flow

    def find_run(self, call: Call) -> Run:
        """Return the run the path names; refuse with 404 when it is unknown or of another flow."""
        run = self.world.run(self.name, call.params["run"])
        if run is None or call.params.get("flow", run.flow.flow_id) != run.flow.flow_id:
            raise Refused(404, self.no_run)
        return run

    def poll_run(self, call: Call) -> Run:
        """Return the run a status request asks for, unless it is to be answered 404 for now."""
        run = self.find_run(call)
        run.polls += 1
        if run.polls <= run.flow.early_404:
            raise Refused(404, self.no_run)
        return run

    def check_inputs(self, flow: Flow, inputs: Mapping[str, Json]) -> None:
        """Refuse inputs that the flow's schema does not allow, naming all that is wrong."""
        if flow.input_schema is None:
            return
        from jsonschema import Draft202012Validator  # slow to import, rarely needed

        errors = sorted(Draft202012Validator(flow.input_schema).iter_errors(inputs), key=str)
        if errors:
            said = [f"{error.json_path}: {error.message}" for error in errors]
            raise Refused(self.wrong_inputs_status, f"invalid inputs: {'; '.join(said)}", detail=said)


def json_body(call: Call, *, optional: bool = False) -> dict[str, Json]:
    """Read the body as a JSON object; an absent one is empty if it is optional.

    Invented: the refusals. 415 for a wrong content type, 400 for what is not a JSON object.
    """
    if optional and not call.request.body:
        return {}
    content_type = (call.request.header("content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise Refused(415, f"the content type must be application/json, not {content_type or 'absent'}")
    try:
        body = json.loads(call.request.body, parse_constant=_refuse_constant)
    except ValueError as error:
        raise Refused(400, f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body


def check_fields(
    body: Mapping[str, Json],
    kinds: Mapping[str, str],
    *,
    required: Iterable[str] = (),
    where: str = "",
    status: int = 400,
) -> None:
    """Refuse unknown and missing fields and wrong kinds, with a list of all that is wrong."""
    wrong = [f"{where}{name}: field required" for name in required if name not in body]
    for name, value in body.items():
        if name not in kinds:
            wrong.append(f"{where}{name}: unknown field")
        elif not isinstance(value, _KINDS[kinds[name]]):
            wrong.append(f"{where}{name}: must be of type {kinds[name]}")
    if wrong:
        raise Refused(status, "; ".join(wrong), detail=wrong)


def bearer_token(call: Call) -> str:
    """Return the token of an ``Authorization: Bearer`` header, or an empty text."""
    scheme, _, token = (call.request.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")
