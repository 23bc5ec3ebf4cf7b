"""The two colours of everything that is said: one test, run with urllib3 and with `aiohttp`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from airflow_provider_flows.aside import written
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, ask
from airflow_provider_flows.transports.aio import AsyncTransport
from airflow_provider_flows.transports.options import TransportOptions
from airflow_provider_flows.transports.sync import SyncTransport

T = TypeVar("T")


class Sync:
    """Speaks as a worker does."""

    name = "urllib3"

    def run(self, options: TransportOptions, exchange: Exchange[T]) -> T:
        return SyncTransport(options).run(exchange)

    def ask(self, options: TransportOptions, request: Request) -> Response:
        return self.run(options, ask(request))

    def call(self, hook: Any, method: str, *args: Any, **named: Any) -> Any:
        """Call a method of a hook."""
        return getattr(hook, method)(*args, **named)


class Async(Sync):
    """Speaks as the triggerer does, on a new event loop for each call."""

    name = "aiohttp"

    def run(self, options: TransportOptions, exchange: Exchange[T]) -> T:
        async def run() -> T:
            async with AsyncTransport(options) as transport:
                return await transport.run(exchange)

        return asyncio.run(run())

    def call(self, hook: Any, method: str, *args: Any, **named: Any) -> Any:
        """Call the asynchronous twin of a method of a hook."""
        twin: Callable[..., Any] = getattr(hook, "a" + method)

        async def called() -> Any:
            try:
                return await twin(*args, **named)
            finally:
                await written()  # what it has logged, which tests read

        return asyncio.run(called())
