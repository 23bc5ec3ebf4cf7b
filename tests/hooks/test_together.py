"""Many runs of one flow, asked for over real sockets by those who share a connection."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import pytest

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.protocol.runs import Run, RunHandle

Put = Callable[..., str]
PAGE = 25  # runs that BlinkOps lists at once


@pytest.fixture
def conn_id(emulator: FlowEmulator, put_connection: Put) -> str:
    """Return a connection to BlinkOps that takes ten requests a second."""
    extra = {"max_requests_per_second": 10}
    return put_connection("crowded", emulator.url, platform="blinkops", **extra)


def started(emulator: FlowEmulator, conn_id: str, count: int, **behaviour: object) -> list[RunHandle]:
    """Start so many runs of one flow, each of which takes its own time."""
    emulator.flow("blinkops", "crowd", **{"duration": 0.1, **behaviour})
    hook = FlowHook(conn_id)
    return [hook.start_run("crowd", {"n": n}).handle for n in range(count)]


def waited(conn_id: str, handles: Iterable[RunHandle], until: float = 30.0) -> list[Run]:
    """Wait for all runs at once, on one event loop."""

    async def all_of_them() -> list[Run]:
        waits = (FlowHook(conn_id).await_for_run(each, until=time.time() + until) for each in handles)
        return await asyncio.gather(*waits)

    return asyncio.run(all_of_them())


def asked(emulator: FlowEmulator) -> Counter[str]:
    """Return how often each operation was asked for, starts left out."""
    return Counter(str(each.operation) for each in emulator.requests if each.operation != "start")


def ends(runs: Iterable[Run]) -> list[tuple[object, ...]]:
    """Return what is told of the runs."""
    return [(each.handle.run_id, each.state.value, each.raw_state, each.message) for each in runs]


@pytest.mark.parametrize(
    "behaviour", [{}, {"outcome": "failed", "error": "broken"}, {"outcome": "cancelled"}]
)
def test_one_listing_answers_all_who_wait(
    emulator: FlowEmulator, conn_id: str, behaviour: dict[str, Any]
) -> None:
    """Twenty runs cost two requests: the first question went alone, and the rest had to wait for a turn."""
    handles = started(emulator, conn_id, 20, **behaviour)
    time.sleep(0.2)
    found = waited(conn_id, handles)
    assert asked(emulator) == {"status": 1, "list": 1}
    hook = FlowHook(conn_id)
    assert ends(found) == ends([hook.wait_for_run(each, until=time.time()) for each in handles])
    assert [each.handle for each in found] == handles


def test_results_are_those_of_runs_that_were_asked_for_alone(emulator: FlowEmulator, conn_id: str) -> None:
    """What a listing told of leads to the same result."""
    handles = started(emulator, conn_id, 5, result={"n": "$inputs.n"})
    found = waited(conn_id, handles)
    assert [FlowHook(conn_id).get_result(each) for each in found] == [{"n": n} for n in range(5)]


def test_runs_that_go_on_are_asked_for_together_again_and_again(emulator: FlowEmulator, conn_id: str) -> None:
    """Each of these runs is asked for several times, by two requests on average at most."""
    handles = started(emulator, conn_id, 20, duration=3.0)
    assert {each.state.value for each in waited(conn_id, handles)} == {"success"}
    assert asked(emulator).total() <= 2 * 20


def test_what_no_page_shows_yet_is_asked_for_alone(emulator: FlowEmulator, conn_id: str) -> None:
    """Of more runs than a page holds each is told of, and older ones are found on the next page then."""
    handles = started(emulator, conn_id, PAGE + 10, outcome="never_ends")
    found = waited(conn_id, handles, until=6.0)
    assert {each.state.value for each in found} == {"running"}
    assert len(found) == PAGE + 10
    pages = [each for each in emulator.requests if each.operation == "list"]
    assert any('"offset":25' in unquote(each.raw_path).replace(" ", "") for each in pages)
    assert asked(emulator).total() < 2 * (PAGE + 10)


def test_who_does_not_wait_for_a_turn_asks_alone(emulator: FlowEmulator, put_connection: Put) -> None:
    """Without a limit nothing is listed: an answer for one run is the smallest."""
    free = put_connection("free", emulator.url, platform="blinkops", max_requests_per_second=0)
    handles = started(emulator, free, 8)
    waited(free, handles)
    assert set(asked(emulator)) == {"status"}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 403},
        {"kind": "status", "status": 400},
        {"kind": "not_json"},
        {"kind": "status", "status": 503},
        {"kind": "lost"},
    ],
    ids=lambda fault: "-".join(str(each) for each in fault.values()),
)
def test_a_listing_that_fails_fails_no_run(
    emulator: FlowEmulator, conn_id: str, fault: dict[str, Any]
) -> None:
    """Whatever is wrong with the listing, all runs are asked for one by one, and end as ever."""
    handles = started(emulator, conn_id, 6)
    kind = str(fault.pop("kind"))
    emulator.fault(kind, platform="blinkops", operation="list", times=100, **fault)
    assert {each.state.value for each in waited(conn_id, handles)} == {"success"}
    counted = asked(emulator)
    assert counted["list"] <= (2 if kind == "lost" else 1)  # aiohttp repeats what a kept connection lost
    assert counted["status"] <= 2 * len(handles)


def test_other_flows_keep_their_own(emulator: FlowEmulator, conn_id: str) -> None:
    """A listing answers for one flow only."""
    handles = started(emulator, conn_id, 6)
    emulator.flow("blinkops", "other", duration=0.1, outcome="failed")
    others = [FlowHook(conn_id).start_run("other").handle for _ in range(6)]
    time.sleep(0.2)
    found = waited(conn_id, [*handles, *others])
    assert [each.state.value for each in found] == ["success"] * 6 + ["failed"] * 6
    assert asked(emulator) == {"status": 1, "list": 2}


def test_a_wait_that_is_called_off_leaves_the_others(emulator: FlowEmulator, conn_id: str) -> None:
    """When the one who was to ask for the listing goes away, another one does it."""
    handles = started(emulator, conn_id, 6)
    time.sleep(0.2)

    async def all_but_the_second() -> list[Run]:
        waits = [
            asyncio.ensure_future(FlowHook(conn_id).await_for_run(each, until=time.time() + 20))
            for each in handles
        ]
        await asyncio.sleep(0.05)  # the first has asked, and the others wait for the next turn
        waits[1].cancel()
        waits[4].cancel()
        found = await asyncio.gather(*waits, return_exceptions=True)
        return [each for each in found if isinstance(each, Run)]

    assert {each.state.value for each in asyncio.run(all_but_the_second())} == {"success"}
    assert asked(emulator) == {"status": 1, "list": 1}
