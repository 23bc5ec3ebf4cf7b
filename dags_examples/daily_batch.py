"""One batch over all five platforms: the parts start together, and each result feeds a later step."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from airflow_provider_flows.operators.blinkops import BlinkOpsRunFlowOperator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.scade import ScadeRunFlowOperator
from airflow_provider_flows.operators.unitelabs import UniteLabsRunFlowOperator
from airflow_provider_flows.operators.wisebot import WisebotRunFlowOperator
from airflow_provider_flows.sensors.flow import FlowRunSensor


@dag(schedule=None, catchup=False, tags=["flows"], default_args={"deferrable": True})
def flows_daily_batch() -> None:
    """### A daily batch that crosses all five platforms.

    * Three parts start at once: plates (UniteLabs), a talk (Scade), a security scan (BlinkOps).
    * `prepare_plate` is mapped over a list that a task makes, and `read_plate` over its results.
    * `summarise` (vishwa.ai) takes the result of `transcribe` (Scade) as its input.
    * `start_scan` does not wait: `scan_is_over` watches the run that it started.
    * `report` (Wisebot) takes what the plates gave.
    """

    @task
    def plates_of_today() -> list[dict[str, Any]]:
        return [{"plate_id": f"P-{number}", "samples": ["A1", "A2"]} for number in (1, 2)]

    @task
    def plate_ids(prepared: Any) -> list[dict[str, str]]:
        return [{"plate_id": plate["plate_id"]} for plate in prepared if plate["sealed"]]

    prepare_plate = UniteLabsRunFlowOperator.partial(task_id="prepare_plate", flow_id="plate-prep").expand(
        inputs=plates_of_today()
    )
    read_plate = UniteLabsRunFlowOperator.partial(task_id="read_plate", flow_id="plate-readout").expand(
        inputs=plate_ids(prepare_plate.output)
    )

    transcribe = ScadeRunFlowOperator(
        task_id="transcribe",
        flow_id="41785",
        start_node_id="SYnn-start",
        end_node_id="y5iI-end",
        inputs={"audio_url": "https://files.example.com/talk.mp3"},
        result_path="Transcribation",
    )
    summarise = RunFlowOperator(  # the general operator: the connection's type names the platform
        task_id="summarise",
        flow_conn_id="vishwa_default",
        flow_id="summarise-report",
        inputs={"text": transcribe.output},
    )

    start_scan = BlinkOpsRunFlowOperator(
        task_id="start_scan", flow_id="slow", inputs={"scope": "all"}, wait_for_completion=False
    )
    scan_is_over = FlowRunSensor(
        task_id="scan_is_over",
        flow_conn_id="blinkops_default",
        run=start_scan.output,
        poke_interval=5,
        timeout=600,
    )

    report = WisebotRunFlowOperator(
        task_id="report",
        flow_id="daily-report",
        inputs={"date": "{{ dag_run.run_after | ds }}", "plates": read_plate.output},
    )
    [summarise, scan_is_over] >> report


flows_daily_batch()
