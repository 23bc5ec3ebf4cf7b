"""Writes the example of a first spec: the calls as they were given, with samples in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from airflow_provider_flows.authoring.scaffold.operations import Operation, plain_name, sample
from airflow_provider_flows.authoring.scaffold.redaction import KEY
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
    options = {name: value for name, (_, value) in sketch.options.items() if not _is_left_out(value)}
    if options:
        yield f"    options: {flow_mapping(options)}"
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
    extra |= {name: sample(name) for name in sketch.signing.plain}
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
        pairs = [
            f"{quote(name, safe='')}={quote(_queried(sketch, operation, name, value), safe='')}"
            for name, value in operation.query.items()
        ]
        address += f"?{'&'.join(pairs)}"
    sends: dict[str, Any] = {operation.method.lower(): address}
    if sketch.signing.headers:
        sends["headers"] = dict(sketch.signing.headers)
    return {**sends, "json": _body(sketch, operation)} if operation.body is not None else sends


def _queried(sketch: Sketch, operation: Operation, name: str, value: str) -> str:
    said = sketch.status_query.get(name, value) if operation is sketch.status else value
    if said == "${run.id}":
        return FILL_IN
    if said == "${flow}":
        return _flow(sketch)
    return str(sketch.roles.fields[plain_name(name)].sample) if said.startswith("${conn.") else value


def _body(sketch: Sketch, operation: Operation) -> Any:
    if operation is sketch.status:
        return {name: _filled(sketch, each) for name, each in sketch.status_body.items()}
    left_out = {member for member, value in sketch.options.values() if _is_left_out(value)}
    return {name: value for name, value in sketch.body.items() if name not in left_out}


def _filled(sketch: Sketch, value: Any) -> Any:
    return FILL_IN if value == "${run.id}" else _flow(sketch) if value == "${flow}" else value


def _is_left_out(value: Any) -> bool:
    """Whether an option of this value is as good as none, and so its member is not sent."""
    return value is None or value == ""
