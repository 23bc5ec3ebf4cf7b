"""Waits for runs that somebody else has started: a few against a peer's, and very many."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import Any

import requests

from tests.bench.cluster.airflow import Airflow
from tests.bench.cluster.dag_runs import Outcome, carried_out
from tests.bench.cluster.terms import FEW_ROUNDS, MANY, THROUGH_WORKERS, WAITS
from tests.bench.context import Bars, Context
from tests.bench.rows import Row

LEAST_FASTER = 5.0
ASLEEP = ("asleep", "asleep again")
MOST_MORE = 0.1  # seconds of a stall beyond that of triggers that sleep
_LONGEST = 1500.0  # seconds


def few(context: Context, airflow: Airflow) -> Row:
    """Wait for the same runs by our sensor without a worker and by the peer's, in turns; return the row."""
    found: dict[str, list[Outcome]] = {"flows, from the trigger": [], "dbt Cloud, from a worker": []}
    rounds = min(context.rounds, FEW_ROUNDS)
    for number in range(rounds):
        for side, dag_id in zip(found, ("waits_flows", "waits_dbt"), strict=True):
            found[side].append(carried_out(airflow, dag_id, "wait", _LONGEST))
            context.say(f"waits {number + 1}/{rounds}, {side}: {_per_minute(found[side][-1]):.0f} a minute")
    context.keep("waits", {side: [each.plain() for each in outcomes] for side, outcomes in found.items()})
    speed = {side: median(_per_minute(each) for each in outcomes) for side, outcomes in found.items()}
    context.plot("waits", Bars("Waits by sensor through a real Airflow", "waits a minute", speed))
    ours, theirs = speed.values()
    done = all(each.states == {"success": WAITS} for outcomes in found.values() for each in outcomes)
    return Row(
        f"{WAITS} waits by a sensor that no worker starts ÷ a peer's that a worker starts, per minute",
        f"{ours / theirs:.1f}",
        f"≥ {LEAST_FASTER:g}",
        done and ours / theirs >= LEAST_FASTER,
        (
            ", ".join(f"{side}: {value:.0f} a minute" for side, value in speed.items()),
            f"medians of {rounds} rounds in turns, from the DAG run's start to its last wait's end",
            "mapped sensors whose class says the run's id",
            *(() if done else ("NOT ALL OF THEM SUCCEEDED",)),
        ),
    )


def many(context: Context, airflow: Airflow) -> Row:
    """Watch thousands of runs at once, and as many triggers that sleep; return the row.

    The sleepers come twice, before and after: Airflow alone stalled for 8 seconds in one bench and for 50 in
    another, and a bound that such a stall sets would tell nothing.
    """
    told: dict[str, dict[str, Any]] = {}
    for what, dag_id, amount in (
        (ASLEEP[0], "many_asleep", MANY),
        ("from triggers", "many_flows", MANY),
        (ASLEEP[1], "many_asleep", MANY),
        ("through workers", "workers_flows", THROUGH_WORKERS),
    ):
        _counted(airflow)
        with _heart(airflow) as heart:
            outcome = carried_out(airflow, dag_id, "wait", _LONGEST)
        told[what] = {
            **outcome.plain(), **heart, **_counted(airflow), "well": outcome.states == {"success": amount}
        }  # fmt: skip
        context.say(f"{what}: {outcome.seconds:.0f} s, stalls {heart}, {outcome.states}")
    context.keep("many", told)
    return _row(told)


def _row(told: Mapping[str, Mapping[str, Any]]) -> Row:
    watching = [each for what, each in told.items() if what not in ASLEEP]
    bound = min(told[what]["longest"] for what in ASLEEP) + MOST_MORE
    well = all(each["well"] for each in told.values())
    once = all(each["at_once"] == 1 for each in watching)
    stall = max(each["longest"] for each in watching)
    return Row(
        f"{MANY} runs watched by such sensors in one DAG run, and {THROUGH_WORKERS} through workers",
        f"{'all' if well else 'NOT ALL'} succeeded, {'none' if once else 'SOME'} asked for twice at once, "
        f"longest stall {_ms(stall)}",
        f"all, none, ≤ {_ms(bound)}: 100 ms more than {MANY} that sleep",
        well and once and stall <= bound,
        (
            "the sleepers are given the same, and the watched runs return nothing either",
            "the sleepers come twice, and the shorter of their two longest stalls counts",
            *(_told(what, each) for what, each in told.items()),
        ),
    )


def _told(what: str, each: Mapping[str, Any]) -> str:
    return (
        f"{what}: {each['seconds']:.0f} s, {each['polls']} questions, longest stall "
        f"{_ms(each['longest'])}, without the collector's pauses {_ms(each['without_collector'])}"
    )


@contextmanager
def _heart(airflow: Airflow) -> Iterator[dict[str, float]]:
    """Measure the triggerer's event loop meanwhile; what was found is there at the end."""
    beats, stop, left = (airflow.home / f"heart.{name}" for name in ("beats", "stop", "json"))
    found: dict[str, float] = {}
    for each in (beats, stop, left):
        each.unlink(missing_ok=True)
    airflow.api.start_run("heart")
    _wait_for(beats)
    yield found
    stop.touch()
    _wait_for(left)
    time.sleep(1)  # until it is written
    found.update(json.loads(left.read_text()))


def _wait_for(file: Any) -> None:
    until = time.monotonic() + 120
    while not file.exists():
        if time.monotonic() > until:
            raise TimeoutError(f"{file.name} was not there within 120 s")
        time.sleep(0.2)


def _counted(airflow: Airflow) -> dict[str, int]:
    """Return what the platform counted since this was asked last."""
    trust = str(airflow.home / "trust/authority.pem")
    answer = requests.get(f"{airflow.platforms_url}/counted", verify=trust, timeout=30)
    counted: dict[str, int] = answer.json()
    return counted


def _per_minute(outcome: Outcome) -> float:
    return 60 * len(outcome.ends) / outcome.seconds


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
