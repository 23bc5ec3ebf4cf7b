"""`make bench-declarative`: what pipelines cost against plain Python, dag-factory and YAML itself.

All ratios are taken in one run: each time in a fresh process, both sides in turns, and the medians compared.
What counts is the processor's time, which other work on the machine spoils less. The import of `airflow.sdk`
is in none of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

# In place of this script's own folder, whose modules are named for the bench alone.
sys.path[0] = str(Path(__file__).parents[2])


def main() -> int:
    """Print every ratio with its limit; return 0 only if all are within."""
    from tests.bench_declarative.measuring import Bench, WrongError, environment
    from tests.bench_declarative.ratios import last_line

    ratios = []
    with tempfile.TemporaryDirectory(prefix="flows-bench-") as folder:
        home = Path(folder, "airflow")
        home.mkdir()
        bench = Bench(Path(folder), environment(os.environ, str(home)))
        try:
            for measure in (bench.builds, bench.finding, bench.linting, bench.command):
                for ratio in measure():
                    print("\n".join(ratio.lines()), flush=True)
                    ratios.append(ratio)
        except WrongError as error:
            print(f"bench-declarative: {error}", file=sys.stderr)
            return 1
    print(last_line(ratios))
    return 0 if all(each.holds for each in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
