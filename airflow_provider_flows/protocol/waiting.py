"""Waiting for a run: when to ask again, what to forgive, when to stop."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

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
from airflow_provider_flows.protocol.messages import Exchange, Sleep, pause
from airflow_provider_flows.protocol.polling import longest_pause, next_pause
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

    The pause between two polls grows with the run's age from `poll_interval` to `max_poll_interval` (None:
    300 s, or `poll_interval` where that is more), and shrinks again toward `until`; see `polling`. `since` is
    when the run began, as far as is known (None: when the wait does), `until` when to give up, `not_before`
    when the end may be told at the earliest, `unreachable_timeout` for how many seconds faults that may pass
    are forgiven. `report` is called with each run whose state differs from the one before it; when answers
    stop, with the last one and the fault in its message; and when they come again. `jitter` gives numbers
    from 0 to 1. Raises `ValueError` for a `max_poll_interval` below `poll_interval`.
    """

    poll_interval: float
    until: float
    max_poll_interval: float | None = None
    since: float | None = None
    not_before: float = 0.0
    unreachable_timeout: float = PATIENCE
    report: Callable[[Run], None] = say_nothing
    jitter: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        longest_pause(self.poll_interval, self.max_poll_interval)


def wait_for(
    get: Callable[[], Exchange[Run]], handle: RunHandle, wait: Wait, clock: Callable[[], float]
) -> Exchange[Run]:
    """Ask until the run is over or the time is up, and return it as it last stood.

    Faults are forgiven as `Watch` says. If the time is up amid a fault, the run's message tells it.
    """
    watch = Watch(Heard.nothing(handle), wait.unreachable_timeout, wait.report)
    since = clock() if wait.since is None else wait.since
    while True:
        asked = clock()
        try:  # and not `forgiving`, which would cost five objects for each run whose turn has not come
            watch.hear((yield from get()), clock())
        except (TransportError, ResponseError) as error:
            watch.forgive(error, asked, clock())
        if watch.run.state.is_terminal or clock() >= wait.until:
            break
        rest = _time_to_next(wait, since, clock(), is_amid_fault=watch.fault is not None)
        yield Sleep(max(rest, 0.0))  # and not `pause`, of which thousands would stand here
    yield from pause(wait.not_before - clock())
    return watch.told


def _time_to_next(wait: Wait, since: float, now: float, *, is_amid_fault: bool) -> float:
    """Return the pause that the law wants; amid a fault one that leaves budgets more than two questions."""
    first, longest = wait.poll_interval, longest_pause(wait.poll_interval, wait.max_poll_interval)
    if is_amid_fault:
        longest = max(first, min(longest, EARLY / 2))
    return next_pause(now - since, wait.until - now, first, longest, wait.jitter)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a run, and since when nothing was; instants in seconds since the epoch.

    :param run: the run as it was heard last
    :param at: when that was, None when it never was
    :param failing_since: when the first of the faults since then was asked for
    :param refused_since: when the first of the latest refusals in a row was
    """

    run: Run
    at: float | None = None
    failing_since: float | None = None
    refused_since: float | None = None

    @classmethod
    def nothing(cls, handle: RunHandle) -> Heard:
        """Return what is known before the first question."""
        return cls(Run(handle, RunState.UNKNOWN))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data, by which another process goes on with the same wait."""
        return {"run": self.run.to_event()} | {name: getattr(self, name) for name in _INSTANTS}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Heard:
        """Read what `to_json` wrote; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        instants = {name: None if data[name] is None else float(data[name]) for name in _INSTANTS}
        return cls(Run.from_event(data["run"]), **instants)


_INSTANTS = ("at", "failing_since", "refused_since")
_UNSEEN = "not seen in this wait"


class Watch:
    """Judges each answer and each fault of a wait.

    Whatever may pass is forgiven for `unreachable_timeout`, and so is a run that was never found; a refusal
    (not found any more, not allowed, redirected) for a minute. Then the last fault is raised, with the state
    that was seen last.

    :param heard: what was heard before, in this process or in an earlier one
    :param unreachable_timeout: for how many seconds faults that may pass are forgiven
    :param report: called with each run whose state differs from the one before it; when answers stop, with
        the last one and the fault in its message; and when they come again
    """

    # What a `Heard` holds lies here by itself: each of thousands of runs would keep one object more.
    __slots__ = ("_at", "_budget", "_failing_since", "_refused_since", "_report", "fault", "run")

    def __init__(self, heard: Heard, unreachable_timeout: float, report: Callable[[Run], None]) -> None:
        self.run, self._at = heard.run, heard.at
        self._failing_since, self._refused_since = heard.failing_since, heard.refused_since
        self.fault: FlowError | None = None
        self._budget = unreachable_timeout
        self._report = report

    @property
    def heard(self) -> Heard:
        """What was heard, for another process."""
        return Heard(self.run, self._at, self._failing_since, self._refused_since)

    @property
    def told(self) -> Run:
        """The run as it was heard last; amid a fault its message says what came since."""
        return self.run if self.fault is None else self._amid(self.fault)

    @contextmanager
    def forgiving(self, clock: Callable[[], float]) -> Iterator[None]:
        """Forgive the fault that one question meets, or raise it, when it has lasted too long."""
        asked = clock()
        try:
            yield
        except (TransportError, ResponseError) as error:
            self.forgive(error, asked, clock())

    def forgive(self, error: TransportError | ResponseError, asked: float, now: float) -> None:
        """Forgive a fault of a question that was asked then, or raise it, when it has lasted too long."""
        if isinstance(error, OversizedError):  # the next answer would be as large
            raise error
        self._forgive(error, asked, now)

    def hear(self, run: Run, now: float) -> None:
        """Take a good answer."""
        last, is_first, was_failing = self.run, self._at is None, self._failing_since is not None
        self.run, self._at = run, now
        self.fault = self._failing_since = self._refused_since = None
        if is_first or was_failing or (run.state, run.raw_state) != (last.state, last.raw_state):
            self._report(run)

    def _forgive(self, error: TransportError | ResponseError, asked: float, now: float) -> None:
        asked = _sent_at(error) or asked  # waiting for one's turn is nobody's fault
        may_pass = _may_pass(error)
        is_first = self._failing_since is None
        failing_since = self._failing_since = _first(self._failing_since, asked)
        refused_since = _first(self._refused_since, asked)
        self._refused_since = None if may_pass else refused_since
        self.fault = error
        if may_pass:
            is_over = now - failing_since >= self._budget
        elif isinstance(error, NotFoundError) and self._at is None:
            is_over = now - failing_since >= max(self._budget, EARLY)
        else:
            is_over = now - refused_since >= EARLY
        if is_over:
            raise self._retold(error, failing_since, now) from error
        if is_first:
            self._report(self.told)

    def _amid(self, fault: FlowError) -> Run:
        seen = _UNSEEN if self._at is None else "last seen so"
        since = "" if self._failing_since is None else f" since {_date(self._failing_since)}"
        return replace(self.run, message=f"{self.run.message or seen}; no good answer{since}: {fault}")

    def _retold(self, error: TransportError | ResponseError, since: float, now: float) -> FlowError:
        run, at = self.run, self._at
        word = f" ({run.raw_state!r})" if run.raw_state else ""
        seen = _UNSEEN if at is None else f"last seen {run.state.value}{word} at {_date(at)}"
        text = (
            f"{run.handle} gave no good answer for {now - since:.0f} s, since {_date(since)}; {seen}. "
            f"Last fault: {error}"
        )
        if isinstance(error, ResponseError):
            return type(error)(text, error.response)
        return type(error)(text, error.request)


def _first(known: float | None, asked: float) -> float:
    return asked if known is None else min(known, asked)


def _sent_at(error: TransportError | ResponseError) -> float | None:
    return error.sent_at if isinstance(error, TransportError) else error.response.sent_at


def _may_pass(error: FlowError) -> bool:
    """Tell weather from refusals. A 401 is weather: a token may be revoked before the next one holds."""
    if isinstance(error, CredentialsError):
        return error.response.status != 403
    return isinstance(error, TransportError | UnavailableError | AnswerError)


def _date(instant: float) -> str:
    return f"{datetime.fromtimestamp(instant, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
