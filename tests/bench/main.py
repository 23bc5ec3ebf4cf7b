"""`make bench`: what watching runs costs, against bare aiohttp and other providers, and in a whole Airflow.

python tests/bench/main.py [--only PART] [--rounds N]
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

# In place of this script's own folder, whose modules are named for the bench alone.
sys.path[0] = str(Path(__file__).parents[2])


def main() -> int:
    """Print every figure; return 0 only if all are reached."""
    from tests.bench.whole import PARTS, run

    options = _parser(tuple(PARTS)).parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell that starts us in the background has it ignored
    try:
        return run(options.only, options.rounds)
    except KeyboardInterrupt:
        print("bench: interrupted, everything was stopped", file=sys.stderr)
        return 130


def _parser(parts: tuple[str, ...]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure what watching runs costs.")
    parser.add_argument(
        "--only", action="append", default=[], choices=parts, help="a part; may be repeated; writes no page"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="of each measurement (%(default)s); fewer write no page"
    )
    return parser


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let `kill` unwind like Ctrl-C, so that no process is left behind."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
