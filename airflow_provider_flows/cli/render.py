"""`render`: a pipeline as it will be, or the request of one of its steps."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from datetime import datetime, timezone

from airflow_provider_flows.cli.curl import as_curl
from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.lookup import check_type, from_environment
from airflow_provider_flows.cli.mocked import mocks
from airflow_provider_flows.cli.mocks import Mocks
from airflow_provider_flows.cli.placeholders import showable
from airflow_provider_flows.cli.printing import print_file
from airflow_provider_flows.cli.reading import read_pipeline
from airflow_provider_flows.cli.rehearsal import rehearsed
from airflow_provider_flows.hooks.hatch import make_platform
from airflow_provider_flows.pipelines.model import Pipeline, Step
from airflow_provider_flows.pipelines.texts import is_true
from airflow_provider_flows.pipelines.whole import whole
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.fields import unknown_name
from airflow_provider_flows.protocol.runs import RunOrder


def render(options: Namespace) -> int:
    """Print the merged file, or the lines for curl."""
    pipeline = read_pipeline(options.file)
    if options.step is None:
        print_file(whole(pipeline))
        return 0
    step = _step(pipeline, options.step)
    mocked = mocks(pipeline, options, datetime.now(timezone.utc))
    wanted = mocked.filled(step, "if", step.condition)
    if step.condition is not None and not is_true(wanted):
        print_file(f"# {step.name} is skipped: its `if` gives {json.dumps(wanted)}\n")
        return 0
    print_file(_shown(step, mocked, options.connection))
    return 0


def _step(pipeline: Pipeline, name: str) -> Step:
    names = [step.name for step in pipeline.steps]
    if name not in names:
        raise CommandError(unknown_name(name, names, "step"))
    return pipeline.step(name)


def _shown(step: Step, mocked: Mocks, conn_id: str | None) -> str:
    """Return the requests of a step's start, each with a comment before it."""
    plain = specs.load(step.platform)
    spec = plain.variant(step.variant)
    conn_id = conn_id or step.connection
    is_default = conn_id == f"{step.platform}_default"
    found = from_environment(spec, None if is_default else conn_id)
    if found is not None:
        check_type(found, spec)
    raw = showable(spec, found.raw if found else None)
    platform = make_platform(plain, raw, step.variant)
    order = RunOrder(
        mocked.filled(step, "run", step.flow),
        mocked.filled(step, "with", step.inputs),
        mocked.filled(step, "options", step.options),
        mocked.task(step),
    )
    files = mocked.filled(step, "files", step.files)
    origin = found.origin if found else f"{conn_id}, which is not in the environment: its fields are made up"
    lines = [f"# step {step.name}, connection {origin}"]
    paths = iter(files.values())
    for request in rehearsed(platform, order, files):
        path = next(paths) if request.purpose == "upload" else ""
        lines += ["", f"# {request.purpose}", as_curl(request, path)]
    text = "\n".join(lines)
    if "{{" in text:
        print("what stands in {{ }} is left as it is: only Airflow fills it", file=sys.stderr)
    return text + "\n"
