"""How long a shared line lives: openings that fail or are given up, and loops."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_flows.hooks import lines
from airflow_provider_flows.hooks.lines import Line
from airflow_provider_flows.protocol.errors import ConnectionFieldError
from tests.support.lines import STATUS, ask_on, line_to, opener
from tests.support.servers import WireServer, answering

Put = Callable[..., str]
Serve = Callable[..., WireServer]


def test_a_failed_opening_fails_all_its_users_and_can_be_tried_again(serve: Serve) -> None:
    """Whoever waited for an opening that failed gets its error; the next one tries anew."""
    server = serve(answering(STATUS))
    tries = []

    async def open_line() -> Line:
        tries.append(True)
        await asyncio.sleep(0.01)
        if len(tries) == 1:
            raise ConnectionFieldError("not yet")
        return line_to(server.url)

    async def run() -> None:
        found = await asyncio.gather(*(ask_on("c", open_line) for _ in range(3)), return_exceptions=True)
        assert [str(each) for each in found] == ["not yet"] * 3
        assert await ask_on("c", open_line) == "success"

    asyncio.run(run())
    assert len(tries) == 2


def test_a_session_that_cannot_open_fails_all_its_users(serve: Serve) -> None:
    """A file of authorities that is missing is told to everybody, and nothing stays open."""
    server = serve(answering(STATUS))

    async def run() -> list[Any]:
        broken = opener(line_to(server.url, verify="/nowhere/ca.pem"), [])
        return await asyncio.gather(*(ask_on("c", broken) for _ in range(3)), return_exceptions=True)

    assert {type(each) for each in asyncio.run(run())} == {ConnectionFieldError}
    assert server.connections == 0


def test_one_users_end_does_not_end_the_opening(serve: Serve) -> None:
    """The user who began the opening is cancelled; the others get their answers."""
    server = serve(answering(STATUS))
    opened: list[Line] = []

    async def run() -> str:
        open_line = opener(line_to(server.url), opened)
        first, second = (asyncio.ensure_future(ask_on("c", open_line)) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert asyncio.run(run()) == "success"
    assert len(opened) == 1


def test_the_last_users_end_leaves_nothing_open(serve: Serve) -> None:
    """Whenever the last user is cancelled, opening, talking or closing, nothing of its line stays open."""
    server = serve(answering(STATUS))

    async def open_line() -> Line:
        await asyncio.sleep(0.002)
        return line_to(server.url, verify=False)

    async def run(moment: float) -> None:
        only = asyncio.ensure_future(ask_on("c", open_line))
        await asyncio.sleep(moment)
        only.cancel()
        [outcome] = await asyncio.gather(only, return_exceptions=True)
        assert outcome == "success" or isinstance(outcome, asyncio.CancelledError)
        assert not any(lines._LINES.values())

    for milliseconds in range(40):
        asyncio.run(run(milliseconds / 1000))
    gc.collect()  # an open session would warn, and warnings are errors


def test_loops_do_not_share(serve: Serve) -> None:
    """Each event loop reads the connection for itself, also two at the same time, also with a used id."""
    server = serve(answering(STATUS))
    opened: list[Line] = []

    def run() -> None:
        assert asyncio.run(ask_on("c", opener(line_to(server.url), opened))) == "success"

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(20):
        run()
    assert len(opened) == server.connections == 22
