"""The DAGs of the one-leg check: each pair does the same, once ended by triggers and once by workers."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, task

from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.sensors.flow import FlowRunSensor

STORAGE = f"file://{os.environ['AIRFLOW_HOME']}/results"
OPTIONS = {"start_node_id": "start", "end_node_id": "end"}
QUICK: dict[str, Any] = {"deferrable": True, "poll_interval": 0.5, "defer_after": 0, "retry_delay": 1}
PULL = "{{{{ ti.xcom_pull('{}', key='handle', map_indexes=-1) }}}}"


def told(_context: Any) -> None:
    """Stand for a callback of the user's."""


@task
def total(values: Iterable[Any]) -> list[Any]:
    """Return what came from upstream, as it came."""
    return list(values)


@task
def square(value: int) -> int:
    """Be expanded over a run's result."""
    return value * value


def ends(dag_id: str, end: str | bool) -> DAG:
    """Make a DAG of deferred operators; only a success without any string attached ends in the trigger."""
    with DAG(dag_id, schedule=None, catchup=False, max_active_tasks=100) as dag:

        def run(name: str, platform: str = "scade", flow: str | None = None, **more: Any) -> RunFlowOperator:
            options = OPTIONS if platform == "scade" else None
            return RunFlowOperator(
                task_id=name, flow_conn_id=f"{platform}_default", flow_id=flow or name, options=options,
                inputs={"sample": 1}, end_from_trigger=end, **{**QUICK, **more},
            )  # fmt: skip

        plain, part, number = run("plain"), run("part", flow="plain", result_path="rows[0]"), run("number")
        nothing = run("nothing", flow="plain", result_path="not_there")
        outputs: list[Any] = [plain.output, part.output, number.output]
        total(outputs)
        one = RunFlowOperator.partial(
            task_id="mapped", flow_conn_id="blinkops_default", flow_id="echo", end_from_trigger=end, **QUICK
        )
        mapped: Any = one.expand(inputs=[{"n": n} for n in range(3)])
        total.override(task_id="total_of_mapped")(mapped.output)
        square.expand(value=run("listed").output)
        run("split", flow="plain", multiple_outputs=True)
        run("silent", flow="plain", do_xcom_push=False)
        run("outlet", flow="plain", outlets=[Asset(f"https://flows.example/{dag_id}")])
        run("called_back", flow="plain", on_success_callback=told)
        run("large", flow="plain", max_result_bytes=10, result_storage=STORAGE)
        run("too_large", flow="plain", max_result_bytes=10)
        run("failing", "blinkops", retries=1)
        run("skipped", "blinkops")
        run("mended", "blinkops", flow="{{ 'failing' if ti.try_number == 1 else 'echo' }}", retries=1)
        run("late", "blinkops", timeout=8)
        begun = run("begun", "vishwa", flow="watched", wait_for_completion=False)
        FlowRunSensor(
            task_id="watching", flow_conn_id="vishwa_default", run=begun.output, deferrable=True,
            poke_interval=0.5, timeout=600, end_from_trigger=end, result_path="run_status",
        )  # fmt: skip
        nothing >> plain  # so that one leg waits for another
    return dag


def starts(dag_id: str, *, sft: bool) -> DAG:
    """Make a DAG of sensors; a sensor that can't do without a worker gets one."""
    with DAG(dag_id, schedule=None, catchup=False, max_active_tasks=100) as dag:

        def begin(name: str, platform: str = "blinkops") -> RunFlowOperator:
            return RunFlowOperator(
                task_id=name, flow_conn_id=f"{platform}_default", flow_id=name, inputs={"sample": 1},
                wait_for_completion=False,
            )  # fmt: skip

        def wait(name: str, run: Any, **more: Any) -> FlowRunSensor:
            return FlowRunSensor(
                task_id=name, run=run, **{"flow_conn_id": "blinkops_default", **common, **more}
            )  # fmt: skip

        common: dict[str, Any] = {"deferrable": True, "poke_interval": 0.5, "timeout": 60, "retry_delay": 1}
        common |= {"start_from_trigger": sft, "end_from_trigger": "auto" if sft else False}
        begun, ill, never = begin("watched"), begin("failing"), begin("never")
        waits = [
            wait("by_handle", PULL.format("watched")),
            wait("by_json", PULL.format("watched").replace(" }}", " | tojson }}")),
            wait("by_id", "{{ ti.xcom_pull('watched', key='run_id', map_indexes=-1) }}", result_path="echo"),
            wait("with_options", "{{ ti.xcom_pull('watched', key='run_id', map_indexes=-1) }}",
                 options={"workspace": "{{ conn.blinkops_default.extra_dejson['workspace'] }}"}),
            wait("called_back", PULL.format("watched"), on_success_callback=told),
            wait("begins", PULL.format("watched"), on_execute_callback=told),
            wait("large", PULL.format("watched"), max_result_bytes=5, result_storage=STORAGE),
            wait("no_such_connection", PULL.format("watched"), flow_conn_id="not_there"),
            wait("crashing", PULL.format("watched"), flow_id="{{ var.value.not_in_the_triggerer }}"),
        ]  # fmt: skip
        begun >> waits
        mapped = FlowRunSensor.partial(task_id="mapped", flow_conn_id="blinkops_default", **common)
        begun >> mapped.expand(run=[PULL.format("watched"), PULL.format("watched")])
        total([waits[0].output, waits[2].output])
        mended = PULL.format("{}").replace("'{}'", "'failing' if ti.try_number == 1 else 'watched'")
        [begun, ill] >> wait("mended", mended, retries=1)
        ill >> [
            wait("ill", PULL.format("failing"), retries=1),
            wait("ill_softly", PULL.format("failing"), soft_fail=True),
        ]
        never >> [
            wait("late", PULL.format("never"), timeout=8),
            wait("late_softly", PULL.format("never"), timeout=8, soft_fail=True),
            wait("cut_off", PULL.format("never"), execution_timeout=timedelta(seconds=20)),
        ]
    return dag


ends_by_trigger, ends_by_worker = ends("ends_by_trigger", "auto"), ends("ends_by_worker", end=False)
starts_by_trigger = starts("starts_by_trigger", sft=True)
starts_by_worker = starts("starts_by_worker", sft=False)
