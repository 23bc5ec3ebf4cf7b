"""Building wheels and using them in fresh environments, for the checks of what people install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Command: TypeAlias = list[str | Path]

TOP = Path(__file__).parents[2]
PACKAGE = "airflow_provider_flows"
CONSTRAINTS = TOP / "constraints.txt"


@dataclass(frozen=True, slots=True)
class Wheels:
    """Builds, installs and runs in a folder of its own; `name` begins each line that it prints."""

    name: str
    scratch: Path

    def say(self, line: str) -> None:
        """Print what was done."""
        print(f"{self.name}: {line}", flush=True)

    def fail(self, line: str) -> None:
        """End everything."""
        sys.exit(f"{self.name}: {line}")

    def build_ours(self) -> Path:
        """Build our wheel and look that the package's data is in it."""
        source = self.scratch / "source"  # a copy: what an earlier build left beside the files would get in
        shutil.copytree(TOP / PACKAGE, source / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(TOP / name, source)
        wheel = self.build(source)
        within = set(zipfile.ZipFile(wheel).namelist())
        package = TOP / PACKAGE
        data = {
            file.relative_to(TOP).as_posix()
            for file in package.rglob("*")
            if file.suffix in (".yaml", ".json", ".typed")
        }
        if missing := sorted(data - within):
            self.fail(f"not in the wheel: {', '.join(missing)}; see package-data in pyproject.toml")
        return wheel

    def build(self, source: Path) -> Path:
        """Build the wheel of a source tree."""
        out = self.scratch / f"wheels-{source.name}"
        pins = {"PIP_CONSTRAINT": str(CONSTRAINTS)}
        self.run([sys.executable, "-m", "build", "--wheel", "--outdir", out, source], environment() | pins)
        (wheel,) = out.glob("*.whl")
        self.say(f"built {wheel.name}, {len(zipfile.ZipFile(wheel).namelist())} files")
        return wheel

    def install(self, *wheels: Path) -> Path:
        """Install wheels and what they need, and nothing else, into a new environment; give its Python."""
        folder = self.scratch / "venv"
        venv.create(folder, with_pip=True)
        python = folder / "bin" / "python"
        self.run(
            [python, "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS, *wheels], environment()
        )
        self.say("installed into a fresh virtual environment")
        return python

    def run(self, command: Command, variables: dict[str, str], typed: str | None = None) -> str:
        """Run a command in the folder and give what it printed; end everything if it fails."""
        done = subprocess.run(
            command,
            cwd=self.scratch,
            env=variables,
            input=typed,
            text=True,
            stdout=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            said = f"{' '.join(map(str, command))} ended with {done.returncode}"
            self.fail(f"{said}\n{done.stdout}")
        return done.stdout


def environment() -> dict[str, str]:
    """Give our environment without what could make the source tree importable."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
