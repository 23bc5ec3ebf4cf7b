"""Writes a first spec. What can't be known is marked `FILL_IN`, and explained beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_flows.authoring.scaffold.example_text import examples
from airflow_provider_flows.authoring.scaffold.operations import NOWHERE, Operation, plain_name
from airflow_provider_flows.authoring.scaffold.redaction import KEY
from airflow_provider_flows.authoring.scaffold.roles import is_sample
from airflow_provider_flows.authoring.scaffold.sketch import Sketch, titled
from airflow_provider_flows.authoring.scaffold.written import flow_mapping, scalar
from airflow_provider_flows.authoring.unfinished import FILL_IN

_STATES = ("state", "status", "run_status")


def spec_text(sketch: Sketch) -> str:
    """Return the whole file."""
    parts = (_head, _connection, _auth, _flow, _options, _start, _status, _test, examples)
    return "\n".join(line for part in parts for line in part(sketch)) + "\n"


def _head(sketch: Sketch) -> Iterator[str]:
    yield f"# A first spec of {sketch.title}, from {sketch.origin}."
    yield f'# Fill in what says {FILL_IN}, and check what says "guessed". Then:'
    yield f"#   airflow flows test-platform {sketch.name}.platform.yaml"
    yield "# docs/new-platform.md explains each part."
    yield "flows: platform/1"
    yield f"platform: {sketch.name}  # also the type of its connections"
    yield f"title: {scalar(sketch.title)}  # guessed: how people call it"


def _connection(sketch: Sketch) -> Iterator[str]:
    signing = sketch.signing
    yield "connection:"
    told = {"required": True} if sketch.start.origin == NOWHERE else {"default": sketch.start.origin}
    yield f"  host: {flow_mapping({'title': 'API address', **told})}"
    if signing.login:
        yield f"  login: {flow_mapping({'title': signing.login, 'required': True})}"
    if signing.password:
        yield f"  password: {flow_mapping({'title': signing.password, 'required': True})}"
    secret = {"secret": True, "format": "password", "required": True}
    extra: dict[str, dict[str, Any]] = {
        name: {"title": titled(name), "required": True} for name in sketch.roles.fields
    }
    extra |= {name: {"title": header, "required": True} for name, header in signing.plain.items()}
    extra |= {name: {"title": header, **secret} for name, header in signing.extra.items()}
    if extra:
        yield "  extra:"
        yield from (f"    {name}: {flow_mapping(field)}" for name, field in extra.items())


def _auth(sketch: Sketch) -> Iterator[str]:
    base = "".join(f"/{part}" for part in sketch.roles.base)
    yield f"base: {flow_mapping({'url': '${conn.host}', 'path': base})}"
    if sketch.signing.auth is None:
        yield "# The calls show no credential. How does one sign in? docs/new-platform.md has the ways."
        yield f"auth: {{header: {{Authorization: {FILL_IN}}}}}"
        yield f"credentials: {FILL_IN}  # which fields of the connection sign in, in words, for errors"
        return
    ((kind, members),) = sketch.signing.auth.items()
    yield "auth:"
    yield f"  {kind}: {flow_mapping(members)}"
    yield f"credentials: {sketch.signing.credentials}  # for errors"


def _flow(sketch: Sketch) -> Iterator[str]:
    flow = sketch.roles.flow
    word = titled(flow.text).lower() if flow is not None and flow.text not in {"id", "uuid"} else "flow id"
    yield f"flow: {{title: {scalar(word)}}}  # what the platform calls a flow's id"
    if flow is None and sketch.flow_member is None:
        yield "# Nothing in the start's call looks like a flow's id: write ${flow} where it belongs."


def _options(sketch: Sketch) -> Iterator[str]:
    if not sketch.options:
        return
    yield "options:  # guessed: what the start takes beside the inputs; take away what nobody needs"
    for name, (member, value) in sketch.options.items():
        about = sketch.start.about.get(member)
        field = {"title": titled(name), **({"description": about} if about else {}), **_kind(value)}
        if value == KEY:
            yield "  # A credential stood here. Everybody sees options: take it away, sign in by header;"
            yield "  # where there is no other way, by Python of your own (docs/new-platform.md)."
        yield f"  {name}: {flow_mapping(field)}"


def _start(sketch: Sketch) -> Iterator[str]:
    yield "start:"
    yield f"  {sketch.start.method.lower()}: {sketch.roles.template(sketch.start)}"
    yield from _query(sketch, sketch.start)
    yield from _json(sketch)
    names = [name for name in _text_members(sketch.start.answer) if plain_name(name).endswith("id")]
    if names:
        yield f"  run_id: {names[0]}  # guessed from the answer's members"
        return
    guess = f", perhaps {sketch.roles.run.text}" if sketch.roles.run is not None else ""
    yield f"  run_id: {FILL_IN}  # JMESPath of the run's id in the start's answer{guess}"


def _json(sketch: Sketch) -> Iterator[str]:
    if sketch.start.body is None:
        yield "  # guessed: the call shows no body, so one is sent only where there are inputs"
        yield '  json: "${inputs || `null`}"'
        return
    members: dict[str, str] = {} if sketch.inputs else {"...": "${inputs}"}
    if sketch.inputs:
        members[sketch.inputs] = "${inputs}"
    if sketch.flow_member:
        is_number = isinstance(sketch.body[sketch.flow_member], int)
        members[sketch.flow_member] = "${to_number(flow)}" if is_number else "${flow}"
    for name, (member, _) in sketch.options.items():
        if member in sketch.body:
            members[member] = f"${{options.{name}}}"
    yield "  json:" + ("" if sketch.inputs else "  # guessed: the inputs stand beside the other members")
    yield from (f"    {flow_mapping({name: text})[1:-1]}" for name, text in members.items())


def _query(sketch: Sketch, operation: Operation) -> Iterator[str]:
    def said(name: str, value: str) -> str:
        if operation is sketch.status:
            return sketch.status_query[name]
        return f"${{options.{plain_name(name)}}}" if is_sample(value) else value

    if FILL_IN in operation.query.values():
        yield "  # A credential stood here. A spec signs in by headers alone, since addresses are logged:"
        yield "  # take it away; where there is no other way, see docs/new-platform.md."
    if operation.query:
        yield f"  query: {flow_mapping({name: said(name, value) for name, value in operation.query.items()})}"


def _status(sketch: Sketch) -> Iterator[str]:
    if sketch.status is None:
        yield "# How does one ask how a run stands? Without `status`, `start` must say how a run ended:"
        yield "#   rules: [{http: 200, is: success}]"
        yield from ("status:", f"  get: /{FILL_IN}/${{run.id}}", f"  state: {FILL_IN}")
        return
    yield "status:"
    path = sketch.roles.template(sketch.status)
    if sketch.asks_for_a_run:
        yield f"  {sketch.status.method.lower()}: {path}"
    else:
        yield "  # Nothing in the call looks like a run's id: write ${run.id} where it stands."
        yield f"  {sketch.status.method.lower()}: /{FILL_IN}{path}"
    yield from _query(sketch, sketch.status)
    if sketch.status_body:
        yield f"  json: {flow_mapping(sketch.status_body)}  # guessed by the names of the members"
    found = [name for name in _text_members(sketch.status.answer) if plain_name(name) in _STATES]
    if found:
        yield f"  state: {found[0]}  # guessed from the answer's members"
    else:
        yield f"  state: {FILL_IN}  # JMESPath of the state's word in the answer, such as status"
    yield '  result: "@"  # guessed: all of the answer; JMESPath of the result, such as output'
    if sketch.status.states:
        yield f"# Its words: {', '.join(sketch.status.states)}. Most need no explanation; one that does:"
    yield "# states: {success: [word], failed: [word], cancelled: [word], running: [word]}"


def _test(sketch: Sketch) -> Iterator[str]:
    yield "# Better: the cheapest call that needs the credentials and changes nothing, such as {get: /me}"
    yield (
        "test: The fields are complete, but the credentials were not tried; "
        f"no call of {sketch.title} is known for that."
    )


def _kind(value: Any) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
    kind = kinds.get(type(value))
    return {} if kind is None else {"type": kind}


def _text_members(answer: Any) -> list[str]:
    if not isinstance(answer, Mapping):
        return []
    return [name for name, value in answer.items() if isinstance(value, str | int)]
