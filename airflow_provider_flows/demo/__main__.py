"""The command line: `python -m airflow_provider_flows.demo run|up`."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from airflow_provider_flows.demo.failures import DemoError
from airflow_provider_flows.demo.options import read_options
from airflow_provider_flows.demo.session import run_session


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command and return the exit status: 0 only if every DAG run succeeded."""
    options = read_options(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell that starts us in the background has it ignored
    try:
        return run_session(options)
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted, everything was stopped", file=sys.stderr)
        return 130


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let `docker stop` and `kill` unwind like Ctrl-C, so that no process is left behind."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
