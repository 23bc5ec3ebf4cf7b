"""Holds lint against the corpus, thousands of mutants of good files, and random inputs.

The last line is `lint-corpus: C files exact, M mutants as expected, R random inputs quiet`; it ends 1 where
anything is not as expected, after the seed and the file of each.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.corpus.cases import cases, difference, good_files_difference, number_of_good_files, orphans
from tests.corpus.playing import play_mutants, play_noise, play_specs

LONGEST_RUN = 1800  # seconds, after which it shows where it hangs and ends


def main() -> int:
    """Check everything; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="flows", help="another one makes other mutants")
    parser.add_argument("--mutants", type=int, default=5000, help="how many")
    parser.add_argument("--specs", type=int, default=2000, help="how many mutants of platforms' specs")
    parser.add_argument("--random", type=int, default=2000, help="how many random inputs")
    given = parser.parse_args()
    faulthandler.dump_traceback_later(LONGEST_RUN, exit=True)
    every, good = cases(), good_files_difference()
    wrong = [text for case in every if (text := difference(case))]
    exact = len(every) - len(wrong) + (number_of_good_files() if good is None else 0)
    wrong += [f"good files: {good}"] * (good is not None)
    wrong += [f"no expectation speaks of {path.name}" for path in orphans()]
    for text in wrong:
        print(text)
    odd = _printed(play_mutants(given.seed, given.mutants))
    odd += _printed(play_specs(given.seed, given.specs))
    loud = _printed(play_noise(given.seed, given.random))
    print(
        f"lint-corpus: {exact} files exact, {given.mutants + given.specs - odd} mutants as expected, "
        f"{given.random - loud} random inputs quiet"
    )
    return int(bool(wrong or odd or loud))


def _printed(failures: Iterator[str]) -> int:
    count = 0
    for text in failures:
        count += 1
        print(text, flush=True)
    return count


if __name__ == "__main__":
    sys.exit(main())
