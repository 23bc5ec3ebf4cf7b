"""`make test-matrix`: runs the suite on the newest Airflow of each minor version that the package supports.

Each has a virtual environment of its own (`.venv-3.1` and so on), kept for the next time, with constraints of
its own. Versions may be named to run only those: `python tests/packaging/matrix.py 3.1`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

AIRFLOWS = {"3.1": "3.1.8", "3.2": "3.2.2", "3.3": "3.3.2"}
TOP = Path(__file__).parents[2]
NEWEST = "3.3"
CONSTRAINTS = {
    minor: TOP / "constraints.txt"
    if minor == NEWEST
    else Path(__file__).with_name(f"constraints-{minor}.txt")
    for minor in AIRFLOWS
}
# Older versions and what they need warn of themselves when they are imported; ours are errors on the newest.
IGNORED = ("-W", "ignore::DeprecationWarning", "-W", "ignore::ImportWarning")


def main(minors: list[str]) -> int:
    """Run the suite on each and give 1 if it fails on any."""
    if unknown := set(minors) - AIRFLOWS.keys():
        sys.exit(f"test-matrix: unknown versions {', '.join(unknown)}; there are {', '.join(AIRFLOWS)}")
    failed = [minor for minor in minors or AIRFLOWS if not _passes(minor)]
    for minor in minors or AIRFLOWS:
        print(f"test-matrix: Airflow {AIRFLOWS[minor]}: {'failed' if minor in failed else 'passed'}")
    return 1 if failed else 0


def _passes(minor: str) -> bool:
    version = AIRFLOWS[minor]
    python = TOP / f".venv-{minor}" / "bin" / "python"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "PYTHONDONTWRITEBYTECODE"))
    }
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
    print(f"test-matrix: installing Airflow {version}", flush=True)
    install: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        f"apache-airflow=={version}",
        "-e",
        f"{TOP}[test]",
    ]
    pinned = {"PIP_CONSTRAINT": str(CONSTRAINTS[minor])}  # reaches what builds the package too
    subprocess.run(install, check=True, env=environment | pinned)
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [python, "-m", "pytest", "--quiet", *(() if minor == NEWEST else IGNORED)],
            cwd=TOP,
            env=environment | {"AIRFLOW_HOME": home},
            check=False,
        )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
