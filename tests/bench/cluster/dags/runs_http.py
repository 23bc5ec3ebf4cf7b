"""The same 400 runs by the HTTP provider: its operator waits for one answer."""

from __future__ import annotations

from airflow.providers.http.operators.http import HttpOperator
from airflow.sdk import DAG

from tests.bench.cluster.terms import AT_ONCE, RUNS

with DAG("runs_http", schedule=None, **AT_ONCE):
    HttpOperator.partial(
        task_id="run", http_conn_id="http", endpoint="/held", method="POST", deferrable=True
    ).expand(data=[f'{{"number": {number}}}' for number in range(RUNS)])
