"""The example DAGs and the README's, run by Airflow's own `dag.test()` over the emulator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator
from airflow_provider_flows.emulator.catalogue import default_flows
from tests.examples.dag_files import EXAMPLES
from tests.examples.documents import README, TOP, blocks

TOKEN = "planted-soc-hook-token"


@dataclass(frozen=True, slots=True)
class Session:
    """What the DAG runs left behind: Airflow's answer, and the emulator that served them."""

    told: dict[str, Any]
    emulator: FlowEmulator

    def inputs(self, platform: str, flow_id: str) -> list[Any]:
        """Return the inputs of a flow's runs."""
        return [run.inputs for run in self.emulator.runs(platform, flow_id)]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Run all of them, each flow over at once: `dag.test()` would wait for one after the other."""
    home = tmp_path_factory.mktemp("airflow")
    dags = home / "dags"
    needs_a_whole_airflow = "other_airflow*"  # `make demo` runs it
    shutil.copytree(EXAMPLES, dags, ignore=shutil.ignore_patterns("__pycache__", needs_a_whole_airflow))
    for number, block in enumerate(block for block in blocks(README) if block.is_dag):
        (dags / f"readme_{number}.py").write_text(block.text)
    quick = tuple(replace(flow, duration=0.0) for flow in default_flows())
    with FlowEmulator(EmulatorConfig(flows=quick)) as emulator:
        done = subprocess.run(
            [sys.executable, "-m", "tests.examples.run_dags"],
            cwd=TOP,
            env=_environment(home, dags, emulator),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        yield Session(json.loads(done.stdout.splitlines()[-1]), emulator)


def _environment(home: Path, dags: Path, emulator: FlowEmulator) -> dict[str, str]:
    hidden = ("AIRFLOW", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    connections = {
        f"AIRFLOW_CONN_{conn_id.upper()}": json.dumps(connection)
        for conn_id, connection in emulator.connections().items()
    }
    return {
        **kept,
        **connections,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API_AUTH__JWT_SECRET": "a-secret-of-the-tests-" * 4,
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_VAR_SOC_HOOK_TOKEN": TOKEN,
    }


def test_every_dag_succeeds(session: Session) -> None:
    """The eight examples and the README's five, each to its end."""
    states = session.told["states"]
    assert len([dag_id for dag_id in states if dag_id.startswith("flows_")]) == 8
    assert len([dag_id for dag_id in states if not dag_id.startswith("flows_")]) >= 5
    assert {dag_id: state for dag_id, state in states.items() if state != "success"} == {}


def test_the_examples_start_at_least_twenty_runs_on_five_platforms(session: Session) -> None:
    """The demo has enough to show."""
    starts = session.emulator.core.count_starts()
    assert sum(starts.values()) >= 20
    assert len({platform for platform, _ in starts}) == 5


def test_one_flows_result_is_the_next_ones_input(session: Session) -> None:
    """Through XCom, with its type kept: a text, and a list of a mapped task's results."""
    assert {"text": "Transcript of https://files.example.com/talk.mp3"} in session.inputs(
        "vishwa", "summarise-report"
    )
    assert {"text": "Rewritten transcript of https://files.example.com/talk.mp3"} in session.inputs(
        "scade", "41786"
    )
    [plates] = [each["plates"] for each in session.inputs("wisebot", "daily-report") if "plates" in each]
    assert [plate["plate_id"] for plate in plates] == ["P-1", "P-2"]


def test_a_pipelines_references_are_filled_with_their_types_kept(session: Session) -> None:
    """A list stays one, a text is put together, and a mapped step gives the results of all its runs."""
    samples = ["A1", "A2", "B1"]
    assert {"plate_id": "P-1", "samples": samples} in session.inputs("unitelabs", "plate-prep")
    read = [each["plate_id"] for each in session.inputs("unitelabs", "plate-readout")]
    assert {f"P-1/{sample}" for sample in samples} <= {*read}
    [report] = [each for each in session.inputs("wisebot", "daily-report") if "wells" in each]
    assert report["wells"] == [{"well": f"P-1/{sample}", "highest": 0.91} for sample in samples]
    assert report["best"] in {well["well"] for well in report["wells"]}
    assert report["history"] == f"Summary of: Plate P-1 was read on {report['date']}."


def test_of_two_steps_under_opposite_conditions_one_runs_and_one_is_skipped(session: Session) -> None:
    """Nothing is sent for the skipped one, its result is null, and the step after both gets the other's."""
    assert session.told["skipped"] == ["flows_alert_triage.leave_alone"]
    assert session.told["returned"]["flows_alert_triage.contain"] == [{"host": "web-1", "isolated": True}]
    assert {"ticketId": "AL-17", "message": "web-1: malicious, score 87", "isolated": True} in session.inputs(
        "wisebot", "triage-ticket"
    )


def test_the_mapped_steps_run_once_for_each_item(session: Session) -> None:
    """And the tasks that pick a part of the result return that part."""
    returned = session.told["returned"]
    assert [plate["plate_id"] for plate in returned["flows_daily_batch.read_plate"]] == ["P-1", "P-2"]
    assert returned["flows_unitelabs.read_plate"] == [[0.12, 0.48, 0.91]] * 2
    assert returned["flows_blinkops.enrich_alert"] == ["malicious"]


def test_the_sensor_sees_the_run_that_another_task_started(session: Session) -> None:
    """One run was started, and the sensor returned its result."""
    returned = session.told["returned"]
    [handle] = returned["flows_daily_batch.start_scan"]
    [run] = [run for run in session.emulator.runs("blinkops", "slow") if run.inputs == {"scope": "all"}]
    assert handle["run_id"] == run.id
    assert returned["flows_daily_batch.scan_is_over"] == [{"echo": {"scope": "all"}}]


def test_the_file_is_uploaded_for_a_short_time_and_its_reference_is_the_input(session: Session) -> None:
    """The flow gets what stands for the file."""
    [upload] = session.emulator.core.uploads
    assert (upload.filename, upload.temp) == ("report.txt", True)
    assert session.inputs("vishwa", "classify-document") == [
        {"document": f"https://assets.invalid/{upload.id}"}
    ]


def test_the_call_backs_secret_reaches_the_platform_and_nothing_that_airflow_keeps(session: Session) -> None:
    """It goes out in the start's body; rendered fields and XComs hold three stars in its place."""
    bodies = [run.body for run in session.emulator.runs("blinkops", "contain-host")]
    callbacks = [body["callback"] for body in bodies if "callback" in body]
    assert [each["headers"]["Authorization"] for each in callbacks] == [f"Bearer {TOKEN}"] * 2
    assert TOKEN not in session.told["kept"]
    assert '"Authorization": "***"' in session.told["kept"]
