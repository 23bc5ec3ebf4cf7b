"""A line that is in use for hours: read again now and then, with its limit, and closed by its last user."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
import weakref
from collections.abc import Callable, Coroutine
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from airflow_provider_flows.hooks import lines
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.hooks.lines import Line, SharedLine, shared_line
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.messages import Exchange
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import Run, RunHandle
from airflow_provider_flows.protocol.waiting import Wait
from tests.support.lines import HANDLE
from tests.support.servers import Call, WireServer, answering

Serve = Callable[..., WireServer]
RUNNING = {"run_status": "running"}
ONCE = RetryPolicy(attempts=1)


class Store:
    """Where connections are read from; counts how often, and can fail."""

    def __init__(self, raw: RawConnection) -> None:
        self.raw = raw
        self.reads = 0
        self.fails = False

    async def open_line(self) -> Line:
        self.reads += 1
        await asyncio.sleep(0.001)
        if self.fails:
            raise OSError("the store is away")
        return Line(self.raw, ONCE)

    def change(self, **changes: Any) -> None:
        extra = {**self.raw.extra, **changes.pop("extra", {})}
        self.raw = replace(self.raw, extra=extra, **changes)


def store_for(url: str, **extra: Any) -> Store:
    """Return a store with a connection to vishwa.ai that is read again twenty times a second."""
    extra = {"connection_cache_seconds": 0.05, "max_requests_per_second": 0, **extra}
    return Store(RawConnection(conn_id="c", conn_type="vishwa", host=url, password="key-0000", extra=extra))


def waiting(line: SharedLine, run_id: str = "r", interval: float = 0.005) -> asyncio.Task[Run]:
    """Wait for a run that goes on."""
    wish = Wait(poll_interval=interval, max_poll_interval=interval, until=time.time() + 60)

    def say(api: FlowApi) -> Exchange[Run]:
        return api.wait(RunHandle("vishwa", "f", run_id), wish)

    return asyncio.ensure_future(line.run(None, say))


def on_line(store: Store, use: Callable[[SharedLine], Coroutine[None, None, None]]) -> None:
    """Use a line on a loop of its own, and have nothing left of it afterwards."""

    async def run() -> None:
        async with shared_line("c", store.open_line) as line:
            await use(line)
        assert not any(lines._LINES.values())
        assert [each for each in asyncio.all_tasks() if each is not asyncio.current_task()] == []

    asyncio.run(run())
    gc.collect()  # an open session would warn, and warnings are errors


async def until(happened: Callable[[], object]) -> None:
    """Let time pass until something is so; a test that waits in vain fails."""
    give_up = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < give_up
        await asyncio.sleep(0.005)


async def stop(*tasks: asyncio.Task[Run]) -> None:
    """Cancel what waits."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def keys(server: WireServer) -> list[str | None]:
    """Return the keys that requests came with."""
    return [seen.header("xp-api-key") for seen in server.seen]


def test_a_connection_in_use_is_read_again_and_all_stays(serve: Serve) -> None:
    """While the contents stay the same, the session, its connection and the platform stay too."""
    server = serve(answering(RUNNING))
    store = store_for(server.url)

    async def use(line: SharedLine) -> None:
        task = waiting(line)
        await until(lambda: store.reads >= 4)
        assert len(line._transports) == 1
        assert len(line._apis) == 1
        await stop(task)

    on_line(store, use)
    assert server.connections == 1


def test_a_new_key_serves_those_who_wait_already(serve: Serve) -> None:
    """A new key is used by runs that are waited for, from their next question on, on the same session."""
    server = serve(answering(RUNNING))
    store = store_for(server.url)

    async def use(line: SharedLine) -> None:
        tasks = [waiting(line, f"r{number}") for number in range(3)]
        await until(lambda: len(server.seen) > 10)
        store.change(password="key-1111")
        await until(lambda: "key-1111" in keys(server))
        length = len(server.seen) + 3  # what was under way
        await until(lambda: len(server.seen) > length + 20)
        assert set(keys(server)[length:]) == {"key-1111"}
        assert len(line._transports) == 1
        await stop(*tasks)

    on_line(store, use)


def test_another_way_there_is_taken_by_those_who_wait(serve: Serve) -> None:
    """With another certificate setting a new session is opened, and with another host it is asked there."""
    server, other = serve(answering(RUNNING)), serve(answering(RUNNING))
    store = store_for(server.url)

    async def use(line: SharedLine) -> None:
        task = waiting(line)
        await until(lambda: server.seen)
        store.change(host=other.url, extra={"verify": False})
        await until(lambda: other.seen)
        length = len(server.seen)
        await until(lambda: len(other.seen) > 5)
        assert len(server.seen) == length
        assert len(line._transports) == 2
        await stop(task)

    on_line(store, use)


@pytest.mark.parametrize("trouble", ["away", "field missing", "another type", "no certificate"])
def test_what_cannot_be_read_again_serves_on_and_is_told_once(
    serve: Serve, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    """A store that is away, and contents that are no good, end no wait; one warning says so, then silence."""
    server = serve(answering(RUNNING))
    store = store_for(server.url)
    caplog.set_level(logging.WARNING)

    async def use(line: SharedLine) -> None:
        task = waiting(line)
        await until(lambda: server.seen)
        good = store.raw
        if trouble == "away":
            store.fails = True
        elif trouble == "field missing":
            store.change(password=None)
        elif trouble == "another type":
            store.change(conn_type="scade")
        else:
            store.change(extra={"verify": "/nowhere/ca.pem"})
        length = store.reads
        await until(lambda: store.reads >= length + 3)
        length = len(server.seen)
        await until(lambda: len(server.seen) > length)
        assert not task.done()
        told = [each.getMessage() for each in caplog.records]
        assert len([text for text in told if "goes on with what was read before" in text]) == 1
        store.fails, store.raw = False, replace(good, password="key-2222")
        await until(lambda: "key-2222" in keys(server))
        await stop(task)

    on_line(store, use)


def test_new_limits_hold_for_those_who_wait(serve: Serve) -> None:
    """A limit that changed is kept from the next reading on; the limiter itself stays."""
    server = serve(answering(RUNNING))
    store = store_for(server.url)

    async def use(line: SharedLine) -> None:
        tasks = [waiting(line, str(number)) for number in range(5)]
        await until(lambda: len(server.seen) > 20)
        gate = line._gate
        store.change(extra={"max_requests_per_second": 2, "max_requests_in_flight": 1})
        await until(lambda: (gate.pace._gap >= 0.5, gate.pace._at_once) == (True, 1))
        length = len(server.seen)
        await until(lambda: len(server.seen) > length)
        assert line._gate is gate
        await stop(*tasks)

    on_line(store, use)


def test_many_runs_read_the_connection_once(serve: Serve) -> None:
    """Two thousand runs that begin at once look the connection up once, and use ten connections at most."""
    server = serve(answering({"run_status": "completed"}))
    store = store_for(server.url, connection_cache_seconds=300)

    async def use(line: SharedLine) -> None:
        tasks = [waiting(line, str(number)) for number in range(2000)]
        found = await asyncio.gather(*tasks)
        assert {run.state.value for run in found} == {"success"}
        assert {run.handle.run_id for run in found} == {str(number) for number in range(2000)}

    on_line(store, use)
    assert store.reads == 1
    assert len(server.seen) == 2000
    assert server.connections <= 10


def test_the_limit_outlives_the_line(serve: Serve) -> None:
    """Calls that each open the line anew still keep their distance; so does what Retry-After asked for."""
    times: list[float] = []

    def script(call: Call) -> None:
        times.append(time.monotonic())
        call.answer(200, b'{"run_status": "completed"}')

    store = store_for(serve(script).url, max_requests_per_second=10, connection_cache_seconds=300)

    async def run() -> None:
        for _ in range(4):
            async with shared_line("c", store.open_line) as line:
                await line.run(None, lambda api: api.get(HANDLE))

    asyncio.run(run())
    assert store.reads == 4
    assert all(later - earlier > 0.08 for earlier, later in pairwise(times))


def test_loops_have_limits_of_their_own_and_leave_nothing(serve: Serve) -> None:
    """What one loop waits for holds up no other, and a loop that is gone leaves no limiter behind."""
    store = store_for(serve(answering({"run_status": "completed"})).url, max_requests_per_second=0.01)

    loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()

    async def run() -> None:
        loops.add(asyncio.get_running_loop())
        async with shared_line("c", store.open_line) as line:
            await line.run(None, lambda api: api.get(HANDLE))

    for _ in range(3):
        asyncio.run(run())  # a limit that all loops shared would take minutes
    gc.collect()
    assert not loops


def test_cancelled_users_leave_their_places(serve: Serve) -> None:
    """Runs that are cancelled while they wait for their turns give them up; the others are asked on."""
    server = serve(answering(RUNNING))
    store = store_for(server.url, max_requests_per_second=50)

    async def use(line: SharedLine) -> None:
        tasks = [waiting(line, str(number)) for number in range(500)]
        await until(lambda: len(server.seen) >= 3)
        await stop(*tasks[:-1])
        length = len(server.seen)
        await until(lambda: len(server.seen) >= length + 3)
        assert {seen.target for seen in server.seen[length + 1 :]} == {"/v1/workflow/f/run/499/status"}
        assert line._gate.pace._under_way <= 1
        await stop(tasks[-1])

    on_line(store, use)


def test_those_who_hold_on_at_once_leave_nothing_behind() -> None:
    """Two who hold the line of one hook and leave in the order of their coming leave no line open."""

    async def run() -> tuple[int, object]:
        hook = FlowHook("vishwa_default")
        has_left = asyncio.Event()

        async def first() -> None:
            async with hook.held():
                await asyncio.sleep(0)
            has_left.set()

        async def second() -> None:
            async with hook.held():
                await has_left.wait()

        await asyncio.gather(first(), second())
        return len(lines._LINES[asyncio.get_running_loop()]), hook._held

    assert asyncio.run(run()) == (0, None)


def test_a_hook_holds_its_line_once() -> None:
    """To hold on twice is refused, since only one line would be given back."""

    async def run() -> None:
        hook = FlowHook("vishwa_default")
        hook.hold()
        with pytest.raises(RuntimeError, match="already"):
            hook.hold()
        await hook.let_go()
        await hook.let_go()
        assert not lines._LINES[asyncio.get_running_loop()]

    asyncio.run(run())
