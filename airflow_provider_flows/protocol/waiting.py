"""Waiting for a run: when to ask again, what to forgive, when to stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from airflow_provider_flows.protocol.errors import (
    AnswerError,
    CredentialsError,
    FlowError,
    NotFoundError,
    OversizedError,
    ResponseError,
    TransportError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Exchange, pause
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState

EARLY = 60.0  # seconds of a clear no: of a new run that isn't found yet, of a proxy or a restart on the way
PATIENCE = (
    600.0  # seconds without a readable answer after which waiting makes no sense, unless told otherwise
)


def say_nothing(run: Run) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How to wait: seconds between polls, and instants in seconds since the epoch.

    `until` is when to give up, `not_before` when the end may be told at the earliest, `unreachable_timeout`
    for how many seconds faults that may pass are forgiven. `report` is called with each run whose state
    differs from the one before it; when answers stop, with the last one and the fault in its message; and
    when they come again.
    """

    poll_interval: float
    until: float
    not_before: float = 0.0
    unreachable_timeout: float = PATIENCE
    report: Callable[[Run], None] = say_nothing


def wait_for(
    get: Callable[[], Exchange[Run]], handle: RunHandle, wait: Wait, clock: Callable[[], float]
) -> Exchange[Run]:
    """Ask until the run is over or the time is up, and return it as it last stood.

    Whatever may pass is forgiven for `unreachable_timeout`, and so is a run that was never found; a refusal
    (not found any more, not allowed, redirected) for a minute. Then the last fault is raised, with the state
    that was seen last. If the time is up amid a fault, the run's message tells it.
    """
    watch = _Watch(handle, wait)
    while True:
        asked = clock()
        try:
            watch.hear((yield from get()), clock())
        except OversizedError:  # the next answer would be as large
            raise
        except (TransportError, ResponseError) as error:
            watch.forgive(error, asked, clock())
        if watch.last.state.is_terminal or clock() >= wait.until:
            break
        yield from pause(min(wait.poll_interval, wait.until - clock()))
    yield from pause(wait.not_before - clock())
    return watch.last if watch.fault is None else watch.amid(watch.fault)


_UNSEEN = "not seen in this wait"


class _Watch:
    """What was heard of a run, and for how long nothing was."""

    def __init__(self, handle: RunHandle, wait: Wait) -> None:
        self.last = Run(handle, RunState.UNKNOWN)
        self.fault: FlowError | None = None
        self._wait = wait
        self._heard_at: float | None = None
        self._failing_since = math.inf
        self._refused_since = math.inf

    def hear(self, run: Run, now: float) -> None:
        """Take a good answer."""
        is_news = self._heard_at is None or (run.state, run.raw_state) != (
            self.last.state,
            self.last.raw_state,
        )
        if is_news or self.fault is not None:
            self._wait.report(run)
        self.last, self._heard_at, self.fault = run, now, None
        self._failing_since = self._refused_since = math.inf

    def forgive(self, error: TransportError | ResponseError, asked: float, now: float) -> None:
        """Take a fault; raises it, with what was seen last, when it has lasted too long."""
        may_pass = _may_pass(error)
        self._failing_since = min(self._failing_since, asked)
        self._refused_since = math.inf if may_pass else min(self._refused_since, asked)
        budget = self._wait.unreachable_timeout
        if may_pass:
            is_over = now - self._failing_since >= budget
        elif isinstance(error, NotFoundError) and self._heard_at is None:
            is_over = now - self._failing_since >= max(budget, EARLY)
        else:
            is_over = now - self._refused_since >= EARLY
        if is_over:
            raise self._retold(error, now) from error
        if self.fault is None:
            self._wait.report(self.amid(error))
        self.fault = error

    def amid(self, fault: FlowError) -> Run:
        """Return the run as it was seen last, with a message that says what came since."""
        seen = _UNSEEN if self._heard_at is None else "last seen so"
        said = f"{self.last.message or seen}; no good answer since {_date(self._failing_since)}: {fault}"
        return replace(self.last, message=said)

    def _retold(self, error: TransportError | ResponseError, now: float) -> FlowError:
        word = f" ({self.last.raw_state!r})" if self.last.raw_state else ""
        seen = _UNSEEN
        if self._heard_at is not None:
            seen = f"last seen {self.last.state.value}{word} at {_date(self._heard_at)}"
        text = (
            f"{self.last.handle} gave no good answer for {now - self._failing_since:.0f} s, since "
            f"{_date(self._failing_since)}; {seen}. Last fault: {error}"
        )
        if isinstance(error, ResponseError):
            return type(error)(text, error.response)
        return type(error)(text, error.request)


def _may_pass(error: FlowError) -> bool:
    """Tell weather from refusals. A 401 is weather: a token may be revoked before the next one holds."""
    if isinstance(error, CredentialsError):
        return error.response.status != 403
    return isinstance(error, TransportError | UnavailableError | AnswerError)


def _date(instant: float) -> str:
    return f"{datetime.fromtimestamp(instant, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
