"""Waiting for a run: when to ask again, what to forgive, when to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from airflow_provider_flows.protocol.errors import (
    AnswerError,
    FlowError,
    NotFoundError,
    OversizedError,
    TransportError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Exchange, pause
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState

EARLY = 60.0  # seconds in which a run that was just started may not be found yet
PATIENCE = 600.0  # seconds without a readable answer after which waiting makes no sense


def say_nothing(run: Run) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How to wait: seconds between polls, and instants in seconds since the epoch.

    `until` is when to give up, `not_before` when the end may be told at the earliest. `report` is called
    with each run whose state differs from the one before it.
    """

    poll_interval: float
    until: float
    not_before: float = 0.0
    report: Callable[[Run], None] = say_nothing


def wait_for(
    get: Callable[[], Exchange[Run]], handle: RunHandle, wait: Wait, clock: Callable[[], float]
) -> Exchange[Run]:
    """Ask until the run is over or the time is up, and return it as it last stood.

    A run that isn't found yet, and any fault that may pass, is forgiven for a while; then the last fault
    is raised, with the state that was seen last.
    """
    began = heard_at = clock()
    last = Run(handle, RunState.UNKNOWN)
    heard = False
    while True:
        try:
            run = yield from get()
        except NotFoundError:
            if heard or clock() - began >= EARLY:
                raise
        except (TransportError, UnavailableError, AnswerError) as error:
            if isinstance(error, OversizedError):
                raise
            if clock() - heard_at >= PATIENCE:
                raise _late(error, last) from error
        else:
            heard_at = clock()
            if not heard or (run.state, run.raw_state) != (last.state, last.raw_state):
                wait.report(run)
            last, heard = run, True
        if last.state.is_terminal or clock() >= wait.until:
            break
        yield from pause(min(wait.poll_interval, wait.until - clock()))
    yield from pause(wait.not_before - clock())
    return last


def _late(error: FlowError, last: Run) -> FlowError:
    seen = f"{last.state.value} ({last.raw_state!r})" if last.raw_state else last.state.value
    return FlowError(
        f"{last.handle} gave no readable answer for {PATIENCE:.0f} s; last seen {seen}. Last fault: {error}"
    )
