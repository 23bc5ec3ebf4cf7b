"""What `ruff` says of ejected files: as this project has it, and as it comes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
# Of this project's rules, those that an ejected file cannot keep, or whose advice would not help its reader.
IGNORED = (
    "DTZ001",  # a start without a zone is one in Airflow's own, which the file does not know
    "FBT003",  # the first argument of Param is the default, which may be true
    "INP001",  # a DAG folder is no package
    "RUF001",  # the texts are the author's, who may write in any language
    "S106",  # an input may be called as if it were a secret; lint looks for real ones
    "SIM117",  # a DAG and its only group would share one line
)


def complaints(folder: Path) -> list[str]:
    """Return what `ruff` says against the Python files in a folder, a line each."""
    # for those who eject, this package is somebody else's
    foreign = ["--config", "lint.isort.known-first-party = []", "--extend-ignore", ",".join(IGNORED)]
    checked = _ruff(folder, "check", "--output-format", "concise", "--config", str(PYPROJECT), *foreign)
    return [*unformatted(folder), *checked]


def unformatted(folder: Path) -> list[str]:
    """Return which files `ruff format` would change, with lines as long as this project's and as its own."""
    own = _ruff(folder, "format", "--check", "--isolated")
    return [*_ruff(folder, "format", "--check", "--config", str(PYPROJECT)), *own]


def _ruff(folder: Path, *arguments: str) -> list[str]:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "--quiet", "."]
    # what lies where it is called counts as one's own
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    told = [line for line in (done.stdout + done.stderr).splitlines() if line]
    return told or [f"ruff {' '.join(arguments)} ended with {done.returncode}"] * bool(done.returncode)
