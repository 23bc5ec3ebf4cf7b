"""The triggers of other providers, each with its connection to the same server."""

from __future__ import annotations

import json
import time
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.bench.polling.sides import DAY, Place, Pollers, drained

Work = Coroutine[Any, Any, None]


def environment(place: Place) -> Mapping[str, str]:
    """Return the connections of all peers."""
    parts = urlsplit(place.address)
    shared = {"host": parts.hostname, "port": parts.port, "schema": parts.scheme, "login": "user"}
    secret = {**shared, "password": "s3cr3t"}
    connections = {
        "DATABRICKS": {**secret, "conn_type": "databricks", "login": None},
        "FIVETRAN": {**secret, "conn_type": "fivetran"},
        "HTTP": {**secret, "conn_type": "http"},
        "AIRBYTE": {"conn_type": "airbyte", "host": place.address},
        "DBT": {"conn_type": "dbt_cloud", "login": "1", "password": "s3cr3t", "host": parts.netloc},
    }
    return {f"AIRFLOW_CONN_BENCH_{name}": json.dumps(each) for name, each in connections.items()}


def databricks(place: Place, runs: int) -> list[Work]:
    """Return `DatabricksExecutionTrigger` at work."""
    from airflow.providers.databricks.triggers.databricks import DatabricksExecutionTrigger

    triggers = (
        DatabricksExecutionTrigger(
            number + 1, "bench_databricks", polling_period_seconds=place.pause, run_page_url="-"
        )
        for number in range(runs)
    )
    return [drained(trigger.run()) for trigger in triggers]


def fivetran(place: Place, runs: int) -> list[Work]:
    """Return `FivetranTrigger` at work."""
    from fivetran_provider_async.hooks import FivetranHookAsync
    from fivetran_provider_async.triggers import FivetranTrigger

    # its address is a constant of the class
    FivetranHookAsync.api_protocol, _, FivetranHookAsync.api_host = place.address.partition("://")
    triggers = (
        FivetranTrigger("t1", f"c{number}", "bench_fivetran", poke_interval=place.pause)
        for number in range(runs)
    )
    return [drained(trigger.run()) for trigger in triggers]


def dbt_cloud(place: Place, runs: int) -> list[Work]:
    """Return `DbtCloudRunJobTrigger` at work."""
    from airflow.providers.dbt.cloud.hooks.dbt import DbtCloudHook
    from airflow.providers.dbt.cloud.triggers.dbt import DbtCloudRunJobTrigger

    if place.address.startswith("http:"):
        hook: Any = DbtCloudHook  # it always speaks TLS; without it, it costs less
        secure = hook.get_request_url_params

        def plain(*args: Any, **options: Any) -> tuple[str, dict[str, Any]]:
            address, data = secure(*args, **options)
            return address.replace("https://", "http://", 1), data

        hook.get_request_url_params = staticmethod(plain)
    triggers = (
        DbtCloudRunJobTrigger(
            "bench_dbt", number + 1, end_time=time.time() + DAY, poll_interval=place.pause, account_id=1
        )
        for number in range(runs)
    )
    return [drained(trigger.run()) for trigger in triggers]


def http_sensor(place: Place, runs: int) -> list[Work]:
    """Return `HttpSensorTrigger` at work."""
    from airflow.providers.http.triggers.http import HttpSensorTrigger

    triggers = (
        HttpSensorTrigger(f"not-yet/{number}", "bench_http", poke_interval=place.pause)
        for number in range(runs)
    )
    return [drained(trigger.run()) for trigger in triggers]


def airbyte(place: Place, runs: int) -> list[Work]:
    """Return `AirbyteSyncTrigger` at work."""
    from airflow.providers.airbyte.triggers.airbyte import AirbyteSyncTrigger

    triggers = (
        AirbyteSyncTrigger(number + 1, "bench_airbyte", end_time=time.time() + DAY, poll_interval=place.pause)
        for number in range(runs)
    )
    return [drained(trigger.run()) for trigger in triggers]


ALL: dict[str, Pollers] = {
    "databricks": databricks,
    "fivetran-async": fivetran,
    "dbt Cloud": dbt_cloud,
    "HttpSensorTrigger": http_sensor,
    "airbyte": airbyte,
}
