"""The dbt Cloud provider's operator, deferrable and waiting on the worker, with that provider's defaults.

`dag_run.conf` tells the cell and its flow, see `tests/faults/peers.py`. The cause carries the cell's name: of
what the operator sends, dbt Cloud keeps that with the run.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.dbt.cloud.operators.dbt import DbtCloudRunJobOperator
from airflow.sdk import DAG

from tests.faults.peers_pace import POLL_SECONDS, READ_TIMEOUT_SECONDS, RETRIES, RETRY_DELAY

JOB: Any = "{{ dag_run.conf['flow'] }}"  # a number once it is rendered

for dag_id, deferrable in {"peer_dbt": True, "peer_dbt_on_worker": False}.items():
    with DAG(
        dag_id,
        schedule=None,
        default_args={"retries": RETRIES, "retry_delay": RETRY_DELAY},
    ):
        DbtCloudRunJobOperator(
            task_id="run",
            dbt_cloud_conn_id="peer_dbt",
            job_id=JOB,
            trigger_reason="{{ dag_run.conf['cell'] }}",
            check_interval=POLL_SECONDS,
            hook_params={"timeout_seconds": READ_TIMEOUT_SECONDS},
            deferrable=deferrable,
        )
