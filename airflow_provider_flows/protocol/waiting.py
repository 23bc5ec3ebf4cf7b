"""Waiting for a run: when to ask again, what to forgive, when to stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

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
    is raised, with the state that was seen last. If the time is up amid a fault, the run's message tells it.
    """
    began = clock()
    failing_since = math.inf
    last, heard = Run(handle, RunState.UNKNOWN), False
    fault: FlowError | None = None
    while True:
        asked = clock()
        try:
            run = yield from get()
        except NotFoundError as error:
            if heard or clock() - began >= EARLY:
                raise
            fault = error
        except OversizedError:
            raise
        except (TransportError, UnavailableError, AnswerError) as error:
            failing_since = min(failing_since, asked)
            if clock() - failing_since >= PATIENCE:
                raise _late(error, last) from error
            fault = error
        else:
            failing_since, fault = math.inf, None
            if not heard or (run.state, run.raw_state) != (last.state, last.raw_state):
                wait.report(run)
            last, heard = run, True
        if last.state.is_terminal or clock() >= wait.until:
            break
        yield from pause(min(wait.poll_interval, wait.until - clock()))
    yield from pause(wait.not_before - clock())
    return last if fault is None else _with_fault(last, fault)


def _with_fault(last: Run, fault: FlowError) -> Run:
    said = f"{last.message}; since then" if last.message else "last seen so; since then"
    return replace(last, message=f"{said} no readable answer: {fault}")


def _late(error: FlowError, last: Run) -> FlowError:
    seen = f"{last.state.value} ({last.raw_state!r})" if last.raw_state else last.state.value
    return FlowError(
        f"{last.handle} gave no readable answer for {PATIENCE:.0f} s; last seen {seen}. Last fault: {error}"
    )
