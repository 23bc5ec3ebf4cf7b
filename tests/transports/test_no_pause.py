"""A pause of no time in the triggerer."""

from __future__ import annotations

import asyncio

from airflow_provider_flows.protocol.messages import Sleep
from airflow_provider_flows.transports.aio import AsyncTransport
from airflow_provider_flows.transports.options import TransportOptions


def test_a_pause_of_no_time_takes_no_turn_of_the_loop() -> None:
    """Whoever goes on at once is not put behind everybody else; a real pause lets the others go on."""

    async def turns_taken(seconds: float) -> int:
        turns: list[int] = []
        asyncio.get_running_loop().call_soon(turns.append, 1)
        await AsyncTransport(TransportOptions()).perform(Sleep(seconds))
        return len(turns)

    assert asyncio.run(turns_taken(0.0)) == 0
    assert asyncio.run(turns_taken(0.001)) == 1
