"""Writes the example of a first spec: the calls as they were given, with samples in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airflow_provider_flows.authoring.scaffold.operations import Operation
from airflow_provider_flows.authoring.scaffold.roles import is_sample
from airflow_provider_flows.authoring.scaffold.signing import KEY
from airflow_provider_flows.authoring.scaffold.sketch import Sketch
from airflow_provider_flows.authoring.scaffold.written import flow_mapping, scalar
from airflow_provider_flows.authoring.unfinished import FILL_IN


def examples(sketch: Sketch) -> Iterator[str]:
    """Yield the lines of `examples`."""
    yield "examples:  # held by test-platform and lint: each request as it was given"
    yield f"  - connection: {flow_mapping(_connection(sketch))}"
    yield f"    flow: {scalar(_flow(sketch))}"
    inputs = sketch.body.get(sketch.inputs) if sketch.inputs else sketch.free_members
    if inputs:
        yield f"    inputs: {flow_mapping(inputs)}"
    if sketch.options:
        yield f"    options: {flow_mapping({name: value for name, (_, value) in sketch.options.items()})}"
    yield "    calls:"
    yield "      - call: start"
    yield f"        sends: {flow_mapping(_sends(sketch, sketch.start))}"
    yield from _answer(sketch.start.answer, "what the platform answers, as JSON: {id: run-1}")
    yield f"        gives: {{run_id: {FILL_IN}}}  # the run's id in this answer"
    if sketch.status is not None:
        yield "      - call: status  # in its address, too, the run's id in the answer above"
        yield f"        sends: {flow_mapping(_sends(sketch, sketch.status))}"
        yield from _answer(sketch.status.answer, "what the platform answers of a run that succeeded")
        yield "        gives: {state: success}"


def _connection(sketch: Sketch) -> dict[str, Any]:
    members: dict[str, Any] = {"host": sketch.start.origin}
    members |= {"login": KEY} if sketch.signing.login else {}
    members |= {"password": KEY} if sketch.signing.password else {}
    extra = {name: part.sample for name, part in sketch.roles.fields.items()}
    extra |= dict.fromkeys(sketch.signing.extra, KEY)
    return {**members, "extra": extra} if extra else members


def _flow(sketch: Sketch) -> str:
    if sketch.roles.flow is not None:
        return str(sketch.roles.flow.sample)
    return str(sketch.body[sketch.flow_member]) if sketch.flow_member else "flow-1"


def _answer(known: Any, what: str) -> Iterator[str]:
    if isinstance(known, dict) and known:
        yield f"        # {what}; this one was made up from its description"
        yield f"        answer: {flow_mapping(known)}"
    else:
        yield f"        answer: {FILL_IN}  # {what}"


def _sends(sketch: Sketch, operation: Operation) -> dict[str, Any]:
    address = operation.address
    if operation is sketch.status and sketch.roles.run is not None:
        address = address.replace(f"/{sketch.roles.run.sample}", f"/{FILL_IN}", 1)
    if operation.query:
        pairs = [f"{name}={_queried(sketch, operation, value)}" for name, value in operation.query.items()]
        address += f"?{'&'.join(pairs)}"
    sends: dict[str, Any] = {operation.method.lower(): address}
    if sketch.signing.headers:
        sends["headers"] = dict(sketch.signing.headers)
    return {**sends, "json": operation.body} if operation.body is not None else sends


def _queried(sketch: Sketch, operation: Operation, value: str) -> str:
    if operation is sketch.status and is_sample(value):
        return FILL_IN if sketch.roles.run is None else _flow(sketch)
    return value
