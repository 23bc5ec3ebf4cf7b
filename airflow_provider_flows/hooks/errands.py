"""Work that is done once for all who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

from airflow_provider_flows.transports.gate import Crowd

T = TypeVar("T")


class Errand(Generic[T]):
    """Work under way; whoever gives up waiting for it does not end it for the others.

    :param work: what is to be done
    :param then: is called when it is over
    """

    def __init__(self, work: Coroutine[None, None, T], then: Callable[[], object]) -> None:
        self._crowd = Crowd()
        self._then = then
        self._task = asyncio.ensure_future(work)
        self._task.add_done_callback(self._tell)

    async def result(self) -> T:
        """Return what it brought, or raise what it raised."""
        if not self._task.done():
            await self._crowd.wait()
        return self._task.result()

    async def stop(self) -> None:
        """Stop it, and wait until it has stopped."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _tell(self, task: asyncio.Future[T]) -> None:
        if not task.cancelled():
            task.exception()  # else asyncio complains where nobody is left to hear of it
        self._then()
        self._crowd.dissolve()
