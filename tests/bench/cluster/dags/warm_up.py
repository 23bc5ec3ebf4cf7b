"""One run by each side, before anything is measured.

A triggerer builds Airflow's execution API when it is first asked for a connection. That takes seconds, and
whoever came first would pay for all.
"""

from __future__ import annotations

from airflow.providers.dbt.cloud.operators.dbt import DbtCloudRunJobOperator
from airflow.providers.http.operators.http import HttpOperator
from airflow.sdk import DAG

from airflow_provider_flows.operators.vishwa import VishwaRunFlowOperator
from tests.bench.cluster.terms import AT_ONCE, FLOW

with DAG("warm_up", schedule=None, **AT_ONCE):
    VishwaRunFlowOperator(task_id="run", flow_conn_id="emulator_0", flow_id=FLOW, deferrable=True)
    DbtCloudRunJobOperator(
        task_id="dbt", dbt_cloud_conn_id="dbt", job_id=1, trigger_reason="warm-up", deferrable=True
    )
    HttpOperator(task_id="http", http_conn_id="http", endpoint="/held", method="POST", deferrable=True)
