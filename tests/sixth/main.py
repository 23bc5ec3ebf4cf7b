"""`make sixth-check`: a wheel with one YAML file and no Python adds a platform; a broken one adds an error.

Both are installed beside our own wheel into a fresh environment. Airflow lists the hook, shows the form and
tests the connection; a DAG and a pipeline run on the platform, against a small server.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airflow_provider_flows.demo.environment import airflow_environment, free_port
from airflow_provider_flows.demo.failures import DemoError
from tests.packaging.wheels import Command, Wheels, environment
from tests.sixth.looks import check_form, check_hooks, check_platforms, check_runs, check_test
from tests.sixth.server import KEY

HERE = Path(__file__).parent
_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}-flows"
version = "1.0"

[project.entry-points."airflow_provider_flows.platforms"]
{name} = "{name}_flows"

[tool.setuptools]
packages = ["{name}_flows"]

[tool.setuptools.package-data]
"*" = ["*.platform.yaml"]
"""
_LONGEST = 300.0  # seconds


def main() -> None:
    """Do it all; the last line says that it went well."""
    with tempfile.TemporaryDirectory(prefix="sixth-check-") as folder:
        wheels = Wheels("sixth-check", Path(folder))
        own = [_one_file(wheels, name) for name in ("acme", "broken")]
        python = wheels.install(wheels.build_ours(), *own)
        with _served(python, wheels) as address, _site(python, wheels, address) as (url, variables):
            airflow: Command = [python, "-m", "airflow"]
            check_hooks(wheels.run([*airflow, "providers", "hooks", "--output", "json"], variables))
            check_platforms(*_ended(wheels, [*airflow, "flows", "platforms"], variables))
            check_form(url)
            check_test(url, address, KEY)
            tasks = check_runs(url, ("acme_dag", "acme_pipeline"), _LONGEST)
        print(
            "sixth-check: ok, one YAML file: hook, form, test, "
            f"{tasks} tasks of a DAG and a pipeline succeeded; the broken one: one reported error"
        )


def _one_file(wheels: Wheels, name: str) -> Path:
    """Build a wheel that holds one YAML file and no Python."""
    source = wheels.scratch / name
    package = source / f"{name}_flows"
    package.mkdir(parents=True)
    shutil.copy(HERE / f"{name}.platform.yaml", package)
    (source / "pyproject.toml").write_text(_PROJECT.format(name=name), "utf-8")
    wheel = wheels.build(source)
    files = [each for each in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in each]
    if files != [f"{name}_flows/{name}.platform.yaml"]:
        wheels.fail(f"the wheel was to hold one YAML file, and holds {', '.join(files)}")
    return wheel


@contextmanager
def _served(python: Path, wheels: Wheels) -> Iterator[str]:
    """Run the platform's server, and give its address."""
    port = free_port()
    server = subprocess.Popen([python, HERE / "server.py", str(port)], cwd=wheels.scratch, env=environment())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _site(python: Path, wheels: Wheels, address: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Run a whole Airflow with the DAGs, and give its address and a client's environment."""
    port = free_port()
    home, dags = wheels.scratch / "home", wheels.scratch / "dags"
    home.mkdir()
    shutil.copytree(HERE / "dags", dags, ignore=shutil.ignore_patterns("__pycache__"))
    variables = airflow_environment(environment(), home=home, dags=dags, host="127.0.0.1", port=port)
    connection = {"conn_type": "acme", "host": address, "password": KEY, "extra": {"site": "basel"}}
    variables["AIRFLOW_CONN_ACME_DEFAULT"] = json.dumps(connection)
    command: Command = [python, "-m", "airflow_provider_flows.demo", "up", "--no-runs", "--keep-environment"]
    command += ["--components", "api-server,scheduler,dag-processor,triggerer", "--dags", dags]
    command += ["--port", str(port)]
    log = wheels.scratch / "site.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=wheels.scratch, env=variables, stdout=output, stderr=output)
    try:
        until = time.monotonic() + _LONGEST
        while b"Ctrl-C stops" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > until:
                wheels.fail(f"the site did not start:\n{log.read_text()}")
            time.sleep(0.3)
        wheels.say("started Airflow")
        yield f"http://127.0.0.1:{port}", variables
    except (AssertionError, DemoError) as error:
        wheels.fail(f"{error}\n{log.read_text()[-3000:]}")
    finally:
        process.terminate()
        process.wait()


def _ended(wheels: Wheels, command: Command, variables: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        command, cwd=wheels.scratch, env=variables, text=True, stdout=subprocess.PIPE, check=False
    )
    return done.returncode, done.stdout


if __name__ == "__main__":
    main()
