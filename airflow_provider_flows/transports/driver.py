"""Runs a conversation to its end, in either colour.

A transport fault is thrown into the conversation, so that what to do about it is decided there, once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import TypeAlias, TypeVar

from airflow_provider_flows.protocol.errors import TransportError
from airflow_provider_flows.protocol.messages import Exchange, Response, Step

T = TypeVar("T")
Outcome: TypeAlias = Response | TransportError | None


def drive(exchange: Exchange[T], perform: Callable[[Step], Response | None]) -> T:
    """Perform each step as it is asked for, and return what the conversation returns."""
    with closing(exchange):
        try:
            step = next(exchange)
            while True:
                step = _told(exchange, _outcome(perform, step))
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a generator's return value has no type here


async def adrive(exchange: Exchange[T], perform: Callable[[Step], Awaitable[Response | None]]) -> T:
    """Do what `drive` does, for an event loop; in one frame, since thousands of them may wait at once."""
    try:
        step = next(exchange)
        while True:
            work = perform(step)
            del step  # a pause is an object, too, which thousands of frames would keep while it lasts
            try:
                answer = await work
            except TransportError as error:
                step = exchange.throw(error)
            else:
                step = exchange.send(answer)
                del answer  # else thousands of frames would keep it while time passes
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's return value has no type here
    finally:
        exchange.close()  # and not `closing`, which would be two objects more in each frame


def _told(exchange: Exchange[T], outcome: Outcome) -> Step:
    return exchange.throw(outcome) if isinstance(outcome, TransportError) else exchange.send(outcome)


def _outcome(perform: Callable[[Step], Response | None], step: Step) -> Outcome:
    try:
        return perform(step)
    except TransportError as error:
        return error
