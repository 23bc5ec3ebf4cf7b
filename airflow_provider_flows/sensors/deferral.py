"""Waiting for a sensor's run in the triggerer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from airflow_provider_flows.operators.settings import GRACE, SETTLING
from airflow_provider_flows.protocol.runs import RunHandle
from airflow_provider_flows.triggers.flow import FlowRunTrigger

if TYPE_CHECKING:
    from airflow_provider_flows.sensors.flow import FlowRunSensor


def defer(task: FlowRunSensor, handle: RunHandle, until: float) -> NoReturn:
    """Give the worker free and go on waiting in the triggerer, which never cancels the run."""
    task.log.info("Waiting for %s in the triggerer", handle)
    now = task.clock()
    task.defer(
        trigger=FlowRunTrigger(
            task.flow_conn_id,
            handle.to_json(),
            task.poke_interval,
            until,
            not_before=now + SETTLING,
            unreachable_timeout=task.unreachable_timeout,
            cancel_on_kill=False,
        ),
        method_name="execute_complete",
        timeout=timedelta(seconds=max(until - now, SETTLING) + GRACE),
    )
