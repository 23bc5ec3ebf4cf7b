"""Whole DAGs in a real Airflow: values between tasks, mapping, retries, links, deferral."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.scade import ScadeRunFlowOperator
from airflow_provider_flows.operators.unitelabs import UniteLabsRunFlowOperator
from airflow_provider_flows.outcomes import FlowPermanentError, FlowRunFailedError, FlowUnavailableError
from airflow_provider_flows.sensors.flow import FlowRunSensor

PLATFORMS = ("unitelabs", "scade", "blinkops", "wisebot", "vishwa")
KEYS = ("run_id", "handle", "_link_FlowRunLink")
Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


def started(emulator: FlowEmulator) -> Counter[str | None]:
    """Return how many start requests each flow got, effect or not."""
    return Counter(request.flow_id for request in emulator.requests if request.operation == "start")


def test_a_flow_of_each_platform_gives_its_result(run_dag: Make, flow: Flow) -> None:
    """Each platform's run ends as a successful task; run id and handle are left beside the result."""
    arguments = {platform: flow(platform, result={"n": [1, 2.5, None, True]}) for platform in PLATFORMS}

    def tasks() -> None:
        for platform, each in arguments.items():
            RunFlowOperator(**{**each, "task_id": platform}, inputs={"x": 1})

    done = run_dag(tasks)
    assert set(done.states.values()) == {"success"}
    for platform in PLATFORMS:
        assert done.xcoms[platform, -1, "handle"]["run_id"] == done.xcoms[platform, -1, "run_id"]
    results = [done.result(platform) for platform in PLATFORMS[:-1]]
    assert results == [{"n": [1, 2.5, None, True]}] * 4


def test_a_deferred_run_is_findable_and_not_resumed_early(
    run_dag: Make, emulator: FlowEmulator, flow: Flow, put_connection: Callable[..., str]
) -> None:
    """A deferred task's link, run id and handle stand in XCom; it is resumed after six seconds or more."""
    arguments = flow("vishwa", duration=4)  # longer than a busy machine takes until it defers
    put_connection("vishwa_default", emulator.url, platform="vishwa", run_link="https://ui.invalid/${run.id}")
    seen: list[Any] = []
    deferred_at: list[float] = []

    class Watched(RunFlowOperator):
        def defer(self, **kwargs: Any) -> Any:
            deferred_at.append(time.time())
            return super().defer(**kwargs)

        def execute_complete(self, context: Any, event: Any) -> Any:
            seen.append(
                (time.time(), [context["ti"].xcom_pull(key=key, task_ids="run") for key in KEYS], event)
            )
            return super().execute_complete(context, event)

    done = run_dag(lambda: Watched(**arguments, deferrable=True))
    assert done.states == {("run", -1): "success"}
    [run] = emulator.runs()
    [(resumed_at, [run_id, handle, link], event)] = seen
    assert (run_id, handle["run_id"], link) == (run.id, run.id, f"https://ui.invalid/{run.id}")
    assert resumed_at >= deferred_at[0] + 6
    assert event == {"handle": handle, "state": "success", "raw_state": "completed", "message": ""}
    assert done.result("run")["run_id"] == run.id
    assert done.xcoms["run", -1, "_link_FlowRunLink"] == link


def test_values_from_other_tasks_keep_their_type(run_dag: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """Mappings, lists and numbers, also a mapped task's, reach the platform as such; templates are filled."""
    first = flow("unitelabs", result={"wells": [1, 2], "ok": True})
    scade, second = flow("scade"), flow("blinkops")

    def tasks() -> None:
        from airflow.sdk import task

        @task
        def number(n: int) -> int:
            return n * n

        @task
        def options() -> dict[str, Any]:
            return {"event": {"id": 7}}

        @task
        def flow_id() -> str:
            return "probe"

        prepared: Any = UniteLabsRunFlowOperator(
            **{**first, "task_id": "first", "options": None}, multiple_outputs=True
        )
        squares = number.expand(n=[1, 2, 3])
        RunFlowOperator(
            **{**second, "task_id": "second", "options": options(), "flow_id": flow_id()},
            inputs={
                "whole": prepared.output,
                "part": prepared.output["wells"],
                "squares": squares,
                "text": "{{ ti.task_id }} of {{ run_id[:6] }}",
                "nested": [{"deep": prepared.output["ok"]}],
            },
            result_path="{{ 'echo.' }}part",
        )
        ScadeRunFlowOperator(
            **{**scade, "task_id": "third", "options": None},
            inputs=prepared.output,
            start_node_id="{{ ti.task_id }}",
            end_node_id="end",
        )

    done = run_dag(tasks)
    assert set(done.states.values()) == {"success"}
    inputs = {run.platform: run.inputs for run in emulator.runs()}
    assert inputs["blinkops"] == {
        "whole": {"wells": [1, 2], "ok": True},
        "part": [1, 2],
        "squares": [1, 4, 9],
        "text": "second of manual",
        "nested": [{"deep": True}],
    }
    assert done.result("second") == [1, 2]
    assert inputs["scade"] == {"wells": [1, 2], "ok": True}
    bodies = {run.platform: run.body for run in emulator.runs()}
    assert bodies["blinkops"]["event"] == {"id": 7}
    assert bodies["scade"]["start_node_id"] == "third"


def test_tasks_can_be_mapped(run_dag: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """There is a task for each of several inputs, or values of a typed option, with its own result."""
    blinkops, unitelabs = flow("blinkops"), {**flow("unitelabs"), "options": None}

    def tasks() -> None:
        from airflow.sdk import task

        @task
        def hosts() -> list[dict[str, Any]]:
            return [{"host": "a"}, {"host": "b"}]

        by_inputs = RunFlowOperator.partial(**{**blinkops, "task_id": "inputs"}).expand(inputs=hosts())
        by_name = UniteLabsRunFlowOperator.partial(**{**unitelabs, "task_id": "names"})
        by_name.expand_kwargs([{"name": "one"}, {"name": "two", "inputs": {"n": 2}}])

        @task
        def count(results: Any) -> int:
            return len(list(results))

        count(by_inputs.output)

    done = run_dag(tasks)
    assert set(done.states.values()) == {"success"}
    assert [done.result("inputs", n) for n in (0, 1)] == [{"echo": {"host": "a"}}, {"echo": {"host": "b"}}]
    assert {run.name for run in emulator.runs("unitelabs")} == {"one", "two"}
    assert done.result("count") == 2


def test_a_sensor_waits_for_what_another_task_started(run_dag: Make, flow: Flow) -> None:
    """The return value of an operator that does not wait is what a sensor takes, and so is its XCom."""
    arguments = flow("vishwa", duration=0.3)

    def tasks() -> None:
        begun = RunFlowOperator(**{**arguments, "task_id": "begun"}, wait_for_completion=False)
        common: dict[str, Any] = {"flow_conn_id": "vishwa_default", "poke_interval": 0.1, "timeout": 20}
        FlowRunSensor(task_id="by_handle", run=begun.output, result_path="run_status", **common)
        by_id = FlowRunSensor(
            task_id="by_id",
            run="{{ ti.xcom_pull(task_ids='begun', key='run_id') }}",
            flow_id="probe",
            mode="reschedule",
            **common,
        )
        begun >> by_id

    done = run_dag(tasks)
    assert set(done.states.values()) == {"success"}
    assert done.result("by_handle") == "completed"
    assert done.result("by_id")["run_status"] == "completed"


def test_only_what_may_pass_is_tried_again(
    run_dag: Make, emulator: FlowEmulator, flow: Flow, put_connection: Callable[..., str], noting: Make
) -> None:
    """What would fail again or might start a second run ends the task after one start, retries or not."""
    base = flow("blinkops")
    errors: dict[str, list[BaseException]] = {}
    operator = noting(errors)
    put_connection("wrong_key", emulator.url, platform="blinkops", password="wrong")
    put_connection("no_host", emulator.url, platform="blinkops", host="not an address")
    for name in ("lost", "refused", "unsure", "garbled", "fails", "passing", "no_result"):
        emulator.flow("blinkops", name, duration=0, outcome="failed" if name == "fails" else "success")
    emulator.fault("lost", platform="blinkops", operation="start", flow_id="lost")
    emulator.fault("status", platform="blinkops", operation="start", flow_id="refused", status=403)
    emulator.fault("status", platform="blinkops", operation="start", flow_id="unsure", status=503)
    emulator.fault("not_json", platform="blinkops", operation="start", flow_id="garbled", after=True)
    emulator.fault("not_json", platform="blinkops", operation="result", flow_id="no_result")
    emulator.fault(
        "rate_limit", platform="blinkops", operation="start", flow_id="passing", times=5, retry_after=0
    )

    def tasks() -> None:
        for name in ("lost", "refused", "unsure", "garbled", "fails", "passing", "no_result", "not_there"):
            operator(**{**base, "task_id": name, "flow_id": name}, retries=1 if name == "fails" else 3)
        operator(**{**base, "task_id": "wrong_key", "flow_conn_id": "wrong_key"}, retries=3)
        operator(**{**base, "task_id": "no_host", "flow_conn_id": "no_host"}, retries=3)

    done = run_dag(tasks)
    kinds = {name: [type(error) for error in told] for name, told in errors.items()}
    permanent = ("lost", "refused", "unsure", "garbled", "not_there", "wrong_key", "no_host")
    assert {name: kinds[name] for name in permanent} == {name: [FlowPermanentError] for name in permanent}
    assert kinds["fails"] == [FlowRunFailedError, FlowRunFailedError]
    assert kinds["passing"] == kinds["no_result"] == [FlowUnavailableError]
    assert started(emulator) == {
        **dict.fromkeys(("lost", "refused", "unsure", "garbled", "no_result", "not_there", "probe"), 1),
        "fails": 2,
        "passing": 6,  # turned away five times in the first try
    }
    assert done.states["passing", -1] == done.states["no_result", -1] == "success"
    assert {done.states[name, -1] for name in (*permanent, "fails")} == {"failed"}


def test_a_skipped_run_skips_the_task(run_dag: Make, flow: Flow) -> None:
    """Airflow shows a run that the platform skipped as a skipped task, and goes on as the DAG says."""
    arguments = flow("blinkops", outcome="skipped")
    done = run_dag(lambda: RunFlowOperator(**arguments))
    assert done.states == {("run", -1): "skipped"}
