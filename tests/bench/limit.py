"""How many requests ten thousand runs make in any second, through an outage and a restart."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import NotSentError, TransportError
from airflow_provider_flows.protocol.messages import Request, Response
from airflow_provider_flows.protocol.pace import Pace
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.protocol.waiting import Wait
from tests.bench.context import Context, Curves
from tests.bench.rows import Row
from tests.protocol.made_up import Polled
from tests.support.crowded import Crowded, most_in_a_second
from tests.support.servers import Call, WireServer

RUNS = 10_000
RATE, AT_ONCE = 20, 10  # the defaults
MOST_ARRIVING = 22
MINUTE = 60.0
# Simulated: an hour; nobody is there for ten minutes, 503s come for ten; the triggerer is killed twice.
OUTAGE, TROUBLE, RESTARTS, END = 10 * MINUTE, 20 * MINUTE, (25 * MINUTE, 40 * MINUTE), 60 * MINUTE
RESTART = 3.6  # seconds; the least that Airflow takes until a trigger asks again
# Real: seconds of each phase.
CALM, AWAY, AGAIN = 4.0, 3.0, 5.0


def rows(context: Context) -> list[Row]:
    """Measure, keep the numbers and the plot, and return the one row."""
    simulated = simulated_times()
    context.say("requests a second: in real time")
    arrived = arrival_times()
    in_time, by_arrival = most_in_a_second(simulated), most_in_a_second(arrived)
    context.keep(
        "limit",
        {
            "runs": RUNS,
            "limit": RATE,
            "simulated": {"seconds": END, "requests": len(simulated), "most_in_a_second": in_time},
            "real": {
                "seconds": CALM + AWAY + AGAIN,
                "requests": len(arrived),
                "most_in_a_second": by_arrival,
            },
        },
    )
    context.plot("limit", _plot(simulated))
    return [
        Row(
            name=f"requests a second, {RUNS:,} runs, a limit of {RATE}/s, through an outage and a restart",
            measured=f"{in_time} in any second of simulated time, {by_arrival} by arrival in real time",
            must=f"≤ {RATE} and ≤ {MOST_ARRIVING}",
            holds=0 < in_time <= RATE and 0 < by_arrival <= MOST_ARRIVING,
            notes=(_simulated_note(len(simulated)), _real_note(len(arrived))),
        )
    ]


def _simulated_note(requests: int) -> str:
    return (
        f"simulated: {requests:,} requests in {END / MINUTE:.0f} min; for 10 nobody was there, "
        f"for 10 came 503, {len(RESTARTS)} times the triggerer was killed"
    )


def _real_note(requests: int) -> str:
    seconds = CALM + AWAY + AGAIN
    return f"real: {requests} requests in {seconds:.0f} s, {AWAY:.0f} of them an outage, then a new loop"


def simulated_times() -> list[float]:
    """Return when requests were sent in simulated time: the real waits, repeats and limiter."""
    times: list[float] = []
    begin = 0.0
    for end in (*RESTARTS, END):
        world = Crowded(_answer, Pace(RATE, AT_ONCE), begin)
        chance = random.Random(end).random  # noqa: S311 - chance, no secret
        api = FlowApi(platform=_Simulated(), clock=world.clock, retry=RetryPolicy(jitter=chance))
        for number in range(RUNS):
            wish = Wait(poll_interval=1.0, since=0.0, until=24 * 60 * MINUTE, jitter=chance)
            world.begin(str(number), api.wait(RunHandle("simulated", "flow", str(number)), wish))
        world.run(end)
        times += world.times()
        begin = end + RESTART
    return times


class _Simulated(Polled):
    """Knows runs that go on."""

    def status_request(self, handle: RunHandle) -> Request:
        return Request(
            purpose="status", method="GET", url=f"https://simulated.test/{handle.run_id}", is_repeatable=True
        )


def _answer(request: Request, since: float) -> tuple[float, Response | TransportError]:
    if OUTAGE <= since < TROUBLE:
        return 0.001, NotSentError("nobody is there", request)
    status = 503 if TROUBLE <= since < TROUBLE + 10 * MINUTE else 200
    return 0.2, Response(request=request, status=status, body=b"running")


def arrival_times() -> list[float]:
    """Return when requests arrived at a server in real time: hooks, sessions and sockets too."""
    times: list[float] = []

    def script(call: Call) -> None:
        now = time.monotonic()
        times.append(now)
        if CALM <= now - times[0] < CALM + AWAY:
            call.hang_up()
        else:
            call.answer(200, b'{"run_status": "running"}')

    with WireServer(script) as server, _connection_to(server.url):
        asyncio.run(_watch(CALM + AWAY))
        asyncio.run(_watch(AGAIN))
    return times


async def _watch(seconds: float) -> None:
    """Wait for all runs that long, on a loop of its own as after a restart."""
    hook, until = FlowHook("limited"), time.time() + 3600
    waits = [
        asyncio.ensure_future(hook.await_for_run(RunHandle("vishwa", "f", str(number)), until=until))
        for number in range(RUNS)
    ]
    _, waiting = await asyncio.wait(waits, timeout=seconds)
    for each in waiting:
        each.cancel()
    outcomes = await asyncio.gather(*waits, return_exceptions=True)
    if odd := [each for each in outcomes if isinstance(each, Run | Exception)]:
        raise AssertionError(f"{len(odd)} runs were not waited for on: {odd[0]}")


@contextmanager
def _connection_to(url: str) -> Iterator[None]:
    name = "AIRFLOW_CONN_LIMITED"
    os.environ[name] = json.dumps({"conn_type": "vishwa", "host": url, "password": "not-a-secret"})
    try:
        yield
    finally:
        del os.environ[name]


def _plot(times: Sequence[float]) -> Curves:
    counted = dict.fromkeys(range(int(END / MINUTE)), 0)
    for at in times:
        counted[min(int(at / MINUTE), len(counted) - 1)] += 1
    return Curves(
        "Requests through an outage and two restarts (simulated)",
        "minute",
        "requests a second",
        {"flows": [(float(minute), number / MINUTE) for minute, number in counted.items()]},
        limit=float(RATE),
    )
