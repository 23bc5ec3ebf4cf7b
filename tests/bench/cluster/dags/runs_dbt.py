"""The same 400 runs by the dbt Cloud provider."""

from __future__ import annotations

from airflow.providers.dbt.cloud.operators.dbt import DbtCloudRunJobOperator
from airflow.sdk import DAG

from tests.bench.cluster.terms import AT_ONCE, POLL_SECONDS, RUNS

with DAG("runs_dbt", schedule=None, **AT_ONCE):
    DbtCloudRunJobOperator.partial(
        task_id="run", dbt_cloud_conn_id="dbt", job_id=1, check_interval=POLL_SECONDS, deferrable=True
    ).expand(trigger_reason=[f"number {number}" for number in range(RUNS)])
