"""The tasks that one step becomes, as the calls that make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_flows.pipelines.calls import Call, Output, as_json, duration
from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.model import DURATIONS, Notice, Step
from airflow_provider_flows.pipelines.texts import compiled

STEP = "airflow_provider_flows.operators.step.FlowStepOperator"
ITEMS = "airflow_provider_flows.operators.items.FlowItemsOperator"
LABEL = "flow_label"
"""The name in Airflow's context under which a mapped step leaves its label for `map_index_template`."""

# What the task that makes the items shares with its step: how it is tried again, and where it runs.
_OF_ITEMS = frozenset(
    {
        "retries",
        "retry_delay",
        "max_retry_delay",
        "retry_exponential_backoff",
        "priority_weight",
        "queue",
        "trigger_rule",
    }
)
_BY_ITEM = frozenset({("item",), ("index",)})
_FILLED = ("${", "{{", "{%", "{#")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlan:
    """One task of the DAG.

    :param task_id: which is a step's name, or that of its items' task
    :param call: the operator; of a mapped one, the arguments that are the same for all
    :param mapped: what the operator is expanded over, by argument; empty where it is not
    :param group: id of the task group around it
    :param needs: ids of the tasks that come before, besides those whose `Output` the arguments name
    """

    task_id: str
    call: Call
    mapped: Mapping[str, Any] = field(default_factory=dict)
    group: str | None = None
    needs: tuple[str, ...] = ()


def tasks(step: Step, group: str | None, file: str) -> Iterator[TaskPlan]:
    """Return the step's tasks: with items that are not known yet, a task before it that makes them."""
    place = step.places.get("run") or Place(file)
    if step.for_each is None:
        yield TaskPlan(
            task_id=step.name,
            call=Call(STEP, (), _arguments(step, step.settings, step.condition), place=place),
            group=group,
            needs=step.needs,
        )
        return
    items: Any = as_json(step.for_each)
    if not _is_filled(items):
        mapped = Call(STEP, (), _arguments(step, step.settings, step.condition), place=place)
        yield TaskPlan(task_id=step.name, call=mapped, mapped={"item": items}, group=group, needs=step.needs)
        return
    # The first task waits, is skipped and fails for both, so that all rules are the step's own.
    first = items_of(step.name)
    by_item = isinstance(step.condition, str) and bool(compiled(step.condition).names & _BY_ITEM)
    yield TaskPlan(
        task_id=first,
        call=Call(ITEMS, (), _items(step, items, None if by_item else step.condition), place=place),
        group=group,
        needs=step.needs,
    )
    settings = {name: value for name, value in step.settings.items() if name != "trigger_rule"}
    mapped = Call(STEP, (), _arguments(step, settings, step.condition if by_item else None), place=place)
    yield TaskPlan(task_id=step.name, call=mapped, mapped={"item": Output(first)}, group=group)


def items_of(name: str) -> str:
    """Return the id of the task that makes a step's items; no step may be called so."""
    return f"{name}__items"


def notifiers(notices: tuple[Notice, ...]) -> list[Call] | None:
    """Return what Airflow calls back, None for nothing."""
    calls = [
        Call(each.notifier, keywords=as_json(each.arguments), register="notifications", place=each.place)
        for each in notices
    ]
    return calls or None


def _items(step: Step, items: Any, condition: str | bool | None) -> dict[str, Any]:
    keywords = {
        "task_id": items_of(step.name),
        "step": step.name,
        "for_each": items,
        "condition": _unless_true(condition),
        **_settings({name: value for name, value in step.settings.items() if name in _OF_ITEMS}),
        "on_failure_callback": notifiers(step.on_failure),
    }
    return {name: value for name, value in keywords.items() if value is not None}


def _arguments(step: Step, settings: Mapping[str, Any], condition: str | bool | None) -> dict[str, Any]:
    is_named = step.label is not None and step.for_each is not None
    keywords = {
        "task_id": step.name,
        "platform": step.platform,
        "variant": step.variant,
        "flow_conn_id": step.connection,
        "flow_id": step.flow,
        "inputs": as_json(step.inputs) or None,
        "options": as_json(step.options) or None,
        "files": as_json(step.files) or None,
        "condition": _unless_true(condition),
        "label": step.label if is_named else None,
        "map_index_template": f"{{{{ {LABEL} }}}}" if is_named else None,
        "max_active_tis_per_dagrun": step.max_parallel if step.for_each is not None else None,
        **_settings(settings),
        "outlets": [Call("airflow.sdk.Asset", (uri,)) for uri in step.outlets] or None,
        "on_failure_callback": notifiers(step.on_failure),
        "doc_md": step.doc,
    }
    return {name: value for name, value in keywords.items() if value is not None}


def _settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: duration(value) if name in DURATIONS and value is not None else value
        for name, value in settings.items()
    }


def _unless_true(condition: str | bool | None) -> str | bool | None:
    return None if condition is True else condition


def _is_filled(value: Any) -> bool:
    """Tell whether anything in JSON data has to be filled in before it can be used."""
    if isinstance(value, str):
        return any(each in value for each in _FILLED)
    if isinstance(value, dict):
        return any(map(_is_filled, value.values())) or any(map(_is_filled, value))
    return isinstance(value, list) and any(map(_is_filled, value))
