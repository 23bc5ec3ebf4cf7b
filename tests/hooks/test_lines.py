"""One connection and one session for all that one event loop has to say to a platform."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks import lines
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.hooks.lines import Line, shared_line
from airflow_provider_flows.hooks.vishwa import VishwaHook
from airflow_provider_flows.hooks.wisebot import WisebotHook
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import ConnectionFieldError
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.protocol.runs import RunOrder
from tests.support.lines import STATUS, ask_on, line_to, opener
from tests.support.servers import Call, WireServer, answering

Put = Callable[..., str]
Serve = Callable[..., WireServer]


class Meeting:
    """A script that answers only when so many requests are there at once."""

    def __init__(self, guests: int) -> None:
        self._barrier = threading.Barrier(guests)

    def __call__(self, call: Call) -> None:
        self._barrier.wait(5)
        answering(STATUS)(call)


def test_many_users_share_one_line_and_leave_nothing(serve: Serve) -> None:
    """Many calls at once read the connection once, each connects for itself only while others talk."""
    server = serve(Meeting(8))
    opened: list[Line] = []

    async def run() -> list[str]:
        return await asyncio.gather(*(ask_on("c", opener(line_to(server.url), opened)) for _ in range(8)))

    assert asyncio.run(run()) == ["success"] * 8
    assert len(opened) == 1
    assert server.connections == 8
    gc.collect()  # an open session would warn, and warnings are errors
    assert not any(lines._LINES.values())


def test_calls_one_after_the_other_share_a_connection(serve: Serve) -> None:
    """As long as somebody uses a line, its connection to the platform is kept."""
    server = serve(answering(STATUS))
    opened: list[Line] = []

    async def run() -> None:
        open_line = opener(line_to(server.url), opened)
        async with shared_line("c", open_line):
            for _ in range(5):
                await ask_on("c", open_line)

    asyncio.run(run())
    assert (len(opened), server.connections, len(server.seen)) == (1, 1, 5)


def test_hooks_share_by_connection_type_and_patience(emulator: FlowEmulator, put_connection: Put) -> None:
    """Equal hooks share a line; hooks that would differ in it do not, so a wrong type is still found."""
    conn_id = put_connection("shared", emulator.url, platform="vishwa")
    emulator.flow("vishwa", "quick", duration=0.3)
    read: list[str] = []

    class Counting(VishwaHook):
        async def _open_line(self) -> Line:
            read.append(self.flow_conn_id)
            return await super()._open_line()

    async def run() -> list[Any]:
        one = Counting(conn_id)
        handle = (await one.astart_run("quick", {"a": 1})).handle
        assert read == ["shared"]
        waits = [
            Counting(conn_id).await_for_run(handle, poll_interval=0.05, until=float("inf")) for _ in range(20)
        ]
        wrong = WisebotHook(conn_id).aget_run(handle)
        return await asyncio.gather(*waits, wrong, return_exceptions=True)

    *found, error = asyncio.run(run())
    assert {each.state.value for each in found} == {"success"}
    assert len(read) == 2
    assert isinstance(error, ConnectionFieldError)


def test_a_line_that_hangs_stops_nobody_else(serve: Serve) -> None:
    """A call to a silent platform leaves the loop to others, and ends with its user."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = serve(answering(STATUS))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        async def run() -> None:
            stuck = asyncio.ensure_future(ask_on("silent", opener(line_to(url), [])))
            assert await ask_on("c", opener(line_to(server.url), [])) == "success"
            stuck.cancel()
            with pytest.raises(asyncio.CancelledError):
                await stuck

        asyncio.run(run())
    gc.collect()


def test_a_line_says_what_a_variant_needs(serve: Serve) -> None:
    """Users of several variants share a line; each gets the platform in its own variant."""
    server = serve(answering({"ok": True, "result": 1}))
    raw = RawConnection(
        conn_id="c",
        conn_type="wisebot",
        host=server.url,
        password="key-0000",
        extra={"webhook_origin": server.url, "webhook_secret": "secret-0000"},
    )
    line = Line(raw, RetryPolicy(attempts=1))

    async def start(variant: str | None) -> str:
        def say(api: FlowApi) -> Any:
            return api.start(RunOrder("f", {}, {}, {"key": "k"}))

        async with shared_line("c", opener(line, [])) as shared:
            return str((await shared.run(variant, say)).state.value)

    async def run() -> list[str]:
        return list(await asyncio.gather(start(None), start("webhook")))

    assert asyncio.run(run()) == ["success", "success"]
    assert {seen.header("authorization") for seen in server.seen} == {"Bearer key-0000", "Bearer secret-0000"}


@pytest.mark.usefixtures("connections")
def test_the_common_hook_and_a_typed_one_both_work(emulator: FlowEmulator) -> None:
    """Hooks of different kinds speak on one loop at once."""
    emulator.flow("vishwa", "quick", duration=0.0)

    async def run() -> list[Any]:
        hooks = [FlowHook("vishwa_default"), VishwaHook()]
        return await asyncio.gather(*(hook.astart_run("quick", {"a": 1}) for hook in hooks))

    assert len({run.handle.run_id for run in asyncio.run(run())}) == 2
