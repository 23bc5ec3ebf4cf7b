"""The HTTP provider's deferrable operator: one POST, and its answer is the result.

`dag_run.conf` tells the cell and its flow, see `tests/faults/peers.py`.
"""

from __future__ import annotations

from airflow.providers.http.operators.http import HttpOperator
from airflow.sdk import DAG

from tests.faults.peers_pace import RETRIES, RETRY_DELAY

with DAG(
    "peer_http",
    schedule=None,
    default_args={"retries": RETRIES, "retry_delay": RETRY_DELAY},
):
    HttpOperator(
        task_id="run",
        http_conn_id="peer_http",
        endpoint="/api/v1/flow/{{ dag_run.conf['flow'] }}",
        headers={"Content-Type": "application/json"},
        data='{"inputs": {"cell": {{ dag_run.conf["cell"] | tojson }} }}',
        # The API answers a failed run with 200, which the operator takes for a success unless it is told.
        response_check=lambda response: response.json()["ok"],
        response_filter=lambda response: response.json()["result"],
        deferrable=True,
    )
