"""The demo's decisions: options, environment, counting, watching, the table. Nothing is started."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from airflow_provider_flows.demo.client import AirflowApi, DagRun, TaskInstance
from airflow_provider_flows.demo.counting import differences, expected_starts, platform_of
from airflow_provider_flows.demo.emulated import counted_starts
from airflow_provider_flows.demo.environment import airflow_environment, free_port, plain_environment
from airflow_provider_flows.demo.failures import DemoError
from airflow_provider_flows.demo.options import COMPONENTS, read_options
from airflow_provider_flows.demo.parsing import dag_files
from airflow_provider_flows.demo.report import last_line, table

TASK = TaskInstance(
    dag_id="plates",
    run_id="r1",
    task_id="prepare",
    map_index=-1,
    operator="UniteLabsRunFlowOperator",
    state="success",
    tries=1,
    flow_conn_id="unitelabs_default",
)
TYPES = {"unitelabs_default": "unitelabs", "mine": "scade"}


class TestOptions:
    """What the command line means."""

    def test_everything_is_started_by_default(self, tmp_path: Path) -> None:
        """`run` without options starts all parts on loopback and runs the DAGs."""
        options = read_options(["run", "--dags", str(tmp_path)])
        assert (options.components, options.host, options.start_runs) == (COMPONENTS, "127.0.0.1", True)

    def test_an_emulator_elsewhere_is_not_started_here(self, tmp_path: Path) -> None:
        """Naming one takes `emulator` out of the components."""
        options = read_options(["up", "--dags", str(tmp_path), "--emulator-url", "http://emulator:8100"])
        assert "emulator" not in options.components

    @pytest.mark.parametrize(("part", "runs"), [("triggerer", False), ("api-server,emulator", True)])
    def test_only_a_container_with_the_api_server_runs_dags(
        self, tmp_path: Path, part: str, runs: bool
    ) -> None:
        """A triggerer alone starts nothing."""
        assert read_options(["up", "--dags", str(tmp_path), "--components", part]).start_runs is runs

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["--components", "webserver"], "unknown components webserver; there are emulator, api-server"),
            (["--components", ""], "no component is left to start"),
            (["--components", "api-server"], "DAG runs need an emulator"),
            (["--dags", "no/such/folder"], "there is no folder no/such/folder"),
        ],
    )
    def test_a_wrong_command_says_what_to_do(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
    ) -> None:
        """It ends with status 2 before anything is started."""
        with pytest.raises(SystemExit, match="2"):
            read_options(["run", "--dags", str(tmp_path), *arguments])
        assert complaint in capsys.readouterr().err


class TestEnvironment:
    """The environment of the parts."""

    def test_the_users_own_airflow_is_hidden(self, tmp_path: Path) -> None:
        """No AIRFLOW variable of the user's is left, nor the one that forbids bytecode."""
        inherited = {
            "AIRFLOW_HOME": "/home/me/airflow",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://production",
            "AIRFLOW_CONN_VISHWA_DEFAULT": "mine",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": "/bin",
        }
        made = airflow_environment(inherited, home=tmp_path, dags=tmp_path, host="127.0.0.1", port=1)
        assert made["AIRFLOW_HOME"] == str(tmp_path)
        assert made["PATH"] == "/bin"
        assert not {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW_CONN_VISHWA_DEFAULT"} & made.keys()
        assert "PYTHONDONTWRITEBYTECODE" not in made

    def test_a_containers_settings_win(self, tmp_path: Path) -> None:
        """With `keep`, what is set stays set and only the rest is ours."""
        inherited = {"AIRFLOW__CORE__PARALLELISM": "32"}
        made = airflow_environment(inherited, home=tmp_path, dags=tmp_path, host="0.0.0.0", port=8, keep=True)  # noqa: S104
        assert made["AIRFLOW__CORE__PARALLELISM"] == "32"
        assert made["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:8"
        assert made["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8/execution/"

    def test_two_airflows_share_no_secret(self, tmp_path: Path) -> None:
        """The keys that sign tokens and encrypt are made anew each time, as long as they must be."""
        first, second = (
            airflow_environment({}, home=tmp_path, dags=tmp_path, host="h", port=1) for _ in range(2)
        )
        assert first["AIRFLOW__API_AUTH__JWT_SECRET"] != second["AIRFLOW__API_AUTH__JWT_SECRET"]
        assert len(first["AIRFLOW__API_AUTH__JWT_SECRET"]) == 64
        keys = [made["AIRFLOW__CORE__FERNET_KEY"] for made in (first, second)]
        assert Fernet(keys[0]).decrypt(Fernet(keys[0]).encrypt(b"a")) == b"a"
        assert keys[0] != keys[1]

    @pytest.mark.parametrize(("before", "after"), [({}, ""), ({"no_proxy": "corp"}, "corp,")])
    def test_the_emulator_is_never_behind_a_proxy(self, before: dict[str, str], after: str) -> None:
        """Loopback is added to what the user excepts."""
        assert plain_environment(before)["no_proxy"] == f"{after}127.0.0.1,localhost"


class TestCounting:
    """Which starts are expected."""

    def test_each_mapped_task_and_each_try_is_one_start(self) -> None:
        """A task that was tried twice started two flow runs."""
        tasks = [
            TASK,
            dataclasses.replace(TASK, map_index=0, tries=2),
            dataclasses.replace(TASK, operator="RunFlowOperator", flow_conn_id="mine"),
            dataclasses.replace(TASK, operator="FlowRunSensor"),
            dataclasses.replace(TASK, state="failed"),
            dataclasses.replace(TASK, operator="FlowStepOperator", flow_conn_id="mine", tries=2),
            dataclasses.replace(TASK, operator="FlowItemsOperator"),
            dataclasses.replace(TASK, operator="FlowStepOperator", flow_conn_id="mine", state="skipped"),
        ]
        assert expected_starts(tasks, TYPES) == {"unitelabs": 3, "scade": 3}

    @pytest.mark.parametrize(
        ("operator", "conn_id", "platform"),
        [
            ("BlinkOpsRunFlowOperator", None, "blinkops"),
            ("RunFlowOperator", "mine", "scade"),
            ("FlowStepOperator", "mine", "scade"),
            ("RunFlowOperator", "another", "unknown"),
            ("RunFlowOperator", None, "unknown"),
        ],
    )
    def test_the_operator_or_its_connection_names_the_platform(
        self, operator: str, conn_id: str | None, platform: str
    ) -> None:
        """The typed operator by its class, the general one and a step by its connection's type."""
        assert (
            platform_of(dataclasses.replace(TASK, operator=operator, flow_conn_id=conn_id), TYPES) == platform
        )

    def test_a_difference_is_told_for_each_platform(self) -> None:
        """Too many, too few and unexpected ones are named; equal ones aren't."""
        told = differences({"scade": 2, "vishwa": 1, "wisebot": 1}, {"scade": 2, "vishwa": 2, "blinkops": 1})
        assert [line.split(":")[0] for line in told] == ["blinkops", "vishwa", "wisebot"]
        assert told[1] == "vishwa: Airflow's tasks started 1 flow runs, the emulator counted 2"

    def test_no_emulator_is_not_zero_starts(self) -> None:
        """While nothing listens the answer is None."""
        assert counted_starts(f"http://127.0.0.1:{free_port()}") is None


def test_only_files_that_airflow_would_read_are_waited_for(tmp_path: Path) -> None:
    """A helper that speaks of no DAG is none."""
    (tmp_path / "plates.py").write_text("from airflow.sdk import DAG\n")
    (tmp_path / "helper.py").write_text("SAMPLES = 3\n")
    assert dag_files(tmp_path) == {"plates.py"}


def test_the_table_has_a_row_for_each_run_with_its_platforms() -> None:
    """Tasks that have not begun, steps that were skipped and other runs' tasks are not in a row's number."""
    tasks = [
        TASK,
        dataclasses.replace(TASK, operator="FlowStepOperator", state="skipped"),
        dataclasses.replace(TASK, operator="ScadeRunFlowOperator", tries=2),
        dataclasses.replace(TASK, tries=0),
        dataclasses.replace(TASK, run_id="r2", operator="VishwaRunFlowOperator"),
    ]
    runs = [DagRun("plates", "r1", "success", 12.34), DagRun("plates", "r2", "running", None)]
    assert table(runs, tasks, TYPES).splitlines() == [
        "DAG     platform          flow runs  state    seconds",
        "------  ----------------  ---------  -------  -------",
        "plates  scade, unitelabs          3  success     12.3",
        "plates  vishwa                    1  running",
    ]


def test_the_last_line_sums_up_what_the_emulator_counted() -> None:
    """Its form is the one that scripts read."""
    runs = [DagRun("a", "r", "success", 1), DagRun("b", "r", "failed", 1)]
    line = last_line(runs, Counter(scade=3, vishwa=2, wisebot=0), 61.4)
    assert line == "demo: 1 of 2 dag runs succeeded, 5 flow runs on 2 platforms, 61 s"


def test_an_airflow_that_is_gone_is_named() -> None:
    """A question that gets no answer ends the demo with the question in the error."""
    with pytest.raises(DemoError, match="Airflow did not answer GET /api/v2/dags"):
        AirflowApi(f"http://127.0.0.1:{free_port()}").dags()
