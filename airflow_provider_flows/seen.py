"""What happens to runs, told to Airflow's own statistics: StatsD, Datadog or OpenTelemetry.

`docs/metrics.md` lists what is told. Nothing here raises, and where Airflow sends no statistics nothing is
imported and nothing is measured.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from airflow_provider_flows.journal.doubt import leaves_doubt
from airflow_provider_flows.protocol.errors import FlowError, TransportError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Step
from airflow_provider_flows.protocol.runs import Run, RunHandle

T = TypeVar("T")
_BACKENDS = ("statsd_on", "statsd_datadog_enabled", "otel_on")


@contextmanager
def start(platform: str) -> Iterator[None]:
    """Count a start: by whether a run began, surely did not, or nobody can say."""
    try:
        yield
    except FlowError as error:
        count("start.ambiguous" if leaves_doubt(error) else "start.failed", platform)
        raise
    count("start.count", platform)


def polls(
    say: Callable[..., Exchange[T]], platform: str, clock: Callable[[], float] = time.monotonic
) -> Callable[..., Exchange[T]]:
    """Return what says the same, with its questions how a run stands counted and timed."""
    if _stats() is None:
        return say
    return lambda *args, **named: _timed(say(*args, **named), platform, clock)


def end(run: Run, since: float) -> None:
    """Tell how long a run took, if it is over; `since` in seconds since the epoch."""
    if run.state.is_terminal:
        took("run.duration", time.time() - since, run.handle.platform, state=run.state.value)


def cancel(handle: RunHandle, *, cancelled: bool) -> None:
    """Count a run that was cancelled, unless it was over already."""
    if cancelled:
        count("run.cancelled", handle.platform)


def count(name: str, platform: str, **tags: str) -> None:
    """Count one more of something."""
    _told("incr", name, platform=platform, **tags)


def took(name: str, seconds: float, platform: str, **tags: str) -> None:
    """Tell how long something took."""
    _told("timing", name, timedelta(seconds=max(seconds, 0.0)), platform=platform, **tags)


def _timed(exchange: Exchange[T], platform: str, clock: Callable[[], float]) -> Exchange[T]:
    with closing(exchange):
        try:
            step = next(exchange)
            while True:
                asked = clock()
                try:
                    answer = yield step
                except TransportError as error:
                    _poll(step, None, clock() - asked, platform)
                    step = exchange.throw(error)
                else:
                    _poll(step, answer, clock() - asked, platform)
                    step = exchange.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a generator's return value has no type here


def _poll(step: Step, answer: Response | None, seconds: float, platform: str) -> None:
    if not isinstance(step, Request) or step.purpose != "status":
        return
    count("poll.count", platform)
    took("poll.latency", seconds, platform)
    if answer is None or not answer.is_ok:
        count("poll.failed", platform)


def _told(kind: str, name: str, *values: Any, **tags: str) -> None:
    try:
        if (stats := _stats()) is not None:
            getattr(stats, kind)(f"flows.{name}", *values, tags=tags)
    except Exception:  # noqa: BLE001, S110 - a lost number may not end a task, nor fill its log at each poll
        pass


def _stats() -> Any:
    """Return Airflow's statistics, None where it sends none, or where a command does without Airflow."""
    return _configured() if "airflow" in sys.modules else None


@cache
def _configured() -> Any:
    try:
        from airflow.providers.common.compat.sdk import conf

        if not any(conf.getboolean("metrics", name, fallback=False) for name in _BACKENDS):
            return None
        return _of_this_airflow()
    except Exception:  # noqa: BLE001 - a wrong setting of Airflow's is for Airflow to tell
        return None


def _of_this_airflow() -> Any:
    try:
        import_module("airflow.sdk.serde")  # sets them up in the triggerer too, where nothing else does
        from airflow.sdk.observability.stats import Stats
    except ImportError:  # Airflow before 3.2
        from airflow.stats import Stats
    return Stats
