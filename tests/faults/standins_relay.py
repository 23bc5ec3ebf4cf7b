"""Carries a stand-in's requests to the emulator, and what became of them back to the peer.

A peer must meet the emulator's faults as our own operator does: the same status and headers, the same wait,
half an answer where half came, a dropped connection where one was dropped.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

# They belong to one connection, or are made anew by the server that answers.
_NOT_CARRIED = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})


class NoAnswer(Exception):  # noqa: N818 - what happened, and no fault of the stand-in's
    """The emulator dropped the connection without an answer, or could not be reached."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Holds what the emulator sent; `length` is what it announced, and more than came if it was cut."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    length: int

    @property
    def is_whole(self) -> bool:
        """Tell whether all of the body came."""
        return len(self.body) == self.length


class Relay:
    """Speaks to one emulator, for as long as its `with` block lasts."""

    def __init__(self, emulator_url: str) -> None:
        self._url = emulator_url.rstrip("/")

    async def __aenter__(self) -> Relay:
        # A connection used again could be found closed, which would look like an answer that was lost, and
        # aiohttp would repeat a GET by itself. How long to wait is the peer's own decision.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        """Send a request, with a JSON body if there is one; raises NoAnswer."""
        try:
            async with self._session.request(
                method, self._url + path, headers=headers, json=body, allow_redirects=False
            ) as response:
                return await _read(response)
        except aiohttp.ClientError as error:
            raise NoAnswer(f"{method} {path}: {type(error).__name__}") from error


async def send(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Send an answer to the peer; what was cut stays cut."""
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = answer.length
    await response.prepare(request)
    await response.write(answer.body)
    if not answer.is_whole and request.transport is not None:
        request.transport.close()
    return response


@web.middleware
async def drop_the_unanswered(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Drop the peer's connection, without one byte, where the emulator dropped ours.

    A peer that was killed cannot be answered either.
    """
    try:
        return await handler(request)
    except (NoAnswer, ConnectionResetError):
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # for aiohttp only: no byte of it can leave


async def _read(response: aiohttp.ClientResponse) -> Answer:
    parts = []
    try:
        async for part in response.content.iter_any():
            parts.append(part)  # noqa: PERF401 - what came before it broke off is kept
    except aiohttp.ClientPayloadError:
        announced = response.content_length or 0
    else:
        announced = sum(map(len, parts))
    headers = {name: value for name, value in response.headers.items() if name.lower() not in _NOT_CARRIED}
    return Answer(response.status, headers, b"".join(parts), announced)
