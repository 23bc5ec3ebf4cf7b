"""Waiting for a task's run: on the worker, and then in the triggerer."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from airflow_provider_flows.journal.entry import Entry
from airflow_provider_flows.operators.book import TaskBook
from airflow_provider_flows.operators.settings import GRACE, SETTLING
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.triggers.flow import FlowRunTrigger

if TYPE_CHECKING:
    from airflow_provider_flows.operators.flow import RunFlowOperator

_OWING = 30.0  # seconds after which a write that the journal still lacks is tried again


def watched(task: RunFlowOperator, book: TaskBook, entry: Entry, handle: RunHandle) -> Run:
    """Return the run once it is over or its time is up; a deferrable task soon goes on in the triggerer."""
    if not task.deferrable:
        return _wait_here(task, book, handle, entry.until)
    run = waited(task, handle, min(time.time() + task.defer_after, entry.until))
    if not run.state.is_terminal and time.time() < entry.until:
        defer(task, book, entry, handle)
    return run


def waited(task: RunFlowOperator, handle: RunHandle, until: float) -> Run:
    """Return the run once it is over, or as it stands at `until`."""
    interval = task.poll_interval
    if task.deferrable:
        interval = min(interval, max(task.defer_after, 0.1))
    return task.hook.wait_for_run(
        handle, poll_interval=interval, until=until, unreachable_timeout=task.unreachable_timeout
    )


def defer(task: RunFlowOperator, book: TaskBook, entry: Entry, handle: RunHandle) -> NoReturn:
    """Give the worker free and go on waiting in the triggerer."""
    book.settle()
    task.log.info("Waiting for %s in the triggerer", handle)
    now = time.time()
    task.defer(
        trigger=FlowRunTrigger(
            task.flow_conn_id,
            handle.to_json(),
            task.poll_interval,
            entry.until,
            not_before=now + SETTLING,
            unreachable_timeout=task.unreachable_timeout,
            cancel_on_kill=task.cancel_on_kill,
        ),
        method_name="execute_complete",
        timeout=timedelta(seconds=max(entry.until - now, SETTLING) + GRACE),
    )


def _wait_here(task: RunFlowOperator, book: TaskBook, handle: RunHandle, until: float) -> Run:
    """Wait on the worker; what the journal still lacks is written as soon as Airflow takes it."""
    while book.owes and time.time() + _OWING < until:
        run = waited(task, handle, time.time() + _OWING)
        if run.state.is_terminal:
            return run
        book.settle()
    return waited(task, handle, until)
