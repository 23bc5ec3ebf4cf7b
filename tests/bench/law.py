"""How late a run's end is noticed and how often it is asked for: the real wait, in simulated time."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, Step, ask
from airflow_provider_flows.protocol.polling import FIRST, LONGEST
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.protocol.waiting import Wait, wait_for
from airflow_provider_flows.transports.driver import drive
from tests.bench.context import Context, Curves
from tests.bench.rows import Row

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
LENGTHS = (
    *(2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 10, 12, 15, 20, 30, 45, MINUTE, 90, 120, 300, 600, 1200, 1800),
    *(HOUR, 7200, 14_400, 28_800, 12 * HOUR),
)
SPREAD = 0.2  # by how much the runs of one length are shorter or longer
ENDS = 100  # lengths in each band
WAITS = 100  # for each band
MOST_POLLS = {MINUTE: 30, HOUR: 160}
FIXED = 5.0  # seconds; the usual interval of a peer

_HANDLE = RunHandle("simulated", "flow", "run")
_STATUS = Request(purpose="status", method="GET", url="https://simulated.test", is_repeatable=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """What all waits for runs of about one length came to.

    :param length: of the runs, in seconds
    :param delay: seconds after their end at which it was noticed, on average
    :param polls: how often each was asked for, on average
    :param most_polls: how often that of the most questions was
    """

    length: float
    delay: float
    polls: float
    most_polls: int

    @property
    def limit(self) -> float:
        """The longest delay that is allowed."""
        return 0.5 + 0.03 * self.length


def rows(context: Context) -> list[Row]:
    """Measure, keep the numbers and the plots, and return the one row."""
    ours = [seen(length, FIRST, LONGEST) for length in LENGTHS]
    fixed = [seen(length, FIXED, FIXED, waits=1) for length in LENGTHS]
    context.keep("law", {"ours": _plain(ours), f"fixed interval of {FIXED:g} s": _plain(fixed)})
    context.plot("delay", _delays(ours, fixed))
    context.plot("polls", _polls(ours, fixed))
    return [_row(ours, fixed)]


def seen(length: float, first: float, longest: float, waits: int = WAITS) -> Seen:
    """Wait so often, each time with other chances, for runs whose lengths fill the band around one."""
    ends = [length * (1 - SPREAD + 2 * SPREAD * (index + 0.5) / ENDS) for index in range(ENDS)]
    delays, polls = [], []
    for seed in range(waits):
        asked_at = _asked_at(max(ends), first, longest, seed)
        for end in ends:  # the questions before an end don't depend on it, so one wait serves all
            place = bisect_left(asked_at, end)
            delays.append(asked_at[place] - end)
            polls.append(place + 1)
    return Seen(length, fmean(delays), fmean(polls), max(polls))


def _asked_at(end: float, first: float, longest: float, seed: int) -> list[float]:
    """Return when a run that ends then was asked for."""
    world = _World(end)
    wait = Wait(
        poll_interval=first,
        max_poll_interval=longest,
        since=0.0,
        until=DAY,
        jitter=random.Random(f"{end}/{seed}").random,  # noqa: S311 - chance, no secret
    )
    run = drive(wait_for(world.get, _HANDLE, wait, world.clock), world.perform)
    if not run.state.is_terminal:
        raise AssertionError(f"the end after {end} s was never noticed")
    return world.asked_at


class _World:
    """A run that goes on for some seconds; answers take no time, so that all delay is the law's."""

    def __init__(self, end: float) -> None:
        self.asked_at: list[float] = []
        self._now = 0.0
        self._end = end

    def clock(self) -> float:
        return self._now

    def get(self) -> Exchange[Run]:
        answer = yield from ask(_STATUS)
        return Run(_HANDLE, RunState(answer.text))

    def perform(self, step: Step) -> Response | None:
        if isinstance(step, Sleep):
            self._now += step.seconds
            return None
        self.asked_at.append(self._now)
        body = b"success" if self._now >= self._end else b"running"
        return Response(request=_STATUS, status=200, body=body)


def _row(ours: Sequence[Seen], fixed: Sequence[Seen]) -> Row:
    worst = max(ours, key=lambda each: each.delay / each.limit)
    counted = {each.length: each for each in ours}
    usual = {each.length: each for each in fixed}
    an_hour, a_minute = counted[HOUR], counted[MINUTE]
    most = f"{an_hour.most_polls} at 1 h, {a_minute.most_polls} at 1 min"
    peers = f"{usual[HOUR].polls:.0f} polls at 1 h, {usual[MINUTE].polls:.0f} at 1 min"
    return Row(
        name="mean delay to notice the end, and polls",
        measured=(
            f"{worst.delay:.2f} s of {worst.limit:.2f} s allowed (T = {_time(worst.length)}, the worst), "
            f"{an_hour.polls:.1f} polls at 1 h, {a_minute.polls:.1f} at 1 min"
        ),
        must="≤ 0.5 s + 3 % of T at every T, ≤ 160 polls at 1 h, ≤ 30 at 1 min",
        holds=worst.delay <= worst.limit
        and all(counted[length].polls <= allowed for length, allowed in MOST_POLLS.items()),
        notes=(
            f"T from {_time(LENGTHS[0])} to {_time(LENGTHS[-1])}, {len(ours)} of them, each ± {SPREAD:.0%}",
            f"{WAITS} seeds for each; answers take no time",
            f"polls are means; any one wait took at most {most}",
            f"every {FIXED:g} s: {peers}, {usual[HOUR].delay:.1f} s late at any T",
        ),
    )


def _plain(found: Sequence[Seen]) -> list[dict[str, float]]:
    return [
        {
            "seconds": each.length,
            "mean_delay": round(each.delay, 3),
            "limit": round(each.limit, 3),
            "mean_polls": round(each.polls, 1),
            "most_polls": each.most_polls,
        }
        for each in found
    ]


def _delays(ours: Sequence[Seen], fixed: Sequence[Seen]) -> Curves:
    return Curves(
        "How late a run's end is noticed",
        "length of the run, s",
        "mean delay, s",
        {
            "flows": [(each.length, each.delay) for each in ours],
            "allowed": [(each.length, each.limit) for each in ours],
            f"every {FIXED:g} s": [(each.length, each.delay) for each in fixed],
        },
        logarithmic="xy",
    )


def _polls(ours: Sequence[Seen], fixed: Sequence[Seen]) -> Curves:
    return Curves(
        "How often a run is asked for",
        "length of the run, s",
        "polls",
        {
            "flows": [(each.length, each.polls) for each in ours],
            f"every {FIXED:g} s": [(each.length, each.polls) for each in fixed],
        },
        logarithmic="xy",
    )


def _time(seconds: float) -> str:
    for unit, name in ((HOUR, "h"), (MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds / unit:g} {name}"
    return f"{seconds:g} s"
