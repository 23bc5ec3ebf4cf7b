"""Large results in a real Airflow: what XCom holds, and what the next task reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.results import read_result

Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]
LARGE = {"rows": ["ünï" * 10] * 100}


def test_the_next_task_reads_a_large_result(run_dag: Make, flow: Flow, tmp_path: Path) -> None:
    """XCom holds the reference, also a mapped task's, and `read_result` gives the result downstream."""
    storage: dict[str, Any] = {"result_storage": f"file://{tmp_path}", "max_result_bytes": 200}
    arguments = {**flow("blinkops", result=LARGE), **storage}

    def tasks() -> None:
        from airflow.sdk import task

        @task
        def count(results: Any) -> list[int]:
            return [len(read_result(each)["rows"]) for each in results]

        one = RunFlowOperator(**{**arguments, "task_id": "one"})
        several = RunFlowOperator.partial(**{**arguments, "task_id": "several"}).expand(
            inputs=[{"n": 1}, {"n": 2}]
        )
        count.override(task_id="count_one")([one.output])
        count.override(task_id="count_several")(several.output)

    done = run_dag(tasks)
    assert set(done.states.values()) == {"success"}
    assert done.result("count_one") == [100]
    assert done.result("count_several") == [100, 100]
    references = [done.result("one"), done.result("several", 0), done.result("several", 1)]
    assert len({each["flow_result"] for each in references}) == 3
    assert [read_result(each) for each in references] == [LARGE] * 3


def test_without_storage_a_large_result_fails_the_task(
    run_dag: Make, flow: Flow, emulator: FlowEmulator, noting: Make
) -> None:
    """The task fails for good and says what to set; the flow runs once."""
    errors: dict[str, list[BaseException]] = {}
    operator = noting(errors)
    arguments = {**flow("blinkops", result=LARGE), "max_result_bytes": 200}
    done = run_dag(lambda: operator(**arguments, retries=2))
    assert done.states == {("run", -1): "failed"}
    [error] = errors["run"]
    assert "more than max_result_bytes (200), and result_storage is not set" in str(error)
    assert len(emulator.runs()) == 1
