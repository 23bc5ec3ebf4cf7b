"""A DAG with the operator and the sensor of the platform, whose classes are made from its spec."""

from __future__ import annotations

from airflow.sdk import dag

from airflow_provider_flows.operators.others import AcmeRunFlowOperator
from airflow_provider_flows.sensors.flow import FlowRunSensor


@dag(schedule=None)
def acme_dag() -> None:
    """Run one flow and wait for it; start another, and let a sensor wait."""
    AcmeRunFlowOperator(
        task_id="sort", flow_id="sort", inputs={"plate": "P-1"}, speed="fast", deferrable=True
    )
    start = AcmeRunFlowOperator(
        task_id="start", flow_id="sort", inputs={"plate": "P-2"}, wait_for_completion=False
    )
    FlowRunSensor(task_id="is_over", flow_conn_id="acme_default", run=start.output, deferrable=True)


acme_dag()
