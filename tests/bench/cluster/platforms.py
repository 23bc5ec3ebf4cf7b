"""Stands in for the platforms of the peers, and for one of ours whose runs are only watched.

`python -m tests.bench.cluster.platforms PORT CERTIFICATE` serves until SIGTERM, over TLS since the dbt Cloud
hook knows nothing else. It answers from memory: no emulator stands behind it, so that the peers' platforms
are at least as fast as ours.

A run that nobody has started, of dbt Cloud or vishwa.ai, is over some seconds after the first question for
it: a wait for it is as long however late it begins.
"""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys
import time
from collections import Counter
from itertools import count
from typing import Any

from aiohttp import web

from tests.bench.cluster.terms import ANSWER_SECONDS, MANY_SECONDS, RUN_SECONDS

DBT_SUCCESS, DBT_RUNNING = 10, 3  # https://docs.getdbt.com/dbt-cloud/api-v2, Retrieve Run
ACCOUNT = "/api/v2/accounts/{account}"
MANY_FLOW = "many"  # its runs go on for longer


class Platforms:
    """Remembers when each run began, and how often it was asked for at once."""

    def __init__(self) -> None:
        self._numbers = count(1_000_000)
        self._began: dict[str, float] = {}
        self._asking: Counter[str] = Counter()
        self._polls = 0
        self._at_once = 0  # the most questions for one run that were unanswered at a moment

    def routes(self) -> list[web.RouteDef]:
        """Return all routes, with and without a slash at the end: the dbt Cloud provider uses both."""
        found = (
            ("POST", ACCOUNT + "/jobs/{job}/run", self._dbt_start),
            ("GET", ACCOUNT + "/runs/{run}", self._dbt_status),
            ("POST", "/held", self._held),
            ("GET", "/v1/workflow/{flow}/run/{run}/status", self._watched),
            ("GET", "/counted", self._counted),
        )
        return [web.route(method, path + end, each) for method, path, each in found for end in ("", "/")]

    async def _dbt_start(self, request: web.Request) -> web.Response:
        number = next(self._numbers)
        self._began[str(number)] = time.monotonic()
        return _dbt(number, DBT_RUNNING)

    async def _dbt_status(self, request: web.Request) -> web.Response:
        run = request.match_info["run"]
        return _dbt(int(run), DBT_SUCCESS if self._is_over(run, RUN_SECONDS) else DBT_RUNNING)

    async def _held(self, request: web.Request) -> web.Response:
        """Hold the answer until the run is over."""
        await asyncio.sleep(RUN_SECONDS)
        return web.json_response({"ok": True})

    async def _watched(self, request: web.Request) -> web.Response:
        run, flow = request.match_info["run"], request.match_info["flow"]
        self._asking[run] += 1
        self._polls += 1
        self._at_once = max(self._at_once, self._asking[run])
        try:
            await asyncio.sleep(ANSWER_SECONDS)
        finally:
            self._asking[run] -= 1
        is_over = self._is_over(run, MANY_SECONDS if flow == MANY_FLOW else RUN_SECONDS)
        return web.json_response({"run_id": run, "run_status": "completed" if is_over else "running"})

    async def _counted(self, request: web.Request) -> web.Response:
        """Tell what was counted since this was asked last."""
        told = {"polls": self._polls, "at_once": self._at_once, "runs": len(self._began)}
        self._polls = self._at_once = 0
        self._began.clear()
        return web.json_response(told)

    def _is_over(self, run: str, seconds: float) -> bool:
        now = time.monotonic()
        return now - self._began.setdefault(run, now) >= seconds


def _dbt(number: int, status: int) -> web.Response:
    run: dict[str, Any] = {
        "id": number,
        "account_id": 1,
        "status": status,
        "href": f"https://127.0.0.1/runs/{number}/",
        "is_complete": status == DBT_SUCCESS,
    }
    return web.json_response({"status": {"code": 200, "is_success": True}, "data": run})


async def _serve(port: int, certificate: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    app = web.Application()
    app.add_routes(Platforms().routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, backlog=4096).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
