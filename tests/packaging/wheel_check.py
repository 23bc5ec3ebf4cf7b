"""`make wheel-check`: builds the wheel, installs it alone into a fresh environment, and uses it there.

Nothing of the source tree is importable while it is used: every process starts in an empty folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from airflow_provider_flows.demo.environment import airflow_environment, free_port
from airflow_provider_flows.emulator.connections import airflow_connections

Command: TypeAlias = list[str | Path]

TOP = Path(__file__).parents[2]
PACKAGE = "airflow_provider_flows"
CONSTRAINTS = TOP / "constraints.txt"
CHECKS = Path(__file__).with_name("installed_checks.py")


def main() -> None:
    """Do it all; the last line says that it went well."""
    with tempfile.TemporaryDirectory(prefix="wheel-check-") as folder:
        scratch = Path(folder)
        wheel = _build(scratch)
        python = _install(wheel, scratch / "venv")
        with _site(python, scratch) as (airflow_url, environment):
            hooks = _run(
                [python, "-m", "airflow", "providers", "hooks", "--output", "json"], scratch, environment
            )
            told = _run([python, CHECKS, "hooks", airflow_url], scratch, environment, typed=hooks)
        print(f"wheel-check: ok, {wheel.name}, {told.splitlines()[-1]}")


def _build(scratch: Path) -> Path:
    """Build the wheel and look that the package's data is in it."""
    source = scratch / "source"  # a copy, because what an earlier build left beside the files would get in
    shutil.copytree(TOP / PACKAGE, source / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(TOP / name, source)
    pins = {"PIP_CONSTRAINT": str(CONSTRAINTS)}
    _run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", scratch, source],
        scratch,
        _environment() | pins,
    )
    (wheel,) = scratch.glob("*.whl")
    within = set(zipfile.ZipFile(wheel).namelist())
    package = TOP / PACKAGE
    data = {
        file.relative_to(TOP).as_posix()
        for file in package.rglob("*")
        if file.suffix in (".yaml", ".json", ".typed")
    }
    if missing := sorted(data - within):
        sys.exit(f"wheel-check: not in the wheel: {', '.join(missing)}; see package-data in pyproject.toml")
    _say(f"built {wheel.name}, {len(within)} files")
    return wheel


def _install(wheel: Path, folder: Path) -> Path:
    """Install the wheel and what it needs, and nothing else, into a new environment; give its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    _run(
        [python, "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS, wheel],
        folder,
        _environment(),
    )
    _say("installed it into a fresh virtual environment")
    return python


@contextlib.contextmanager
def _site(python: Path, scratch: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Start the emulator and an API server from the wheel; give the address and a client's environment."""
    port, emulator_port = free_port(), free_port()
    home, dags = scratch / "home", scratch / "dags"
    home.mkdir()
    dags.mkdir()
    environment = airflow_environment(_environment(), home=home, dags=dags, host="127.0.0.1", port=port)
    for conn_id, fields in airflow_connections(f"http://127.0.0.1:{emulator_port}").items():
        environment[f"AIRFLOW_CONN_{conn_id.upper()}"] = json.dumps(fields)
    _run([python, CHECKS, "modules"], scratch, environment)
    command: Command = [python, "-m", "airflow_provider_flows.demo", "up", "--no-runs", "--keep-environment"]
    command += ["--components", "emulator,api-server", "--dags", dags]
    command += ["--port", str(port), "--emulator-port", str(emulator_port)]
    log = scratch / "site.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=scratch, env=environment, stdout=output, stderr=output)
    try:
        while b"Ctrl-C stops" not in log.read_bytes():
            if process.poll() is not None:
                sys.exit(f"wheel-check: the site did not start:\n{log.read_text()}")
            time.sleep(0.3)
        _say("started the emulator and the API server")
        yield f"http://127.0.0.1:{port}", environment
    finally:
        process.terminate()
        process.wait()


def _environment() -> dict[str, str]:
    """Give our environment without what could make the source tree importable."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _run(
    command: list[str | Path], folder: Path, environment: dict[str, str], typed: str | None = None
) -> str:
    """Run a command in a folder and give what it printed; end everything if it fails."""
    done = subprocess.run(
        command, cwd=folder, env=environment, input=typed, text=True, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.exit(f"wheel-check: {' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def _say(line: str) -> None:
    print(f"wheel-check: {line}", flush=True)


if __name__ == "__main__":
    main()
