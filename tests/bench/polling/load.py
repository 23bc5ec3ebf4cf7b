"""The part of the bench about ten thousand runs in one triggerer: stalls, memory, tokens and look-ups."""

from __future__ import annotations

from airflow_provider_flows.protocol.auth import RENEW_EARLY
from tests.bench.context import Bars, Context
from tests.bench.polling.answers import TOKEN_SECONDS
from tests.bench.polling.figures import MILLI, lifetimes, middle, spread
from tests.bench.polling.processes import Lab, running_lab
from tests.bench.polling.sides import BARE, CACHE_SECONDS, FLOWS
from tests.bench.rows import Row

RUNS = 10_000
SLEEPER = "sleeping trigger"
_PAUSE = 120.0  # seconds between two questions of one run: only the first ones fall into the measurement
_STALL, _TIMES_BARE = 0.1, 2.0
_KIB = 8.0
_LOOKUP_PAUSE = 30.0  # seconds; each run is asked for about twice
_LOOKUP_SECONDS = 55.0  # far from where a lifetime ends


def rows(context: Context) -> list[Row]:
    """Measure, and return the three rows."""
    with running_lab(context) as lab:
        return [_stall_row(lab), _memory_row(lab), _lookup_row(lab)]


def _stall_row(lab: Lab) -> Row:
    """Create 10,000 triggers one by one as Airflow does, and a bare task set in the same turns."""
    lab.context.say(f"stalls while {RUNS:,} triggers are created, ours and bare tasks")
    taken = lab.in_turns(
        (BARE, FLOWS), lambda side: lab.measure("creating", side=side, runs=RUNS, pause=_PAUSE)
    )
    lab.context.keep("creating", taken)
    ours, without = middle(taken[FLOWS], "stall"), middle(taken[FLOWS], "stall_without_collector")
    bare, bare_without = middle(taken[BARE], "stall"), middle(taken[BARE], "stall_without_collector")
    heights = {
        "flows": ours * MILLI,
        "flows, without the collector": without * MILLI,
        "bare tasks": bare * MILLI,
        "bare tasks, without the collector": bare_without * MILLI,
    }
    lab.context.plot(
        "stall", Bars(f"Longest stall, {RUNS:,} triggers created one by one", "ms", heights, 100.0)
    )
    notes = tuple(
        f"{side}: {spread([each['stall'] * MILLI for each in answers], 'ms')}, without the collector "
        f"{spread([each['stall_without_collector'] * MILLI for each in answers], 'ms')}, its longest pause "
        f"{middle(answers, 'pause') * MILLI:.0f} ms; created after {middle(answers, 'created_after'):.1f} s, "
        f"all had polled after {middle(answers, 'polled_after'):.1f} s"
        for side, answers in taken.items()
    )
    return Row(
        f"longest stall, {RUNS:,} runs created one by one, first polls included",
        f"{without * MILLI:.0f} ms without the collector's pauses, {ours / bare:.2f} times bare with them",
        f"≤ {_STALL * MILLI:.0f} ms and ≤ {_TIMES_BARE:g} times",
        without <= _STALL and ours <= _TIMES_BARE * bare,
        notes,
    )


def _memory_row(lab: Lab) -> Row:
    """Compare what each of 10,000 watched runs adds to a triggerer with what a sleeping trigger adds."""
    lab.context.say(f"memory of {RUNS:,} watched runs and of {RUNS:,} sleeping triggers")
    taken = lab.in_turns(
        (SLEEPER, FLOWS), lambda side: lab.measure("memory", side=side, runs=RUNS, pause=_PAUSE)
    )
    lab.context.keep("memory", taken)
    sizes = {side: middle(answers, "bytes") / 1024 for side, answers in taken.items()}
    lab.context.plot("memory", Bars("Resident memory of one more trigger", "KiB", sizes))
    more = sizes[FLOWS] - sizes[SLEEPER]
    notes = tuple(
        f"{side}: {spread([each['bytes'] / 1024 for each in answers], 'KiB', 1)} for each trigger"
        for side, answers in taken.items()
    )
    return Row(
        "memory per watched run, against a trigger that only sleeps",
        f"{more:.1f} KiB",
        f"≤ {_KIB:g} KiB",
        more <= _KIB,
        notes,
    )


def _lookup_row(lab: Lab) -> Row:
    """Count tokens and look-ups of 10,000 UniteLabs runs on one connection, for several lifetimes of both."""
    lab.context.say(f"tokens and look-ups of {RUNS:,} runs")
    told = lab.measure("lookups", side=FLOWS, runs=RUNS, pause=_LOOKUP_PAUSE, seconds=_LOOKUP_SECONDS)
    lab.context.keep("lookups", told)
    token_lives = lifetimes(told["seconds"], TOKEN_SECONDS - RENEW_EARLY)
    connection_lives = lifetimes(told["seconds"], CACHE_SECONDS)
    tokens, lookups = told["tokens"], told["lookups"]
    note = (
        f"{told['polls']:,} polls in {told['seconds']:.0f} s on one UniteLabs connection; a token serves "
        f"{TOKEN_SECONDS - RENEW_EARLY:.0f} s of its {TOKEN_SECONDS}, a connection {CACHE_SECONDS} s"
    )
    return Row(
        f"tokens taken out and connections looked up, {RUNS:,} runs",
        f"{tokens} tokens in {token_lives} lifetimes, {lookups} look-ups in {connection_lives}",
        "1 per lifetime each",
        0 < tokens <= token_lives and 0 < lookups <= connection_lives,
        (note,),
    )
