"""Runs the emulator from the command line: ``python -m airflow_provider_flows.emulator``."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from airflow_provider_flows.emulator.config import EmulatorConfig, load_config
from airflow_provider_flows.emulator.connections import airflow_connections

DEFAULT_PORT = 8100


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, or print the connections; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        config = _config(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    if not options.print_connections:
        return _serve(options, config)
    if options.port == 0:
        parser.error("--print-connections needs the port the emulator will listen on")
    print(connection_exports(f"http://{options.host}:{options.port}", config))
    return 0


def connection_exports(url: str, config: EmulatorConfig) -> str:
    """Return a shell's ``export`` line for each connection."""
    connections = airflow_connections(url, config).items()
    return "\n".join(
        f"export AIRFLOW_CONN_{conn_id.upper()}={shlex.quote(json.dumps(connection))}"
        for conn_id, connection in connections
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m airflow_provider_flows.emulator",
        description="Emulate UniteLabs, Scade, BlinkOps, Wisebot and vishwa.ai on one port.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (%(default)s)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="YAML file of knobs and flows")
    parser.add_argument("--accept-any-flow", action="store_true", default=None, help="any flow id exists")
    parser.add_argument("--control-open", action="store_true", default=None, help="to other machines too")
    parser.add_argument("--latency", type=float, metavar="SECONDS", help="added to every answer")
    parser.add_argument("--token-lifetime", type=float, metavar="SECONDS", help="of UniteLabs' tokens")
    parser.add_argument(
        "--print-connections", action="store_true", help="print Airflow's connections as exports, then exit"
    )
    levels = ("debug", "info", "warning", "error")
    parser.add_argument("--log-level", choices=levels, default="warning", help="default: %(default)s")
    return parser


def _config(options: argparse.Namespace) -> EmulatorConfig:
    config = load_config(options.config) if options.config else EmulatorConfig()
    names = ("accept_any_flow", "control_open", "latency", "token_lifetime")
    given = {name: getattr(options, name) for name in names}
    return replace(config, **{name: value for name, value in given.items() if value is not None})


def _serve(options: argparse.Namespace, config: EmulatorConfig) -> int:
    import asyncio  # printing the connections starts no server
    import logging
    import signal

    from airflow_provider_flows.emulator.core import EmulatorCore
    from airflow_provider_flows.emulator.front import Front

    async def serve() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        front = Front(EmulatorCore(config))
        async with front.serving(options.host, options.port):
            print(f"emulator ready at {front.url}", flush=True)
            await stop.wait()

    logging.basicConfig(level=options.log_level.upper())
    try:
        asyncio.run(serve())
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
