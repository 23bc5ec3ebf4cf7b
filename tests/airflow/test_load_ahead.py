"""What the processes that tasks are forked from load ahead, and what no other process loads."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile

import pytest

from airflow_provider_flows.ahead import load, needed

NEEDED = ("airflow_provider_flows.operators.leg", "airflow_provider_flows.sensors.flow")
SPEAKS = "airflow_provider_flows.transports.punctual"
TOLD = f"""
import json, sys
from airflow.plugins_manager import ensure_plugins_loaded, get_import_errors
ensure_plugins_loaded()
assert not get_import_errors()
specs = sys.modules.get("airflow_provider_flows.platforms.specs")
read = specs.load.cache_info().currsize if specs else 0
sync = sys.modules.get("airflow_provider_flows.transports.sync")
trusts = bool(sync and sync._CONTEXTS)
loaded = [name in sys.modules for name in ({NEEDED[0]!r}, {NEEDED[1]!r}, {SPEAKS!r})]
print(json.dumps([[*loaded, trusts], read]))
"""


def loaded_by(*command: str, **environment: str) -> list[object]:
    """Return what a process that is started as `airflow …` has loaded with its plugins."""
    script = f"import sys; sys.argv[:] = ['airflow', *{command!r}]\n{TOLD}"
    # Not in this repository, where Airflow would find what was built here beside what is installed.
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        cwd=tempfile.gettempdir(),
        check=True,
        capture_output=True,
        text=True,
    )
    found: list[object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_what_forks_tasks_has_loaded_all_that_they_need() -> None:
    """Among it what speaks to platforms, the authorities that it trusts, and the specs."""
    assert loaded_by("scheduler") == [[True, True, True, True], 6]


def test_what_forks_the_reading_of_files_has_loaded_what_they_import() -> None:
    """That is all but what speaks to platforms."""
    assert loaded_by("dag-processor") == [[True, True, False, False], 6]


@pytest.mark.parametrize("command", [("api-server",), ("triggerer",), ("celery", "worker"), ()])
def test_no_other_process_loads_anything_ahead(command: tuple[str, ...]) -> None:
    """The tasks of other people's DAGs, each in a process of its own, must not pay for ours."""
    assert needed(["airflow", *command]) == ()
    assert loaded_by(*command)[0] == [False, False, False, False]


def test_a_setting_says_that_nothing_is_loaded_ahead() -> None:
    """It is an option of Airflow's, like any other."""
    assert loaded_by("scheduler", AIRFLOW__FLOWS__LOAD_AHEAD="False")[0] == [False, False, False, False]


def test_what_cannot_be_loaded_ahead_is_logged_and_hurts_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Airflow's scheduler would not start without its plugins."""
    with caplog.at_level(logging.ERROR):
        load(["airflow_provider_flows.no_such_module"])
    assert "each task loads it itself" in caplog.text
