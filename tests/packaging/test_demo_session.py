"""The launcher from its command line to its last line: the emulator is real, Airflow is a double."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
import requests

from airflow_provider_flows.demo.environment import free_port
from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator

DOUBLE = Path(__file__).parent / "airflow_double"
HEALTHY = ["scheduler", "triggerer", "dag_processor"]


@pytest.fixture
def emulator() -> Iterator[FlowEmulator]:
    """Serve the five platforms."""
    with FlowEmulator() as emulator:
        emulator.flow("wisebot", "triage-ticket", duration=0.0)
        yield emulator


class Started(subprocess.Popen[str]):
    """A process that a failed test does not wait for."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, error, place)


class Demo:
    """Starts the launcher on one DAG file, in a scenario."""

    def __init__(self, folder: Path, emulator: FlowEmulator) -> None:
        self.dags = folder / "dags"
        self.dags.mkdir()
        (self.dags / "example.py").write_text("from airflow.sdk import dag\n")
        self._scenario = folder / "scenario.json"
        self._emulator = emulator
        self._temporary = folder / "temporary"
        self._temporary.mkdir()
        self.environment: dict[str, str] = {}
        self.left_out: tuple[str, ...] = ("AIRFLOW",)  # of the environment

    def start(self, *arguments: str, **scenario: Any) -> Started:
        usual = {
            "states": ["queued", "running", "success"],
            "healthy": HEALTHY,
            "import_errors": [],
            "log": [],
            "operator": "WisebotRunFlowOperator",
            "starts": 1,
            "mapped": 0,
            "no_dags": False,
            "refuses": False,
            "dies": "",
            "emulator": self._emulator.url,
            "key": EmulatorConfig().wisebot_key,
        }
        self._scenario.write_text(json.dumps(usual | scenario))
        given = {"SCENARIO": str(self._scenario), "PYTHONPATH": str(DOUBLE), "TMPDIR": str(self._temporary)}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(self.left_out)}
        return Started(
            [sys.executable, "-m", "airflow_provider_flows.demo", *arguments, "--dags", str(self.dags)],
            env=inherited | given | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **scenario: Any) -> tuple[int, str]:
        """Run it to its end against the emulator; give the exit status and what it printed."""
        with self.start("run", "--emulator-url", self._emulator.url, *arguments, **scenario) as process:
            output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def start_and_wait(self, *arguments: str, **scenario: Any) -> tuple[Started, str]:
        """Start it and read until it stays up; give what it printed so far."""
        process = self.start(*arguments, **scenario)
        assert process.stdout is not None
        output = ""
        while "Ctrl-C stops everything" not in output:
            line = process.stdout.readline()
            assert line, output
            output += line
        return process, output

    def left_behind(self) -> list[str]:
        """Name the temporary files that are still there, and the processes that still run."""
        return [*(file.name for file in self._temporary.iterdir()), *self._processes()]

    def _processes(self) -> Iterator[str]:
        """Find the processes that have our scenario in their environment, which their children inherit."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if str(self._scenario).encode() in (process / "environ").read_bytes():
                    yield (process / "cmdline").read_text().replace("\0", " ")


@pytest.fixture
def demo(tmp_path: Path, emulator: FlowEmulator) -> Demo:
    """Prepare a launcher that leaves nothing outside of the test's folder."""
    return Demo(tmp_path, emulator)


def test_it_ends_well_when_all_runs_succeed_and_the_counts_agree(demo: Demo) -> None:
    """The last line sums up, the exit status is 0, and the temporary Airflow home is gone."""
    status, output = demo.run("--min-deferred", "1")
    assert (status, demo.left_behind()) == (0, [])
    assert "example  wisebot           1  success      1.5" in output
    last = output.splitlines()[-1]
    assert last.startswith("demo: 1 of 1 dag runs succeeded, 1 flow runs on 1 platforms, ")


def test_a_start_that_airflow_does_not_know_of_fails_it(demo: Demo) -> None:
    """A flow that was started twice for one task is named, though every run succeeded."""
    status, output = demo.run(starts=2)
    assert status == 1
    assert "wrong: wisebot: Airflow's tasks started 1 flow runs, the emulator counted 2" in output


def test_too_few_deferred_tasks_fail_it(demo: Demo) -> None:
    """`--min-deferred` is held though every run succeeded."""
    status, output = demo.run("--min-deferred", "2")
    assert status == 1
    assert "wrong: 1 task instances were deferred, not 2" in output


def test_a_failed_run_fails_it_and_shows_the_end_of_its_log(demo: Demo) -> None:
    """The log's lines and its error are there, the list of where the log was read isn't."""
    log = [
        {"event": "::group::Log message source details"},
        {"event": "a file somewhere"},
        {"event": "::endgroup::"},
        {
            "event": "Task failed",
            "error_detail": [{"exc_type": "FlowRunFailedError", "exc_value": "no plate"}],
        },
    ]
    status, output = demo.run(states=["running", "failed"], log=log)
    assert status == 1
    assert (
        "example.triage is failed; the end of its log:\n  Task failed\n  FlowRunFailedError: no plate"
        in output
    )
    assert "a file somewhere" not in output
    assert output.splitlines()[-1].startswith("demo: 0 of 1 dag runs succeeded")


def test_runs_that_take_too_long_fail_it(demo: Demo) -> None:
    """After `--timeout` it stops waiting and shows what is still at work."""
    status, output = demo.run("--timeout", "1", states=["running"])
    assert status == 1
    assert "example.triage is deferred" in output
    assert "wrong: the DAG runs were not over after 1 s" in output


def test_an_api_server_that_refuses_fails_it_and_says_why(demo: Demo) -> None:
    """The question, the status and the server's own words are in the error."""
    status, output = demo.run(refuses=True)
    assert status == 1
    told = 'demo: Airflow answered POST /api/v2/dags/example/dagRuns with 409: {"detail": "no"}'
    assert output.splitlines()[-1] == told


def test_an_import_error_is_shown_and_fails_it(demo: Demo) -> None:
    """The traceback of the file is printed, and nothing is started."""
    errors = [{"filename": "broken.py", "stack_trace": "ModuleNotFoundError: no module"}]
    status, output = demo.run(import_errors=errors)
    assert status == 1
    assert "Airflow could not import broken.py:\nModuleNotFoundError: no module" in output


@pytest.mark.parametrize("part", ["api-server", "scheduler", "dag-processor", "triggerer"])
def test_a_part_that_dies_fails_it_with_its_output(demo: Demo, part: str) -> None:
    """No part can die unseen while the others go on."""
    status, output = demo.run(dies=part, healthy=[])
    assert status == 1
    assert f"{part} ended with status 1; the end of its output:\n  out of luck" in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_stays_until_it_is_interrupted(demo: Demo, number: signal.Signals) -> None:
    """`up` runs the DAGs, names the UI's address, and ends well on Ctrl-C and on `docker stop`."""
    process, output = demo.start_and_wait("up", operator="EmptyOperator", starts=0, states=["success"])
    with process:
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    assert "Airflow's UI is at http://127.0.0.1:" in output
    assert (process.returncode, rest, demo.left_behind()) == (0, "", [])


def test_an_interrupt_while_it_starts_stops_everything(demo: Demo) -> None:
    """Ctrl-C before the parts are up ends it with 130 and leaves nothing behind."""
    # A signal amid its imports may come while coverage holds its lock, for which it would then wait for ever.
    demo.left_out = ("AIRFLOW", "COVERAGE")
    with demo.start("run", healthy=[]) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("starting emulator, api-server")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert (process.returncode, demo.left_behind()) == (130, [])
    assert "interrupted, everything was stopped" in rest


def test_more_task_instances_than_a_page_are_all_counted(demo: Demo) -> None:
    """Airflow gives a hundred rows at most, and the flow runs of the hundred-and-first count too."""
    status, output = demo.run(mapped=101, starts=101)
    assert status == 0, output
    assert "101 task instances were deferred" in output
    assert "1 of 1 dag runs succeeded, 101 flow runs" in output


def test_a_folder_without_dags_fails_it(demo: Demo) -> None:
    """There is nothing to run, and that is no success."""
    (demo.dags / "example.py").unlink()
    status, output = demo.run(no_dags=True)
    assert (status, output.splitlines()[-1]) == (1, f"demo: there is no DAG file in {demo.dags}")


def test_a_container_can_be_the_emulator_alone(demo: Demo, tmp_path: Path) -> None:
    """It listens on the port that it was told, with the knobs of its file, and runs no DAG."""
    port = free_port()
    knobs = tmp_path / "knobs.yaml"
    knobs.write_text("flows: [{platform: wisebot, flow_id: mine, name: My own}]")
    told = ["--components", "emulator", "--emulator-port", str(port), "--emulator-config", str(knobs)]
    process, output = demo.start_and_wait("up", "--keep-environment", *told)
    with process:
        key = EmulatorConfig().wisebot_key
        url, headers = f"http://127.0.0.1:{port}/api/v1/flow/mine", {"Authorization": f"Bearer {key}"}
        answer = requests.post(url, json={"inputs": {}}, headers=headers, timeout=10)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert answer.status_code == 200, answer.text
    assert "starting 1 DAGs" not in output
    assert process.returncode == 0


def test_a_container_keeps_its_home_and_its_connections(demo: Demo, tmp_path: Path) -> None:
    """A connection that the environment gives is not written to the database; the home stays."""
    home = tmp_path / "home"
    home.mkdir()
    demo.environment = {"AIRFLOW_HOME": str(home), "AIRFLOW_CONN_WISEBOT_DEFAULT": "{}"}
    status, output = demo.run("--keep-environment")
    assert status == 0, output
    made = {file.stem for file in (home / "connections").iterdir()}
    assert made == {
        "airflow_default",
        "unitelabs_default",
        "scade_default",
        "blinkops_default",
        "vishwa_default",
    }
    assert demo.left_behind() == []
