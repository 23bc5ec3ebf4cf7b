"""What to say of a key that nobody knows: the one that was meant, or where it belongs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache

from airflow_provider_flows.pipelines.findings import either
from airflow_provider_flows.pipelines.near import did_you_mean, listed, near
from airflow_provider_flows.schemas import schema

# Words for the same things in Airflow, in its own YAML format, and in the tools that people come from.
_OTHER_WORDS = {
    "args": "with",
    "concurrency": "max_parallel",
    "condition": "if",
    "conn_id": "connection",
    "cron": "schedule",
    "dag": "pipeline",
    "dag_id": "pipeline",
    "dagrun_timeout": "run_timeout",
    "default_args": "defaults",
    "depends_on": "needs",
    "dependencies": "needs",
    "display_name": "title",
    "doc_md": "doc",
    "end_date": "end",
    "expand": "for_each",
    "flow": "run",
    "flow_conn_id": "connection",
    "flow_id": "run",
    "foreach": "for_each",
    "id": "pipeline",
    "input": "with",
    "inputs": "with",
    "loop": "for_each",
    "map_index_template": "label",
    "max_active_tis_per_dagrun": "max_parallel",
    "name": "pipeline",
    "on_failure_callback": "on_failure",
    "parameters": "params",
    "schedule_interval": "schedule",
    "start_date": "start",
    "task_group": "group",
    "tasks": "steps",
    "template": "extends",
    "upstream": "needs",
    "uses": "run",
    "when": "if",
}
_OF_PLATFORMS = {  # in specs, and in the languages of other tools
    "args": "options",
    "base_url": "base",
    "body": "json",
    "data": "json",
    "error_message": "error",
    "headers": "header",
    "host_url": "url",
    "id": "run_id",
    "input_schema": "inputs",
    "is_": "is",
    "method": "post",
    "name": "platform",
    "output": "result",
    "params": "query",
    "poll": "status",
    "response": "answer",
    "request": "sends",
    "expect": "gives",
    "run": "start",
    "state_field": "state",
    "submit": "start",
    "then": "is",
    "timeout": "read_timeout",
    "token_url": "url",
    "username": "login",
    "value": "result",
}
_OWNERS = {
    "pipeline": "a pipeline",
    "template": "a step",
    "defaults": "`defaults`",
    "platform_defaults": "`defaults.platforms.<platform>`",
}


_TABLES = (_OTHER_WORDS, _OF_PLATFORMS)


def about_unknown_key(
    key: str, owner: str, known: Iterable[str], *, is_of_pipeline: bool = True
) -> tuple[str, list[str]]:
    """Return a message and notes on a key that its owner does not have."""
    names = list(known)
    notes = [f"allowed: {listed(names)}"]
    message = f"`{key}` is not a key of {owner}"
    if (ours := next((each[key] for each in _TABLES if each.get(key) in names), None)) is not None:
        return f"{message}. Did you mean `{ours}`?", notes
    if is_of_pipeline and (homes := _homes().get(key)):
        return message, [f"it belongs to {either(homes)}", *notes]
    return f"{message}.{guess}" if (guess := did_you_mean(key, names)) else message, notes


def meant(key: str, known: Collection[str]) -> str | None:
    """Return the key that somebody may have meant by another word or by a slip, None where there is none."""
    ours = _OTHER_WORDS.get(key)
    return ours if ours in known else near(key, known)


@cache
def _homes() -> dict[str, list[str]]:
    """Return who has a key, by the key."""
    homes: dict[str, list[str]] = {}
    for name, words in _OWNERS.items():
        for key in schema("pipeline")["$defs"][name]["properties"]:
            homes.setdefault(key, []).append(words)
    return homes
