"""Reads what a person gives `render` for a pipeline, and holds it to what the pipeline says."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.given import mapping, pairs, parsed
from airflow_provider_flows.cli.mocks import Mocks
from airflow_provider_flows.pipelines.model import Pipeline
from airflow_provider_flows.platforms.fields import Field, unknown_name
from airflow_provider_flows.schemas import path_text, violations


def mocks(pipeline: Pipeline, options: Namespace, now: datetime) -> Mocks:
    """Return what the person gives; raises `CommandError` for what the pipeline doesn't have."""
    given = {**mapping("--params", options.params), **pairs("--param", options.param)}
    return Mocks(
        pipeline=pipeline,
        params=_params(pipeline.params, given),
        results=_results(pipeline, options.result or ()),
        variables={name: _variable(value) for name, value in pairs("--var", options.var).items()},
        item=options.item,
        now=now,
    )


def _params(params: Mapping[str, Mapping[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the params with their defaults; a text is read as the type that a param has."""
    values = {name: schema["default"] for name, schema in params.items() if "default" in schema}
    for name, value in given.items():
        if name not in params:
            raise CommandError(unknown_name(name, params, "param"))
        schema = params[name]
        values[name] = (
            Field(name=name, title=name, schema=schema).coerced(value) if "type" in schema else value
        )
        for path, problem in violations(schema, values[name]):
            raise CommandError(f"param {name}{path_text(path)}: {problem}")
    return values


def _results(pipeline: Pipeline, given: Iterable[str]) -> dict[str, Any]:
    steps = {step.name: step for step in pipeline.steps}
    found: dict[str, Any] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or name not in steps:
            raise CommandError(f"--result takes STEP=JSON: {unknown_name(name, steps, 'step')}")
        found[name] = parsed(f"--result {name}", value)
        if steps[name].for_each is not None and not isinstance(found[name], list):
            raise CommandError(f"--result {name} must be a list, since the step runs for each of its items")
    return found


def _variable(value: Any) -> Any:
    """Return a Variable as a task would find it: a JSON object or list as such, all else as text."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "["}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
