"""The same 200 waits by the dbt Cloud provider's sensor, which a worker starts."""

from __future__ import annotations

from airflow.providers.dbt.cloud.sensors.dbt import DbtCloudJobRunSensor
from airflow.sdk import DAG, task

from tests.bench.cluster.terms import AT_ONCE, POLL_SECONDS, WAITS


@task
def numbers(count: int) -> list[int]:
    """Return the numbers of runs that nobody has asked for yet."""
    import time

    first = int(time.time()) * 1000
    return [first + number for number in range(count)]


with DAG("waits_dbt", schedule=None, **AT_ONCE):
    DbtCloudJobRunSensor.partial(
        task_id="wait", dbt_cloud_conn_id="dbt", poke_interval=POLL_SECONDS, deferrable=True
    ).expand(run_id=numbers(WAITS))
