"""Which templates the triggerer can render: it answers few of a template's questions, and others never."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import nodes

PULLED = "{{ ti.xcom_pull('a_task', key='handle', map_indexes=-1) }}"
# What is answered from what the triggerer has, or by a message that it knows (tried with Airflow 3.3.2).
_NAMES = frozenset(
    {
        *("conn", "dag_run", "data_interval_end", "data_interval_start", "ds", "ds_nodash"),
        *("logical_date", "macros", "params", "run_id", "task_instance_key_str", "ts", "ts_nodash"),
        *("ts_nodash_with_tz", "var"),
    }
)
_OWN_TASK = frozenset({"ti", "task_instance"})
_OF_TASK = frozenset({"dag_id", "map_index", "run_id", "task_id", "try_number"})


def unrenderable(value: Any, own: Collection[str] = ()) -> str | None:
    """Return why the triggerer can't render a value and what to write instead, None where it can.

    :param own: the names of the DAG's own macros and filters, which may be those of others that Airflow has
    """
    from airflow.sdk.definitions._internal.mixins import ResolveMixin

    if isinstance(value, ResolveMixin):
        return f"is {type(value).__name__}, which the triggerer does not resolve: write {_instead_of(value)}"
    if isinstance(value, str):
        return _of_text(value, own)
    members: Any = ()
    if isinstance(value, Mapping):
        members = (*value.keys(), *value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        members = value
    return next((reason for member in members if (reason := unrenderable(member, own))), None)


def _instead_of(value: Any) -> str:
    """Return the template that gives what a task's output stands for."""
    operator, key = getattr(value, "operator", None), getattr(value, "key", None)
    if operator is None or key is None:
        return f"a template of a task's XCom, such as {PULLED}"
    pull = f"ti.xcom_pull({operator.task_id!r}, key={key!r}, map_indexes=-1)"
    return f"{{{{ {pull} | tojson }}}} and let this task come after {operator.task_id!r}"


def _of_text(text: str, own: Collection[str]) -> str | None:
    from airflow.sdk.definitions._internal.templater import SandboxedEnvironment
    from jinja2 import TemplateError, meta, nodes

    if "{" not in text:
        return None
    # what the triggerer makes, without the DAG's own filters
    environment: Any = SandboxedEnvironment(cache_size=0)  # type: ignore[no-untyped-call]
    try:
        tree = environment.parse(text)
        asked = meta.find_undeclared_variables(tree)
    except TemplateError as error:
        return f"can't be rendered by the triggerer: {str(error.message).rstrip('.')}"
    filters = {each.name for each in tree.find_all(nodes.Filter)}
    if found := (asked | filters) & set(own):
        return f"uses {', '.join(sorted(found))} of the DAG's own, which the triggerer does not have"
    if unknown := asked - _NAMES - _OWN_TASK - environment.globals.keys():
        return f"asks for {', '.join(sorted(unknown))}, which the triggerer does not have or never gives"
    return next(_wrong_questions(tree), None)


def _wrong_questions(tree: nodes.Node) -> Iterator[str]:
    """Find what a template asks of its own task that may never be answered."""
    from jinja2 import nodes

    answered = [
        name
        for each in tree.find_all(nodes.Getattr)
        if isinstance(name := each.node, nodes.Name) and name.name in _OWN_TASK and each.attr in _OF_TASK
    ]
    for call in tree.find_all(nodes.Call):
        asked = call.node
        if not (isinstance(asked, nodes.Getattr) and isinstance(asked.node, nodes.Name)):
            continue
        if asked.node.name in _OWN_TASK and asked.attr == "xcom_pull":
            if not any(keyword.key == "map_indexes" for keyword in call.kwargs):
                yield f"pulls an XCom without map_indexes, which the triggerer never answers: write {PULLED}"
            answered.append(asked.node)
    for name in tree.find_all(nodes.Name):
        if name.name in _OWN_TASK and not any(name is each for each in answered):
            allowed = ", ".join(sorted(_OF_TASK))
            yield f"uses {name.name}, of which the triggerer has {allowed} and xcom_pull(…, map_indexes=-1)"
