"""A pipeline as the calls that make its DAG: `dags` carries them out and `eject` prints them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.pipelines.calls import Call, as_json, duration, instant
from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.model import Pipeline, Step
from airflow_provider_flows.pipelines.tasks import TaskPlan, items_of, notifiers, tasks
from airflow_provider_flows.pipelines.timetables import schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """One task group, and the id of that around it."""

    group_id: str
    call: Call
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole DAG: groups come after those around them, tasks after those whose `Output` they name.

    The tasks of a group stand together, each group where its first task stands in the file.
    """

    dag: Call
    groups: tuple[GroupPlan, ...]
    tasks: tuple[TaskPlan, ...]


def plan(pipeline: Pipeline) -> Plan:
    """Return the calls that make a pipeline's DAG."""
    groups = _groups(pipeline.steps)
    names = {path: each.group_id for path, each in groups.items()}
    made = (
        task
        for step in _together(pipeline.steps)
        for task in tasks(step, names.get(step.group), pipeline.file)
    )
    return Plan(_dag(pipeline), tuple(groups.values()), tuple(made))


def _dag(pipeline: Pipeline) -> Call:
    runs = pipeline.max_active_runs or (1 if pipeline.schedule.text == "@continuous" else None)
    keywords = {
        "dag_display_name": pipeline.title,
        "description": pipeline.description,
        "schedule": schedule(pipeline),
        "start_date": pipeline.start and instant(pipeline.start, pipeline.timezone),
        "end_date": pipeline.end and instant(pipeline.end, pipeline.timezone),
        "catchup": pipeline.catchup and pipeline.start is not None,  # Airflow refuses it without a start
        "max_active_runs": runs,
        "dagrun_timeout": pipeline.run_timeout and duration(pipeline.run_timeout),
        "default_args": pipeline.owner and {"owner": pipeline.owner},
        "params": {name: _param(told) for name, told in pipeline.params.items()} or None,
        "tags": list(pipeline.tags) or None,
        "on_failure_callback": notifiers(pipeline.on_failure),
        "doc_md": _doc(pipeline),
    }
    return Call(
        "airflow.sdk.DAG",
        (pipeline.id,),
        {name: value for name, value in keywords.items() if value is not None},
        place=Place(pipeline.file),
    )


def _doc(pipeline: Pipeline) -> str:
    """Return what Airflow shows of the pipeline: its own words, and the file."""
    longest = max((len(ticks) for ticks in re.findall("`+", pipeline.source)), default=0)
    fence = "`" * max(3, longest + 1)
    source = f"{fence}yaml\n{pipeline.source.rstrip()}\n{fence}"
    return f"{pipeline.doc.rstrip()}\n\n{source}" if pipeline.doc else source


def _param(told: Mapping[str, Any]) -> Call:
    schema = as_json({name: value for name, value in told.items() if name not in {"default", "description"}})
    keywords: dict[str, Any] = {"description": told["description"]} if "description" in told else {}
    default = (as_json(told["default"]),) if "default" in told else ()
    # Param takes these two for itself, but every other keyword of JSON Schema as it is
    whole = {"schema", "source", "self"} & schema.keys()
    return Call("airflow.sdk.Param", default, {**keywords, **({"schema": schema} if whole else schema)})


def _together(steps: tuple[Step, ...]) -> list[Step]:
    first: dict[tuple[str, ...], int] = {}
    keys: dict[str, tuple[int, ...]] = {}
    for number, step in enumerate(steps):
        around = [first.setdefault(step.group[: depth + 1], number) for depth in range(len(step.group))]
        keys[step.name] = (*around, number)
    return sorted(steps, key=lambda step: keys[step.name])


def _groups(steps: tuple[Step, ...]) -> dict[tuple[str, ...], GroupPlan]:
    """Return the groups by their paths; an id may be neither that of a task nor hold a dot."""
    taken = {name for step in steps for name in (step.name, items_of(step.name))}
    found: dict[tuple[str, ...], GroupPlan] = {}
    for path in (step.group[: depth + 1] for step in steps for depth in range(len(step.group))):
        if path in found:
            continue
        group_id = "-".join(path)
        while group_id in taken:
            group_id += "-group"
        taken.add(group_id)
        title = {"group_display_name": path[-1]} if group_id != path[-1] else {}
        call = Call("airflow.sdk.TaskGroup", (group_id,), {**title, "prefix_group_id": False})
        parent = found[path[:-1]].group_id if path[:-1] else None
        found[path] = GroupPlan(group_id=group_id, call=call, parent=parent)
    return found
