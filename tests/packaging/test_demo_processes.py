"""Starting and stopping processes, with real ones."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_provider_flows.demo.failures import DemoError
from airflow_provider_flows.demo.processes import Processes

PARENT = """
import subprocess, sys, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def environment(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Give an environment in which `python -m scripted` runs a script."""

    def write(script: str) -> dict[str, str]:
        (tmp_path / "scripted.py").write_text(script)
        return dict(os.environ) | {"PYTHONPATH": str(tmp_path)}

    return write


def test_a_stubborn_process_and_its_child_are_killed(
    tmp_path: Path, environment: Callable[[str], dict[str, str]]
) -> None:
    """What ignores SIGTERM does not outlive the block, and neither does what it started."""
    with Processes(tmp_path, seconds_to_stop=0.2) as processes:
        process = processes.start("stubborn", ["scripted"], environment(PARENT))
        assert process.log is not None
        while not (child := process.log.read_text().strip()):
            processes.check()
            time.sleep(0.05)
    assert process.popen.returncode == -9
    while Path(f"/proc/{child}").exists() and "zombie" not in Path(f"/proc/{child}/status").read_text():
        time.sleep(0.05)


def test_a_step_that_fails_shows_the_end_of_its_output(
    tmp_path: Path, environment: Callable[[str], dict[str, str]]
) -> None:
    """The last lines of a long output are part of the error, the first ones aren't."""
    script = "import sys\nfor n in range(100): print('line', n)\nsys.exit('no database')"
    with (
        Processes(tmp_path) as processes,
        pytest.raises(DemoError, match=r"database ended with status 1; the end of its output:") as error,
    ):
        processes.run("database", ["scripted"], environment(script))
    assert str(error.value).endswith("  line 99\n  no database")
    assert "line 50" not in str(error.value)


def test_a_step_that_ends_well_is_forgotten(
    tmp_path: Path, environment: Callable[[str], dict[str, str]]
) -> None:
    """A process that was waited for is not missed later."""
    with Processes(tmp_path) as processes:
        processes.run("database", ["scripted"], environment("print('made')"))
        processes.check()
    assert (tmp_path / "database.log").read_text() == "made\n"


def test_without_a_log_folder_the_output_is_our_own(
    capfd: pytest.CaptureFixture[str], environment: Callable[[str], dict[str, str]]
) -> None:
    """A container shows what its parts print, and an error does not repeat it."""
    with Processes(None) as processes, pytest.raises(DemoError) as error:
        processes.run("database", ["scripted"], environment("import sys; print('hello'); sys.exit(3)"))
    assert capfd.readouterr().out == "hello\n"
    assert str(error.value) == "database ended with status 3"


def test_it_starts_this_very_python(tmp_path: Path, environment: Callable[[str], dict[str, str]]) -> None:
    """No other interpreter on PATH is used, so the parts see the same packages."""
    with Processes(tmp_path) as processes:
        processes.run("which", ["scripted"], environment("import sys; print(sys.executable)"))
    assert (tmp_path / "which.log").read_text().strip() == sys.executable
