"""The API that the HTTP provider's `HttpOperator` is driven against: one POST that answers with the result.

The deferrable operator sends one request and has no step that asks again, and its task is deferred only as
long as that request is unanswered. So the API that it is made for waits for the end of the run: this is how
emulated Wisebot's dashboard API acts, and the request goes there as it is. An API that answers at once would
end the task before its run, which could then be neither waited for nor lost. Wisebot cannot cancel either, so
no run that stays behind is held against the peer.
"""

from __future__ import annotations

from aiohttp import web

from airflow_provider_flows.emulator import EmulatorConfig
from tests.faults.standins_relay import Relay, send

HTTP_TOKEN = "stand-in-http-token-0000"  # the peer's own: a leak of it is not one of ours


class WaitingApi:
    """Starts a flow and answers when it is over."""

    def __init__(self, relay: Relay, config: EmulatorConfig) -> None:
        self._relay = relay
        self._headers = {"Authorization": f"Bearer {config.wisebot_key}"}

    def routes(self) -> list[web.RouteDef]:
        """Return the only route."""
        return [web.post("/api/v1/flow/{flow:[0-9]+}", self._run)]

    async def _run(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {HTTP_TOKEN}":
            raise web.HTTPUnauthorized
        return await send(
            request, await self._relay.ask("POST", request.path, self._headers, await request.json())
        )
