"""The example DAGs, read but not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows.cli.stubs import stub_of
from airflow_provider_flows.dags.files import read_file
from airflow_provider_flows.emulator.catalogue import default_flows
from airflow_provider_flows.provider_info import CLASSES
from tests.examples.dag_files import EXAMPLES, dags_of

PLATFORMS = sorted(CLASSES)
PIPELINES = ["alert_triage", "other_airflow", "plate_report"]
FILES = sorted(EXAMPLES.glob("*.py"))


def _only_dag(file: Path) -> Any:
    [dag] = dags_of(file).values()
    return dag


def _made_by(task: Any) -> str:
    return str(task.task_type)


def _arguments(task: Any) -> dict[str, Any]:
    """Return what an operator was given, be it mapped or not."""
    return dict(task.partial_kwargs) if task.is_mapped else vars(task)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_imports_without_a_warning_and_says_what_it_shows(file: Path) -> None:
    """It runs only when somebody starts it, can be found by its tag, and explains itself."""
    dag = _only_dag(file)
    assert dag.dag_id == f"flows_{file.stem}"
    assert dag.schedule is None
    assert not dag.catchup
    assert "flows" in dag.tags
    assert dag.doc_md.lstrip().startswith("### ")


def test_there_is_an_example_for_each_platform_one_that_crosses_all_and_three_pipelines() -> None:
    """No platform is left out, each pipeline has its stub, and nothing else lies in the folder."""
    assert [file.stem for file in FILES] == sorted([*PLATFORMS, *PIPELINES, "daily_batch"])
    assert sorted(file.name for file in EXAMPLES.glob("*.yaml")) == [
        f"{name}.flow.yaml" for name in PIPELINES
    ]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_example_of_a_platform_uses_its_own_operator(platform: str) -> None:
    """Each task is the typed operator, which the reader is meant to copy."""
    dag = _only_dag(EXAMPLES / f"{platform}.py")
    assert {_made_by(task) for task in dag.tasks} == {f"{CLASSES[platform]}RunFlowOperator"}


def test_the_daily_batch_shows_what_it_promises() -> None:
    """All kinds of operators, a mapped step, a sensor on a run that another task started."""
    dag = _only_dag(EXAMPLES / "daily_batch.py")
    made_by = {task.task_id: _made_by(task) for task in dag.tasks}
    assert {"RunFlowOperator", "FlowRunSensor"} <= set(made_by.values())
    assert len({kind for kind in made_by.values() if kind.endswith("RunFlowOperator")}) == 5
    assert dag.get_task("prepare_plate").is_mapped
    assert dag.get_task("start_scan").wait_for_completion is False
    assert dag.get_task("scan_is_over").upstream_task_ids == {"start_scan"}
    assert dag.get_task("summarise").upstream_task_ids == {"transcribe"}
    parallel = {task.task_id for task in dag.tasks if not task.upstream_task_ids}
    assert parallel == {"plates_of_today", "transcribe", "start_scan"}


@pytest.mark.parametrize("name", PIPELINES)
def test_an_example_pipelines_stub_is_the_one_that_sync_writes(name: str) -> None:
    """So `airflow flows sync --check dags_examples` has nothing to say."""
    pipeline = EXAMPLES / f"{name}.flow.yaml"
    assert (EXAMPLES / f"{name}.py").read_text("utf-8") == stub_of(pipeline)


@pytest.mark.parametrize("name", PIPELINES)
def test_nothing_is_wrong_with_an_example_pipeline(name: str) -> None:
    """Not even a warning."""
    assert read_file(EXAMPLES / f"{name}.flow.yaml", EXAMPLES).diagnostics == ()


def test_the_plate_report_shows_what_it_promises() -> None:
    """Four platforms, a start in parallel, and a step that is mapped over another one's result."""
    dag = _only_dag(EXAMPLES / "plate_report.py")
    steps = {task.task_id: task for task in dag.tasks if _made_by(task) == "FlowStepOperator"}
    platforms = {_arguments(task)["flow_conn_id"].removesuffix("_default") for task in steps.values()}
    assert platforms == {"unitelabs", "scade", "vishwa", "wisebot"}
    parallel = {task.task_id for task in dag.tasks if not task.upstream_task_ids}
    assert parallel == {"prepare", "history", "archive"}
    assert steps["read"].is_mapped
    assert steps["read"].upstream_task_ids == {"read__items"}
    assert dag.get_task("read__items").upstream_task_ids == {"prepare"}
    assert steps["report"].upstream_task_ids == {"read", "history", "archive"}


def test_the_alert_triage_shows_what_it_promises() -> None:
    """Two steps under opposite conditions, in one group and from one template, and one after both."""
    dag = _only_dag(EXAMPLES / "alert_triage.py")
    ways = [dag.get_task(name) for name in ("contain", "leave_alone")]
    assert [way.condition.partition("score ")[2][0] for way in ways] == [">", "<"]
    assert {way.task_group.group_id for way in ways} == {"answer"}
    assert {way.timeout for way in ways} == {300.0}
    assert {way.inputs["host"] for way in ways} == {"${params.host}"}
    assert dag.get_task("ticket").upstream_task_ids == {"look_up", "contain", "leave_alone"}
    assert set(dag.params) == {"alert", "host", "threshold"}


def test_every_polled_platform_has_a_run_of_fifteen_seconds() -> None:
    """The demo shows runs that are longer than a worker should be held."""
    seconds = {(flow.platform, flow.flow_id): flow.duration for flow in default_flows()}
    flows = [
        (platform, _arguments(task)["flow_id"])
        for platform in PLATFORMS
        for task in _only_dag(EXAMPLES / f"{platform}.py").tasks
    ]
    assert {flow[0] for flow in flows if seconds[flow] >= 15} == set(PLATFORMS) - {"wisebot"}


def test_both_variants_a_file_and_a_call_back_are_shown() -> None:
    """What only one platform has is in that platform's example."""
    tasks = [task for file in FILES for task in _only_dag(file).tasks]
    given = [_arguments(task) for task in tasks if _made_by(task).endswith("RunFlowOperator")]
    assert {"sync", "webhook"} <= {each.get("variant") for each in given}
    assert any(each.get("files") for each in given)
    callbacks = [(each.get("options") or {}).get("callback") or each.get("callback") for each in given]
    [callback] = [each for each in callbacks if each]
    assert "{{ var.value." in callback["headers"]["Authorization"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_whatever_can_wait_in_the_triggerer_does(file: Path) -> None:
    """Only Wisebot, which answers at once, leaves deferring out."""
    tasks = [task for task in _only_dag(file).tasks if "flow_conn_id" in _arguments(task)]
    assert tasks
    assert {bool(_arguments(task).get("deferrable")) for task in tasks} == {file.stem != "wisebot"}
