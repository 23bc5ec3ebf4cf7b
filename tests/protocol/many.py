"""A platform with thousands of runs, in simulated time behind the real limiter."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import TransportError
from airflow_provider_flows.protocol.messages import Request, Response
from airflow_provider_flows.protocol.pace import Pace
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.protocol.waiting import Wait
from tests.protocol.made_up import KINDS, Polled, said
from tests.support.crowded import Crowded

RATE = 20
BEGIN = 1_700_000_000.0
HOUR = 3600.0
Outcome = Response | TransportError


class Many(Polled):
    """Knows each run by an address of its own, and can cancel it."""

    def status_request(self, handle: RunHandle) -> Request:
        return Request(
            purpose="status", method="GET", url=f"https://x.test/{handle.run_id}", is_repeatable=True
        )

    def cancel_request(self, handle: RunHandle) -> Request:
        return replace(self.status_request(handle), purpose="cancel", method="POST")

    def read_cancel(self, handle: RunHandle, response: Response) -> bool:
        return response.is_ok

    def read_status(self, handle: RunHandle, response: Response) -> Run:
        if not response.is_ok:
            raise KINDS.get(response.status, KINDS[503])(f"answered {response.status}", response)
        return Run(handle, RunState(response.text), response.text)


class World(Crowded):
    """A platform that answers as `play` says, after a while, and triggers that watch its runs."""

    def __init__(self, play: Callable[[Request, float], Outcome], rate: float = RATE) -> None:
        super().__init__(lambda request, at: (0.1, play(request, at - BEGIN)), Pace(rate, 10), BEGIN)
        self.platform = Many()
        chance = random.Random(7).random  # noqa: S311 - chance, no secret
        self.chance = chance
        self.api = FlowApi(platform=self.platform, clock=self.clock, retry=RetryPolicy(jitter=chance))

    def watch(self, runs: int, within: float = 1.0, max_poll_interval: float | None = None) -> None:
        for number in range(runs):
            wish = Wait(
                poll_interval=1.0,
                max_poll_interval=max_poll_interval,
                since=self.now,
                until=self.now + 24 * HOUR,
                jitter=self.chance,
            )
            handle = RunHandle("made_up", "f", str(number))
            self.begin(str(number), self.api.wait(handle, wish), within * number / runs)


def running(request: Request, _since: float) -> Outcome:
    """Answer that the run goes on."""
    return said(request, "running")


def broken(
    fault: Callable[[Request], Outcome], begin: float, end: float
) -> Callable[[Request, float], Outcome]:
    """Return a play with faults instead of answers for a while."""
    return lambda request, since: fault(request) if begin <= since < end else running(request, since)
