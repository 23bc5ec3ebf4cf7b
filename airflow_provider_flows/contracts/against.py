"""Holds what a step gives its flow against what the flow takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_flows.contracts.kinds import Known, declared, may_be
from airflow_provider_flows.contracts.lock import NAME, Contract, Lock, Target
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.findings import either
from airflow_provider_flows.pipelines.given import UNUSABLE, Given, is_usable
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.pipelines.params import schema_of
from airflow_provider_flows.pipelines.steps import Draft
from airflow_provider_flows.schemas import path_text, violations

_ADVICE = f"{NAME} says so; after a change at the platform: airflow flows pull"


def step_problems(lock: Lock, draft: Draft, pipeline: Given) -> Iterator[Diagnostic]:
    """Yield what a step gives that its flow doesn't take, and what it lacks."""
    found = contract_of(lock, draft)
    if found is None:
        return
    target, contract = found
    given, files = draft.keys.get("with"), draft.keys.get("files")
    if draft.keys.may_have("with") or (given is not None and isinstance(given.value, str)):
        return
    names = {
        **(dict(given.each()) if given is not None else {}),
        **(dict(files.each()) if files is not None else {}),
    }
    yield from _missing(target, contract, draft, names)
    properties = _mapping(contract.inputs.get("properties"))
    known = _known(draft, pipeline)
    for name, value in given.each() if given is not None else ():
        if name in properties:
            yield from _of_value(
                f"`{target.name}`: the input `{name}`", value, _mapping(properties[name]), known
            )
        elif properties or contract.inputs.get("additionalProperties") is False:
            message = guessed(f"`{target.name}` takes no input `{name}`", name, properties)
            is_closed = contract.inputs.get("additionalProperties") is False
            notes = [f"inputs: {listed(properties)}"] if properties else ["it takes none"]
            yield value.found("unknown-input", message, *notes, _ADVICE, key=True, is_error=is_closed)


def contract_of(lock: Lock, draft: Draft) -> tuple[Target, Contract] | None:
    """Return the flow that a step runs and what it takes, None where the file has nothing of it."""
    run = draft.run
    if run is None:
        return None
    connection = draft.keys.get("connection")
    name = str(connection.value) if connection is not None else f"{run.platform}_default"
    target = Target(name, run.platform, run.flow)
    contract = lock.contracts.get(target)
    return None if contract is None else (target, contract)


def _missing(
    target: Target, contract: Contract, draft: Draft, given: Mapping[str, Given]
) -> Iterator[Diagnostic]:
    place = draft.keys.get("with") or draft.given
    properties = _mapping(contract.inputs.get("properties"))
    for name in contract.inputs.get("required", ()):
        if name in given or _mapping(properties.get(name)).get("default") is not None:
            continue
        kinds = declared(_mapping(properties.get(name)))
        kind = f" ({either(sorted(kinds))})" if kinds else ""
        message = f"`{target.name}` needs the input `{name}`{kind}"
        yield place.found("missing-input", message, _ADVICE, key=True)


def _of_value(what: str, given: Given, schema: Mapping[str, Any], known: Known) -> Iterator[Diagnostic]:
    """Yield what is wrong with a value, as far as it is written out."""
    value = given.value
    if value is UNUSABLE or not is_usable(value):
        return
    if isinstance(value, str) and _is_filled(value):
        yield from _of_text(what, given, schema, known)
        return
    if not _speaks(value):
        for path, problem in violations(schema, value):
            yield given.at(*path).found("bad-input", f"{what}{path_text(path)}: {problem}", _ADVICE)
        return
    properties, items = _mapping(schema.get("properties")), _mapping(schema.get("items"))
    for name, member in given.each():
        yield from _of_value(f"{what}.{name}", member, _mapping(properties.get(name)), known)
    for index, item in enumerate(given.items()):
        yield from _of_value(f"{what}[{index}]", item, items, known)


def _of_text(what: str, given: Given, schema: Mapping[str, Any], known: Known) -> Iterator[Diagnostic]:
    gives, takes = known.of_text(given.value), declared(schema)
    if gives is None or takes is None or may_be(gives, takes):
        return
    message = f"{what} takes {either(sorted(takes))}, and this gives {either(sorted(gives))}"
    yield given.found("bad-input", message, _ADVICE)


def _known(draft: Draft, pipeline: Given) -> Known:
    params = pipeline.get("params")
    told = {name: each.value for name, each in params.each()} if params is not None else {}
    schemas = {name: schema_of(value) for name, value in told.items() if is_usable(value)}
    items = draft.keys.get("for_each")
    return Known(schemas, tuple(items.value) if items is not None and isinstance(items.value, list) else None)


def _is_filled(text: str) -> bool:
    return "${" in text or "{{" in text or "{%" in text


def _speaks(value: Any) -> bool:
    if isinstance(value, str):
        return _is_filled(value)
    if isinstance(value, dict):
        return any(map(_speaks, value.values()))
    return isinstance(value, list) and any(map(_speaks, value))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
