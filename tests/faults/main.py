"""`make faults`: does every fault to running flows on a real Airflow and counts what was started.

python tests/faults/main.py [--only FAULT] [--cell NAME] [--seed N] [--out FILE] [--keep FOLDER]
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
    """Run the bench and return 0 only if every cell held."""
    from tests.faults.whole import list_faults, run

    options = _parser().parse_args()
    if options.list:
        return list_faults()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell that starts us in the background has it ignored
    try:
        return run(options)
    except KeyboardInterrupt:
        print("faults: interrupted, everything was stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Do every fault to running flows and count the runs.")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="of a fault; may be repeated"
    )
    parser.add_argument("--cell", action="append", default=[], metavar="NAME", help="fault.platform.mode")
    parser.add_argument("--sqlite", action="store_true", help="without PostgreSQL, with one triggerer")
    parser.add_argument("--quick", action="store_true", help="with a heartbeat timeout for an idle machine")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers' operators out")
    parser.add_argument("--seed", type=int, default=20261122, help="of the storm (%(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table to this file too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave all logs in this new folder")
    parser.add_argument(
        "--end-from-trigger", choices=("auto", "true", "false"), default="auto", metavar="WHO",
        help="what the deferred tasks are told: auto, true or false (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--list", action="store_true", help="list the faults and their cells, then end")
    return parser


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let `kill` unwind like Ctrl-C, so that no process is left behind."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
