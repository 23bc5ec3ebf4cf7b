"""Waiting for a sensor's run in the triggerer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow_provider_flows.operators.settings import GRACE, SETTLING, seconds
from airflow_provider_flows.protocol.polling import FIRST, longest_pause
from airflow_provider_flows.protocol.runs import RunHandle
from airflow_provider_flows.triggers.flow import FlowRunTrigger
from airflow_provider_flows.triggers.reasons import ending

if TYPE_CHECKING:
    from airflow_provider_flows.sensors.flow import FlowRunSensor


def poll_intervals(given: float | timedelta | None, longest: float | timedelta | None) -> tuple[float, float]:
    """Return how many seconds the triggerer waits between two questions, the first time and at most.

    A `poke_interval` that was given is a fixed interval, as Airflow promises, unless `max_poll_interval` was
    given too. Raises `ValueError` for what is no time, and for a `max_poll_interval` below what was given.
    """
    most = None if longest is None else seconds("max_poll_interval", longest, positive=True)
    if given is not None:
        first = seconds("poke_interval", given)
        return first, longest_pause(first, first if most is None else most, "poke_interval")
    first = FIRST if most is None else min(FIRST, most)
    return first, longest_pause(first, most)


def defer(task: FlowRunSensor, ti: Any, handle: RunHandle, until: float, since: float | None) -> NoReturn:
    """Give the worker free and go on waiting in the triggerer, which never cancels the run.

    `since` is when the run was looked at first, in seconds since the epoch; None is taken for now.
    """
    task.log.info("Waiting for %s in the triggerer", handle)
    now = task.clock()
    task.defer(
        trigger=FlowRunTrigger(
            task.flow_conn_id,
            handle.to_json(),
            task.poll_interval,
            until,
            not_before=now + SETTLING,
            unreachable_timeout=task.unreachable_timeout,
            cancel_on_kill=False,
            max_poll_interval=task.max_poll_interval,
            since=now if since is None else since,
            end=ending(task, ti, is_owner=False),
        ),
        method_name="execute_complete",
        timeout=timedelta(seconds=max(until - now, SETTLING) + GRACE),
    )
