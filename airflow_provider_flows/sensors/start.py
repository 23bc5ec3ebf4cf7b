"""A sensor that no worker starts: what Airflow's scheduler puts into the triggerer at once."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_flows.operators.settings import GRACE
from airflow_provider_flows.sensors.templates import unrenderable
from airflow_provider_flows.sensors.trigger import AWAITED, TEMPLATED, FlowSensorTrigger
from airflow_provider_flows.triggers.reasons import AUTO, is_capable, loss, overridden

if TYPE_CHECKING:
    from airflow.triggers.base import StartTriggerArgs

    from airflow_provider_flows.sensors.flow import FlowRunSensor


def start(task: FlowRunSensor) -> None:
    """Let the triggerer start a sensor, where this Airflow and this sensor can.

    A mapped sensor goes to a worker, since Airflow gives the triggerer none of its values, and so does every
    sensor of an Airflow before 3.3. Raises `ValueError` for what the triggerer would never render.
    """
    task.deferrable = True
    if getattr(task, "_BaseOperator__from_mapped", False):
        return
    _check(task)
    if is_capable():
        task.template_fields = [*task.template_fields, AWAITED]
        task.start_from_trigger = True
        task.start_trigger_args = _arguments(task)


def _check(task: FlowRunSensor) -> None:
    """Raise `ValueError` for what can't work without a worker, with what to write instead."""
    from airflow.sdk import AssetAlias

    dag = task.get_dag()
    own = {*(dag.user_defined_macros or ()), *(dag.user_defined_filters or ())} if dag else ()
    for name in TEMPLATED:
        if reason := unrenderable(getattr(task, name), own):
            shown = "run" if name == AWAITED else name
            raise ValueError(f"{shown} of sensor {task.task_id!r} {reason}. {_REMEDY}")
    if any(isinstance(inlet, AssetAlias) for inlet in task.inlets):
        raise ValueError(
            f"inlets of sensor {task.task_id!r} have an AssetAlias, for which Airflow needs a worker: name "
            f"the asset itself. {_REMEDY}"
        )


def _arguments(task: FlowRunSensor) -> StartTriggerArgs:
    from airflow.triggers.base import StartTriggerArgs

    limit = task.execution_timeout.total_seconds() if task.execution_timeout else math.inf
    longest = min(task.timeout, limit)
    patience = min(longest + GRACE, limit)  # Airflow takes the shorter one too
    reason = overridden(task)
    if reason is None and task.ends_from_trigger == AUTO:
        reason = loss(task, no_worker=True)
    trigger = FlowSensorTrigger(
        **{name: getattr(task, name) for name in TEMPLATED},
        poll_interval=task.poll_interval,
        max_poll_interval=task.max_poll_interval,
        unreachable_timeout=task.unreachable_timeout,
        longest=longest,
        patience=patience,
        max_result_bytes=task.max_result_bytes,
        end_from_trigger=task.ends_from_trigger,
        worker=reason,
    )
    path, arguments = trigger.serialize()
    return StartTriggerArgs(
        trigger_cls=path,
        trigger_kwargs=arguments,
        next_method="execute_complete",
        timeout=timedelta(seconds=longest + GRACE),
    )


_REMEDY = "Or leave start_from_trigger off: a worker can do it"
