"""Driving a conversation: what is thrown into it, and that it always ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from airflow_provider_flows.protocol.errors import NotSentError
from airflow_provider_flows.protocol.messages import Exchange, Response, Sleep, Step, ask, pause
from airflow_provider_flows.transports.driver import adrive, drive
from tests.support.requests_made import get

REQUEST = get("http://h/")
Perform = Callable[[Step], Response | None]


@pytest.fixture(params=["drive", "adrive"])
def run(request: pytest.FixtureRequest) -> Callable[[Exchange[object], Perform], object]:
    """Return one of the two drivers, as a plain function."""
    if request.param == "drive":
        return drive

    def arun(exchange: Exchange[object], perform: Perform) -> object:
        async def aperform(step: Step) -> Response | None:
            return perform(step)

        return asyncio.run(adrive(exchange, aperform))

    return arun


def test_a_transport_fault_is_told_to_the_conversation(
    run: Callable[[Exchange[object], Perform], object],
) -> None:
    """A conversation can catch the fault of its request and go on."""

    def talk() -> Exchange[object]:
        try:
            yield from ask(REQUEST)
        except NotSentError:
            yield from pause(3)
        return "went on"

    steps: list[Step] = []

    def perform(step: Step) -> Response | None:
        steps.append(step)
        if step is REQUEST:
            raise NotSentError("no", REQUEST)
        return None

    assert run(talk(), perform) == "went on"
    assert steps == [REQUEST, Sleep(3)]


def test_an_uncaught_fault_is_raised(run: Callable[[Exchange[object], Perform], object]) -> None:
    """A fault that the conversation lets pass reaches the caller."""

    def perform(_: Step) -> Response | None:
        raise NotSentError("no", REQUEST)

    with pytest.raises(NotSentError):
        run(ask(REQUEST), perform)


def test_a_conversation_is_always_closed(run: Callable[[Exchange[object], Perform], object]) -> None:
    """A conversation's `finally` runs at once when something else ends it."""
    ended = []

    def talk() -> Exchange[object]:
        try:
            return (yield from ask(REQUEST))
        finally:
            ended.append(True)

    def perform(_: Step) -> Response | None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(talk(), perform)
    assert ended == [True]


def test_an_answer_that_is_none_is_the_drivers_fault(
    run: Callable[[Exchange[object], Perform], object],
) -> None:
    """A driver that answers a request with nothing is told so."""
    with pytest.raises(TypeError, match="must answer a Request"):
        run(ask(REQUEST), lambda _: None)
