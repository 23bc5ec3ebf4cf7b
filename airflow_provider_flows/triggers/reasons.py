"""Whether a trigger may end its task, or a worker has to: the tables are in `docs/scale.md`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow_provider_flows.triggers.ending import Ending

AUTO = "auto"
_EARLY_NAME = "{{ flow_label }}"  # that of pipelines, which is whole before the run starts
_OURS = "airflow_provider_flows."


def who_ends(choice: str | bool) -> str | bool:
    """Return what `end_from_trigger` asks for; raises `ValueError` for what it can't be."""
    if isinstance(choice, bool) or choice == AUTO:
        return choice
    raise ValueError(f"end_from_trigger must be 'auto', True or False, not {choice!r}")


def ending(task: Any, ti: Any, *, is_owner: bool, owes: bool = False) -> dict[str, Any] | None:
    """Return what a trigger needs to end the task, as plain JSON; None where a worker has to, and log why.

    :param task: the operator, rendered, as a worker has it when it defers
    :param ti: its task instance
    :param is_owner: whether the task started its run, and left the handle in XCom
    :param owes: whether the journal lacks something that only a worker can write
    """
    if task.ends_from_trigger is False:
        return None
    reason = _NOT_NOTED if owes else overridden(task)
    reason = reason or hindrance(task, is_mapped=getattr(ti, "is_mapped", False))
    if reason is None and task.ends_from_trigger == AUTO:
        reason = loss(task)
    if reason is not None:
        task.log.info("A worker is going to end this task: %s", reason)
        return None
    return Ending(
        result_path=task.result_path,
        max_result_bytes=task.max_result_bytes,
        is_dag_result=bool(getattr(task, "returns_dag_result", False)),
        is_owner=is_owner,
    ).to_json()


def overridden(task: Any) -> str | None:
    """Return why a subclass wants a worker, None if it doesn't; what Airflow stores of a task can't tell."""
    for name in ("execute_complete", "resume_execution"):
        method = getattr(type(task), name)
        if not method.__module__.startswith(_OURS):
            return f"{method.__qualname__} takes it up again"
    return None


def hindrance(task: Any, *, is_mapped: bool | None = False) -> str | None:
    """Return what would be wrong if a trigger ended the task, whatever the user prefers; None for nothing.

    :param task: the operator, or what Airflow stores of it
    :param is_mapped: whether it is one of several that the operator is expanded to
    """
    if not is_capable():
        return "Airflow before 3.3 doesn't let a trigger leave a result"
    if not _told(task, "do_xcom_push", default=True):
        return "do_xcom_push is off"
    if _told(task, "multiple_outputs"):
        return "multiple_outputs spreads its result"
    if not is_mapped and task.get_dag() and any(True for _ in task.iter_mapped_dependants()):
        return "another task is expanded over its result, whose length a worker tells Airflow"
    return "this Airflow has an XCom backend of its own" if _has_own_backend() else None


def loss(task: Any, *, no_worker: bool = False) -> str | None:
    """Return what Airflow would leave out if a trigger ended the task, None for nothing.

    :param task: the operator, or what Airflow stores of it; that lacks some of what is asked here
    :param no_worker: whether no worker has ever had the task: then more is left out
    """
    return next((reason for lost, reason in _LOSSES if lost(task)), None) or (
        next((reason for lost, reason in _EARLY_LOSSES if lost(task)), None) if no_worker else None
    )


def is_capable() -> bool:
    """Tell whether this Airflow lets a trigger do all that it takes to end a task, or to start one."""
    from airflow.triggers.base import BaseTrigger

    try:
        from airflow.sdk.bases.xcom import BaseXCom
    except ImportError:
        return False
    return hasattr(BaseXCom, "aget_one") and hasattr(BaseTrigger, "on_kill")


def _has_own_backend() -> bool:
    from airflow.sdk.bases.xcom import BaseXCom
    from airflow.sdk.execution_time.xcom import XCom

    return XCom is not BaseXCom


def _is_listened_to(_task: Any) -> bool:
    from airflow.sdk.listener import get_listener_manager

    return bool(get_listener_manager().hook.on_task_instance_success.get_hookimpls())


def _clears_its_store(_task: Any) -> bool:
    from airflow.providers.common.compat.sdk import conf

    return bool(conf.getboolean("state_store", "clear_on_success", fallback=False))


def _is_named_late(task: Any) -> bool:
    """Tell whether the name of a mapped task's run may change when the task ends; pipelines' never does."""
    return _told(task, "map_index_template") not in (None, _EARLY_NAME)


def _has_hook(moment: str) -> Callable[[Any], bool]:
    def asked(task: Any) -> bool:
        from airflow.providers.common.compat.sdk import BaseOperator

        method = getattr(getattr(task, moment, None), "__func__", None)
        is_own = method is not None and method is not getattr(BaseOperator, moment)
        return is_own or getattr(task, f"_{moment}_hook", None) is not None

    return asked


def _has(name: str) -> Callable[[Any], bool]:
    return lambda task: bool(_told(task, name))


def _told(task: Any, name: str, default: Any = None) -> Any:
    """Return an attribute; what Airflow stores of a mapped task has most of them among its arguments."""
    said = getattr(task, "partial_kwargs", {})
    return said.get(name, default) if name in said or not hasattr(task, name) else getattr(task, name)


_NOT_NOTED = "Airflow's task state store still lacks its run"
_LOSSES: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (_has("outlets"), "it has outlets, whose events only a worker sends"),
    (_has("has_on_success_callback"), "it has an on_success_callback, which only a worker calls"),
    (_has("email"), "it has e-mail settings"),
    (_has_hook("post_execute"), "it has a post_execute, which only a worker calls"),
    (_is_named_late, "its map_index_template is rendered once more when a worker ends it"),
    (_is_listened_to, "a plugin listens to tasks that succeed, which only a worker tells"),
    (_clears_its_store, "[state_store] clear_on_success is on, which only a worker heeds"),
)
_EARLY_LOSSES: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (_has("has_on_execute_callback"), "it has an on_execute_callback, which only a worker calls"),
    (_has_hook("pre_execute"), "it has a pre_execute, which only a worker calls"),
)
