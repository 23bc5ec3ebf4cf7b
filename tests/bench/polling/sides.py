"""Who polls: ours, and bare aiohttp on one shared session, which nothing on aiohttp can do without."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.bench.polling.answers import TENANT

FLOWS = "flows"
BARE = "bare aiohttp"
DAY = 86_400.0
CACHE_SECONDS = 20  # after which a UniteLabs connection is read again


@dataclass(frozen=True, slots=True)
class Place:
    """Where to poll, and how long to wait between two questions, in seconds."""

    address: str
    authority: str
    pause: float = 0.0


# A coroutine for each run; they are given the place and how many runs there are.
Pollers = Callable[[Place, int], list[Coroutine[Any, Any, None]]]


class FinishedError(Exception):
    """A poller ended, although its run never does."""


async def drained(events: AsyncIterator[Any]) -> None:
    """Run a trigger as Airflow does, to its end, which must not come."""
    async for event in events:
        raise FinishedError(f"a trigger fired: {event.payload}")
    raise FinishedError("a trigger ended without an event")


def flows_connection(place: Place, conn_type: str = "scade", **extra: Any) -> str:
    """Return one of our connections as an environment variable holds it.

    It has as many requests in flight as aiohttp allows, and no limit on their rate.
    """
    settings = {
        "max_requests_per_second": 0,
        "max_requests_in_flight": 100,
        "running_states": ["2"],  # of Scade's states only "completed" is known; a strange one would be logged
        "verify": place.authority,
    }
    return json.dumps(
        {
            "conn_type": conn_type,
            "host": place.address,
            "login": "client",
            "password": "s3cr3t",
            "extra": {**settings, **extra},
        }
    )


def flows_arguments(
    number: int, place: Place, conn_id: str = "bench_flows", platform: str = "scade"
) -> dict[str, Any]:
    """Return the arguments of one of our triggers, at a fixed interval."""
    context = {"start_node_id": "a", "end_node_id": "b", "result_node_id": "b"} if platform == "scade" else {}
    handle = {"platform": platform, "flow_id": "f1", "run_id": f"run-{number:06}", "context": context}
    now = time.time()
    return {
        "flow_conn_id": conn_id,
        "handle": handle,
        "poll_interval": place.pause,
        "max_poll_interval": place.pause,
        "until": now + DAY,
        "since": now,
    }


def flows_pollers(place: Place, runs: int) -> list[Coroutine[Any, Any, None]]:
    """Return our triggers at work."""
    from airflow_provider_flows.triggers.flow import FlowRunTrigger

    triggers = (FlowRunTrigger(**flows_arguments(number, place)) for number in range(runs))
    return [drained(trigger.run()) for trigger in triggers]


def bare_pollers(place: Place, runs: int) -> list[Coroutine[Any, Any, None]]:
    """Return tasks that ask through aiohttp with nothing around it."""
    session = bare_session(place)
    return [poll_bare(session, place, number) for number in range(runs)]


def bare_session(place: Place) -> aiohttp.ClientSession:
    """Return the one session of all bare pollers; needs a running loop."""
    import ssl

    context = ssl.create_default_context(cafile=place.authority)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))


async def poll_bare(session: aiohttp.ClientSession, place: Place, number: int) -> None:
    """Ask for one run, read the answer as JSON and compare, for ever."""
    address = f"{place.address}/api/v1/task/run-{number:06}"
    headers = {"Authorization": "Basic s3cr3t"}
    while True:
        async with session.get(address, headers=headers) as response:
            answer = await response.json()
        if answer["status"] == 3:
            raise FinishedError(f"run {number} is over")
        if place.pause:  # as ours, which goes on without a turn of the loop
            await asyncio.sleep(place.pause)


def environment(place: Place) -> Mapping[str, str]:
    """Return the connections that our triggers use."""
    return {
        "AIRFLOW_CONN_BENCH_FLOWS": flows_connection(place),
        "AIRFLOW_CONN_BENCH_UNITELABS": flows_connection(
            place,
            "unitelabs",
            tenant=TENANT,
            auth_url=place.address,
            connection_cache_seconds=CACHE_SECONDS,
        ),
    }


ALL: dict[str, Pollers] = {BARE: bare_pollers, FLOWS: flows_pollers}
