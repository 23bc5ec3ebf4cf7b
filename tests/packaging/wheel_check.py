"""`make wheel-check`: builds the wheel, installs it alone into a fresh environment, and uses it there.

Nothing of the source tree is importable while it is used: every process starts in an empty folder.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from airflow_provider_flows.demo.environment import airflow_environment, free_port
from airflow_provider_flows.emulator.connections import airflow_connections
from tests.packaging.wheels import Command, Wheels, environment

CHECKS = Path(__file__).with_name("installed_checks.py")


def main() -> None:
    """Do it all; the last line says that it went well."""
    with tempfile.TemporaryDirectory(prefix="wheel-check-") as folder:
        wheels = Wheels("wheel-check", Path(folder))
        wheel = wheels.build_ours()
        python = wheels.install(wheel)
        with _site(python, wheels) as (airflow_url, variables):
            hooks = wheels.run([python, "-m", "airflow", "providers", "hooks", "--output", "json"], variables)
            told = wheels.run([python, CHECKS, "hooks", airflow_url], variables, typed=hooks)
        print(f"wheel-check: ok, {wheel.name}, {told.splitlines()[-1]}")


@contextlib.contextmanager
def _site(python: Path, wheels: Wheels) -> Iterator[tuple[str, dict[str, str]]]:
    """Start the emulator and an API server from the wheel; give the address and a client's environment."""
    port, emulator_port = free_port(), free_port()
    home, dags = wheels.scratch / "home", wheels.scratch / "dags"
    home.mkdir()
    dags.mkdir()
    variables = airflow_environment(environment(), home=home, dags=dags, host="127.0.0.1", port=port)
    for conn_id, fields in airflow_connections(f"http://127.0.0.1:{emulator_port}").items():
        variables[f"AIRFLOW_CONN_{conn_id.upper()}"] = json.dumps(fields)
    wheels.run([python, CHECKS, "modules"], variables)
    command: Command = [python, "-m", "airflow_provider_flows.demo", "up", "--no-runs", "--keep-environment"]
    command += ["--components", "emulator,api-server", "--dags", dags]
    command += ["--port", str(port), "--emulator-port", str(emulator_port)]
    log = wheels.scratch / "site.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=wheels.scratch, env=variables, stdout=output, stderr=output)
    try:
        while b"Ctrl-C stops" not in log.read_bytes():
            if process.poll() is not None:
                wheels.fail(f"the site did not start:\n{log.read_text()}")
            time.sleep(0.3)
        wheels.say("started the emulator and the API server")
        yield f"http://127.0.0.1:{port}", variables
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
