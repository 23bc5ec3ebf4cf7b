"""The same runs by our operator and by two peers': how many in a minute, and what each costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from tests.bench.cluster.airflow import Airflow
from tests.bench.cluster.dag_runs import Outcome, carried_out
from tests.bench.cluster.terms import ROUNDS, RUNS
from tests.bench.context import Bars, Context
from tests.bench.rows import Row

OURS = "flows"
SIDES = {OURS: "runs_flows", "dbt Cloud": "runs_dbt", "HttpOperator": "runs_http"}
LEAST_FASTER, MOST_CPU = 2.5, 0.45
_LONGEST = 1200.0  # seconds


def rows(context: Context, airflow: Airflow) -> list[Row]:
    """Run all sides in turns, keep the numbers, and return the two rows."""
    rounds = min(context.rounds, ROUNDS)
    found: dict[str, list[Outcome]] = {side: [] for side in SIDES}
    for number in range(rounds):
        for side in _still_in(found):
            outcome = carried_out(airflow, SIDES[side], "run", _LONGEST)
            found[side].append(outcome)
            told = f"{outcome.per_minute:.0f} a minute, {outcome.cpu_each:.2f} CPU-s each"
            context.say(f"runs {number + 1}/{rounds}, {side}: {told}")
    context.keep("runs", {side: [each.plain() for each in outcomes] for side, outcomes in found.items()})
    speed = {side: median(each.per_minute for each in outcomes) for side, outcomes in found.items()}
    cpu = {side: median(each.cpu_each for each in outcomes) for side, outcomes in found.items()}
    context.plot("runs", Bars("Flow runs through a real Airflow", "runs a minute", speed))
    context.plot("runs-cpu", Bars("CPU of all Airflow processes for each flow run", "seconds", cpu))
    done = all(_all_well(outcomes) for outcomes in found.values())
    return [_faster(speed, rounds, done=done), _cheaper(cpu, rounds, done=done)]


def _still_in(found: Mapping[str, Sequence[Outcome]]) -> list[str]:
    """Return the sides of the next round: a peer that another one has beaten in both ways is out of it."""
    beaten = [
        side
        for side, outcomes in found.items()
        for other, others in found.items()
        if outcomes
        and side != OURS != other
        and outcomes[0].per_minute < others[0].per_minute
        and outcomes[0].cpu_each > others[0].cpu_each
    ]
    return [side for side in found if side not in beaten]


def _faster(speed: dict[str, float], rounds: int, *, done: bool) -> Row:
    ratio = speed[OURS] / max(value for side, value in speed.items() if side != OURS)
    return Row(
        "flow runs per minute through Airflow ÷ the better peer",
        f"{ratio:.2f}",
        f"≥ {LEAST_FASTER}",
        done and ratio >= LEAST_FASTER,
        (_told(speed, "{:.0f} a minute"), _how(rounds, done=done)),
    )


def _cheaper(cpu: dict[str, float], rounds: int, *, done: bool) -> Row:
    ratio = cpu[OURS] / min(value for side, value in cpu.items() if side != OURS)
    return Row(
        "CPU-seconds per flow run, all of Airflow, ÷ the better peer",
        f"{ratio:.2f}",
        f"≤ {MOST_CPU}",
        done and ratio <= MOST_CPU,
        (_told(cpu, "{:.2f} s"), _how(rounds, done=done)),
    )


def _told(values: dict[str, float], form: str) -> str:
    return ", ".join(f"{side} {form.format(value)}" for side, value in values.items())


def _how(rounds: int, *, done: bool) -> str:
    failed = "" if done else "; NOT ALL OF THEM SUCCEEDED"
    return (
        f"medians of {rounds} rounds in turns, {RUNS} mapped runs of 10 s each, over TLS; a peer that is "
        f"beaten in both ways has one round{failed}"
    )


def _all_well(outcomes: Sequence[Outcome]) -> bool:
    return all(outcome.states == {"success": RUNS} for outcome in outcomes)
