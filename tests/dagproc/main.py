"""`make dagproc-check`: what a real Airflow shows of pipelines while it reads them again and again.

python tests/dagproc/main.py [--minutes N] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

# In place of this script's own folder, whose modules are named for this check alone.
sys.path[0] = str(Path(__file__).parents[2])


def main() -> int:
    """Look for so many minutes and return 0 only if both ways of loading held."""
    from airflow_provider_flows.demo.failures import DemoError
    from tests.dagproc.session import run_session

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N", help="how long to look [10]")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave Airflow's home in this new folder")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell that starts us in the background has it ignored
    try:
        return run_session(options.minutes * 60, options.keep)
    except KeyboardInterrupt:
        print("dagproc-check: interrupted, everything was stopped", file=sys.stderr)
        return 130
    except DemoError as error:
        print(f"dagproc-check: {error}", file=sys.stderr)
        return 1


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let `kill` unwind like Ctrl-C, so that no process is left behind."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
