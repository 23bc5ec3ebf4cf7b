"""Waiting for a task's run: on the worker, and then in the triggerer."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow_provider_flows.journal.entry import Entry
from airflow_provider_flows.operators.book import TaskBook
from airflow_provider_flows.operators.settings import GRACE, SETTLING
from airflow_provider_flows.protocol.polling import next_pause
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.triggers.flow import FlowRunTrigger
from airflow_provider_flows.triggers.reasons import ending

if TYPE_CHECKING:
    from airflow_provider_flows.operators.flow import RunFlowOperator

_OWING = 30.0  # seconds after which a write that the journal still lacks is tried again


def watched(task: RunFlowOperator, ti: Any, book: TaskBook, entry: Entry, handle: RunHandle) -> Run:
    """Return the run once it is over or its time is up; a deferrable task soon goes on in the triggerer."""
    if not task.deferrable:
        return _wait_here(task, book, entry, handle)
    if task.defer_after or time.time() >= entry.until:
        run = waited(task, handle, min(time.time() + task.defer_after, entry.until), entry.since)
        if run.state.is_terminal or time.time() >= entry.until:
            return run
    return defer(task, ti, book, entry, handle)


def waited(task: RunFlowOperator, handle: RunHandle, until: float, since: float | None = None) -> Run:
    """Return the run, which began at `since`, once it is over, or as it stands at `until`."""
    first, longest = task.poll_interval, task.max_poll_interval
    if task.deferrable and task.defer_after <= first:  # ask once, and once more at the end
        first = longest = max(task.defer_after, 0.1)
    return task.hook.wait_for_run(
        handle,
        poll_interval=first,
        max_poll_interval=longest,
        since=since,
        until=until,
        unreachable_timeout=task.unreachable_timeout,
    )


def defer(task: RunFlowOperator, ti: Any, book: TaskBook, entry: Entry, handle: RunHandle) -> NoReturn:
    """Give the worker free and go on waiting in the triggerer, which may end the task."""
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
            max_poll_interval=task.max_poll_interval,
            since=entry.since,
            end=ending(task, ti, is_owner=True, owes=book.owes),
        ),
        method_name="execute_complete",
        timeout=timedelta(seconds=max(entry.until - now, SETTLING) + GRACE),
    )


def _wait_here(task: RunFlowOperator, book: TaskBook, entry: Entry, handle: RunHandle) -> Run:
    """Wait on the worker; what the journal still lacks is written as soon as Airflow takes it."""
    while book.owes and time.time() + _OWING < entry.until:
        run = _owing(task, entry, handle)
        if run.state.is_terminal:
            return run
        book.settle()
    return waited(task, handle, entry.until, entry.since)


def _owing(task: RunFlowOperator, entry: Entry, handle: RunHandle) -> Run:
    """Wait a little; its end is no deadline of the run, toward which questions would become more."""
    now = time.time()
    interval = next_pause(
        now - entry.since, entry.until - now, task.poll_interval, task.max_poll_interval, random.random
    )
    return task.hook.wait_for_run(
        handle,
        poll_interval=interval,
        max_poll_interval=interval,
        until=now + _OWING,
        unreachable_timeout=task.unreachable_timeout,
    )
