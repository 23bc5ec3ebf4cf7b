"""Looking on while a conversation is performed, without a part in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from airflow_provider_flows.protocol.errors import TransportError
from airflow_provider_flows.protocol.messages import Exchange, Step

T = TypeVar("T")


def seen(exchange: Exchange[T], see: Callable[[Step], None]) -> Exchange[T]:
    """Carry a conversation on as it is, and let `see` know each step before it is performed."""
    with closing(exchange):
        try:
            step = next(exchange)
            while True:
                see(step)
                try:
                    answer = yield step
                except TransportError as error:
                    step = exchange.throw(error)
                else:
                    step = exchange.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a generator's return value has no type here
