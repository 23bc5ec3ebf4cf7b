"""The pipelines' JSON Schema for editors, made to complete the inputs of the flows that are known."""

from __future__ import annotations

import json
import re
from typing import Any

from airflow_provider_flows.contracts.lock import Lock, Target
from airflow_provider_flows.schemas import schema

NAME = "flows.schema.json"
_FILLED = {"type": "string", "pattern": r"\$\{|\{\{"}  # what only turns into the value when the step runs


def editor_schema(lock: Lock) -> str:
    """Return the schema's text: that of every pipeline, and for each known flow what its `with` takes."""
    whole: dict[str, Any] = json.loads(json.dumps(schema("pipeline")))
    step = whole["$defs"]["template"]
    rules = [_rule(target, dict(contract.inputs)) for target, contract in sorted(lock.contracts.items())]
    if rules:
        step["allOf"] = [*step.get("allOf", []), *rules]
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _rule(target: Target, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the rule of a step that runs a flow; it asks for no input, since defaults may give it."""
    run = f"^{re.escape(target.platform)}(\\.[a-z0-9_]+)?/{re.escape(target.flow)}$"
    properties = {name: _or_filled(each) for name, each in inputs.get("properties", {}).items()}
    taken: dict[str, Any] = {"type": "object", "properties": properties}
    if inputs.get("additionalProperties") is False:
        taken["additionalProperties"] = False
    condition = {"properties": {"run": {"type": "string", "pattern": run}}, "required": ["run"]}
    return {"if": condition, "then": {"properties": {"with": {"anyOf": [taken, _FILLED]}}}}


def _or_filled(each: Any) -> Any:
    """Return what an input may be as it is written: itself, or a text that turns into it."""
    if not isinstance(each, dict):
        return {"anyOf": [each, _FILLED]}
    told = {key: each[key] for key in ("title", "description") if key in each}
    inner = dict(each)
    if isinstance(each.get("properties"), dict):
        inner["properties"] = {name: _or_filled(member) for name, member in each["properties"].items()}
    if isinstance(each.get("items"), dict):
        inner["items"] = _or_filled(each["items"])
    return {**told, "anyOf": [inner, _FILLED]}
