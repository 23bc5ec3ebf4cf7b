"""`make test-matrix`: runs the suite on the newest Airflow of each minor version that the package supports.

Each has a virtual environment of its own (`.venv-3.1` and so on), kept for the next time. What Airflow needs
is taken as pip finds it, since the constraints are those of the newest version only. Versions may be named to
run only those: `python tests/packaging/matrix.py 3.1`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

AIRFLOWS = {"3.1": "3.1.8", "3.2": "3.2.2", "3.3": "3.3.2"}
# Said by Airflow's own models before 3.3 when they meet SQLAlchemy 2.1.
IGNORED = "ignore:The ``noload`` loader strategy:DeprecationWarning"
TOP = Path(__file__).parents[2]


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
        f"{TOP}[dev]",
    ]
    subprocess.run(install, check=True, env=environment)
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [python, "-m", "pytest", "--quiet"],
            cwd=TOP,
            env=environment | {"AIRFLOW_HOME": home},
            check=False,
        )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
