"""`make one-leg-check`: the same DAGs, ended by triggers and by workers, in a real Airflow.

python tests/oneleg/main.py [--keep FOLDER] [--rounds N]
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
    """Run each pair of DAGs and return 0 only if both of it left the same."""
    from airflow_provider_flows.demo.failures import DemoError
    from tests.oneleg.session import run_session

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave Airflow's home in this new folder")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="runs of each pair [1]")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell that starts us in the background has it ignored
    try:
        return run_session(options.keep, options.rounds)
    except KeyboardInterrupt:
        print("one-leg-check: interrupted, everything was stopped", file=sys.stderr)
        return 130
    except DemoError as error:
        print(f"one-leg-check: {error}", file=sys.stderr)
        return 1


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let `kill` unwind like Ctrl-C, so that no process is left behind."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
