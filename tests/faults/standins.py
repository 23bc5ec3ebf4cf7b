"""Stands in for the APIs that the peers' operators speak, on top of the emulator's flows.

    python tests/faults/standins.py --port 0 --emulator http://127.0.0.1:8100 --certificate server.pem

It prints `stand-ins ready at https://127.0.0.1:PORT` and ends with 0 on SIGTERM or Ctrl-C. It speaks TLS,
because the dbt Cloud hook knows nothing else; `peers.make_trust` makes the certificate.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[2]))

from airflow_provider_flows.emulator import EmulatorConfig
from tests.faults.standins_dbt import DbtCloud
from tests.faults.standins_http import WaitingApi
from tests.faults.standins_relay import Relay, drop_the_unanswered


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description="Stand in for the peers' APIs.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--emulator", required=True, metavar="URL", help="where the flows run")
    parser.add_argument(
        "--certificate", type=Path, required=True, metavar="FILE", help="PEM file with the key, for 127.0.0.1"
    )
    options = parser.parse_args()
    asyncio.run(_serve_until_told(options.emulator, options.certificate, options.port))


@asynccontextmanager
async def serving(emulator_url: str, certificate: Path, port: int = 0) -> AsyncIterator[str]:
    """Serve while the block lasts; give the address, without a slash at its end."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with Relay(emulator_url) as relay:
        app = web.Application(middlewares=[drop_the_unanswered])
        for api in (DbtCloud(relay, EmulatorConfig()), WaitingApi(relay, EmulatorConfig())):
            app.add_routes(api.routes())
        # A request that came goes on to the emulator, though its peer may be killed meanwhile.
        runner = web.AppRunner(app, access_log=None, handler_cancellation=False, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
            yield f"https://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            _drop_connections(runner)
            await runner.cleanup()


def _drop_connections(runner: web.AppRunner) -> None:
    """Drop what is still open: by itself TLS would wait for the peers to agree."""
    for connection in runner.server.connections if runner.server else ():
        if connection.transport is not None:
            connection.transport.abort()


async def _serve_until_told(emulator_url: str, certificate: Path, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(emulator_url, certificate, port) as url:
        print(f"stand-ins ready at {url}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
