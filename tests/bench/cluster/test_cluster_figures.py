"""How the figures of the cluster's part come from what was measured."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web

from tests.bench.cluster import runs, waits
from tests.bench.cluster.dag_runs import Outcome
from tests.bench.cluster.platforms import Platforms
from tests.bench.cluster.terms import ANSWER_SECONDS, RUNS


def test_the_first_seconds_are_left_out() -> None:
    """Tasks that ended while Airflow was getting going don't count, nor does that time."""
    outcome = Outcome(ends=[5.0, 9.0, 20.0, 30.0, 70.0], cpu={"scheduler": 2.0, "triggerer": 3.0}, states={})
    assert outcome.per_minute == pytest.approx(3.0)
    assert outcome.cpu_each == pytest.approx(1.0)


@pytest.mark.parametrize(("ours", "holds"), [(250.0, True), (249.0, False)])
def test_the_better_peer_counts(ours: float, *, holds: bool) -> None:
    """Speed is measured against the faster of the two peers."""
    speed = {runs.OURS: ours, "dbt Cloud": 60.0, "HttpOperator": 100.0}
    assert runs._faster(speed, 3, done=True).holds is holds
    assert not runs._faster(speed, 3, done=False).holds


def test_a_peer_that_is_beaten_in_both_ways_is_out() -> None:
    """The next round is for ours and for whichever peer may be the better one."""
    slow = Outcome(ends=[20.0, 70.0], cpu={"scheduler": 3.0}, states={})
    fast = Outcome(ends=[20.0, 30.0, 70.0], cpu={"scheduler": 3.0}, states={})
    dear = Outcome(ends=[20.0, 30.0, 70.0], cpu={"scheduler": 9.0}, states={})
    assert runs._still_in({runs.OURS: [slow], "dbt Cloud": [slow], "HttpOperator": [fast]}) == [
        runs.OURS,
        "HttpOperator",
    ]
    assert len(runs._still_in({runs.OURS: [slow], "dbt Cloud": [slow], "HttpOperator": [dear]})) == 3
    assert len(runs._still_in({side: [] for side in runs.SIDES})) == 3


@pytest.mark.parametrize(("ours", "holds"), [(0.45, True), (0.46, False)])
def test_the_cheaper_peer_counts(ours: float, *, holds: bool) -> None:
    """CPU is measured against the cheaper of the two peers."""
    row = runs._cheaper({runs.OURS: ours, "dbt Cloud": 2.0, "HttpOperator": 1.0}, 3, done=True)
    assert row.holds is holds


@pytest.mark.parametrize(
    ("change", "holds"),
    [({}, True), ({"longest": 0.31}, False), ({"at_once": 2}, False), ({"well": False}, False)],
)
def test_many_waits_are_judged_by_all_that_is_asked(change: dict[str, object], *, holds: bool) -> None:
    """All succeed, none is asked for twice at once, and no stall is much longer than that of sleepers."""
    usual = {
        "seconds": 90.0, "polls": 5, "at_once": 1, "longest": 0.2, "without_collector": 0.1, "well": True
    }  # fmt: skip
    told: dict[str, dict[str, Any]] = {
        "asleep": {**usual, "at_once": 0, "longest": 50.0},
        "asleep again": {**usual, "at_once": 0},
        "from triggers": {**usual, **change},
        "through workers": usual,
    }
    assert waits._row(told).holds is holds


def test_questions_at_once_are_seen() -> None:
    """Two for one run that overlap are counted as such, two after each other are not."""

    async def counted(*, at_once: bool) -> int:
        app = web.Application()
        app.add_routes(Platforms().routes())
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession() as session:

            async def ask() -> None:
                async with session.get(f"{url}/v1/workflow/f/run/r/status") as answer:
                    assert (await answer.json())["run_status"] == "running"

            if at_once:
                await asyncio.gather(ask(), ask())
            else:
                await ask()
                await ask()
            async with session.get(f"{url}/counted") as answer:
                told = await answer.json()
        await runner.cleanup()
        assert told["polls"] == 2
        return int(told["at_once"])

    assert ANSWER_SECONDS > 0
    assert asyncio.run(counted(at_once=True)) == 2
    assert asyncio.run(counted(at_once=False)) == 1


def test_a_run_that_failed_spoils_the_figure() -> None:
    """Only outcomes in which every task succeeded may be compared."""
    good = Outcome(ends=[1.0], cpu={}, states={"success": RUNS})
    bad = Outcome(ends=[1.0], cpu={}, states={"success": RUNS - 1, "failed": 1})
    assert runs._all_well([good, good])
    assert not runs._all_well([good, bad])
