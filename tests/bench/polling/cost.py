"""The part of the bench about what one poll costs: four rows."""

from __future__ import annotations

from statistics import median
from typing import Any

from tests.bench.context import Bars, Context
from tests.bench.polling.figures import beside, costs, opened_per_thousand, over_bare
from tests.bench.polling.peers import ALL as PEERS
from tests.bench.polling.processes import Lab, MeasureError, running_lab
from tests.bench.polling.sides import BARE, FLOWS
from tests.bench.rows import Row

FEW, MANY = 100, 10_000  # runs
_WARM, _SECONDS = 0.7, 2.5
_POLLS, _MANY_POLLS = 1_000, 40_000  # the least: a few seconds of polling may be too few on a busy machine
_COST, _GROWTH, _OPENED = 1.35, 1.2, 10.0
_BUSIEST = 0.85  # of a server that is surely no bottleneck


def rows(context: Context) -> list[Row]:
    """Measure all sides with 100 runs, plain and over TLS, and bare and ours with 10,000."""
    with running_lab(context) as lab:
        return _rows(lab)


def _rows(lab: Lab) -> list[Row]:
    plain = _all_sides(lab, tls=False)
    tls = _all_sides(lab, tls=True)
    lab.context.say(f"polling: {MANY:,} runs, ours and bare aiohttp")
    many = lab.in_turns((BARE, FLOWS), lambda side: _measure(lab, side, runs=MANY, polls=_MANY_POLLS))
    lab.context.keep("polls", {"plain": plain, "tls": tls, "10,000 runs": many})
    growth = over_bare(many) / over_bare(plain)
    opened = opened_per_thousand(plain[FLOWS])
    per_thousand = {side: opened_per_thousand(answers) for side, answers in plain.items() if answers}
    lab.context.plot("connections", Bars("Connections opened per 1,000 polls", "connections", per_thousand))
    stalls = {
        side: median(each["stall"] * 1e3 for each in answers) for side, answers in plain.items() if answers
    }
    lab.context.plot(
        "polling-stall", Bars("Longest stall of the loop, 100 runs", "ms", stalls, logarithmic=True)
    )
    both = {"100 runs": over_bare(plain), "10,000 runs": over_bare(many)}
    lab.context.plot("growth", Bars("flows ÷ bare aiohttp, CPU per poll", "ratio", both))
    return [
        _cost_row(lab, "plain", plain),
        _cost_row(lab, "TLS", tls),
        Row(
            "(flows ÷ bare at 10,000 runs) ÷ (flows ÷ bare at 100 runs)",
            f"{growth:.2f}",
            f"≤ {_GROWTH:g}",
            growth <= _GROWTH,
            (f"{over_bare(many):.2f} at 10,000 runs, {over_bare(plain):.2f} at 100", *beside(many)),
        ),
        Row(
            "connections opened per 1,000 polls",
            f"{opened:.1f}",
            f"≤ {_OPENED:g}",
            opened <= _OPENED,
            ("nginx itself ends a connection after 1,000 requests",),
        ),
    ]


def _all_sides(lab: Lab, *, tls: bool) -> dict[str, list[dict[str, Any]]]:
    sides = (BARE, FLOWS, *PEERS)
    lab.context.say(f"polling: 100 runs, {'TLS' if tls else 'plain'}, {len(sides)} sides in turns")
    taken = lab.in_turns(sides, lambda side: _measure(lab, side, runs=FEW, tls=tls))
    more = lab.in_turns((BARE, FLOWS), lambda side: _measure(lab, side, runs=FEW, tls=tls))
    return {side: [*answers, *more.get(side, ())] for side, answers in taken.items()}


def _measure(lab: Lab, side: str, *, runs: int, tls: bool = False, polls: int = _POLLS) -> dict[str, Any]:
    answer = lab.measure("polls", side=side, runs=runs, tls=tls, polls=polls, warm=_WARM, seconds=_SECONDS)
    if answer["server_busy"] > _BUSIEST:
        raise MeasureError(f"{side}: the server was {answer['server_busy']:.0%} busy and may have held it up")
    return answer


def _cost_row(lab: Lab, kind: str, taken: dict[str, list[dict[str, Any]]]) -> Row:
    ratio = over_bare(taken)
    plot = Bars(f"CPU per poll, {kind}", "µs", costs(taken), costs(taken)[BARE] * _COST, logarithmic=True)
    lab.context.plot(f"cpu-{kind.lower()}", plot)
    return Row(
        f"CPU per poll ÷ bare aiohttp on one session, {kind}",
        f"{ratio:.2f}",
        f"≤ {_COST:g}",
        ratio <= _COST,
        beside(taken),
    )
