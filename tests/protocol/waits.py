"""Waiting on a stage, in time that only the wait moves."""

from __future__ import annotations

import math
from collections.abc import Callable

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.messages import Request, Response
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run
from airflow_provider_flows.protocol.waiting import PATIENCE, Wait
from airflow_provider_flows.transports.driver import drive
from tests.protocol.made_up import BEGINNING, HANDLE, Polled, Stage, said

ONCE = RetryPolicy(attempts=1)


def wait(
    play: Callable[[Request, float], Response],
    *,
    poll_interval: float = 10.0,
    max_poll_interval: float | None = None,
    since: float | None = None,
    jitter: float = 0.5,
    until: float = 1000.0,
    not_before: float = 0.0,
    unreachable_timeout: float = PATIENCE,
    retry: RetryPolicy = ONCE,
) -> tuple[Run, Stage, list[str]]:
    """Wait on a stage, times counted from the beginning; return run, stage and reported words.

    The interval is fixed unless the longest is given.
    """
    stage = Stage(play)
    reported: list[str] = []
    wish = Wait(
        poll_interval=poll_interval,
        max_poll_interval=poll_interval if max_poll_interval is None else max_poll_interval,
        since=None if since is None else BEGINNING + since,
        jitter=lambda: jitter,
        until=BEGINNING + until,
        not_before=BEGINNING + not_before,
        unreachable_timeout=unreachable_timeout,
        report=lambda run: reported.append(run.raw_state),
    )
    api = FlowApi(platform=Polled(), clock=stage.clock, retry=retry)
    return drive(api.wait(HANDLE, wish), stage.perform), stage, reported


def over_at(
    end: float, before: str = "running", after: str = "success"
) -> Callable[[Request, float], Response]:
    """Return a play in which a run is over after some seconds."""
    return lambda request, since: said(request, after if since >= end else before)


def faulty(
    status: int, begin: float, end: float, run_end: float = math.inf
) -> Callable[[Request, float], Response]:
    """Return a play with a status code instead of an answer for a while."""

    def play(request: Request, since: float) -> Response:
        if begin <= since < end:
            return said(request, "fault", status)
        return over_at(run_end)(request, since)

    return play
