"""Runs one task on each platform, in a process whose Airflow sends statistics; `test_seen.py` reads them."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from typing import Any

from airflow.providers.common.compat.sdk import AirflowException

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.operators.ending import cancel
from airflow_provider_flows.operators.flow import RunFlowOperator
from tests.airflow.legs import Attempt, TaskInstance

FLOW = "probe"


def main() -> None:
    """Run the tasks, and print when that is done."""
    with FlowEmulator() as emulator:
        for conn_id, connection in emulator.connections().items():
            os.environ[f"AIRFLOW_CONN_{conn_id.upper()}"] = json.dumps(connection)
        for platform in ("vishwa", "unitelabs", "scade", "blinkops", "wisebot"):
            emulator.flow(platform, FLOW, duration=0.3)
        emulator.flow("blinkops", FLOW, duration=60)
        emulator.fault("lost", platform="scade", operation="start")
        emulator.fault("status", platform="unitelabs", operation="start", status=400)
        emulator.fault("lost", platform="vishwa", operation="status")
        _run("vishwa", deferrable=True)  # its start's leg, its trigger, and the leg after that
        _run("scade", options={"start_node_id": "start", "end_node_id": "end"})
        _run("unitelabs")
        _run("wisebot")
        _cancelled("blinkops")
    print("done")


def _run(platform: str, **arguments: Any) -> None:
    task = RunFlowOperator(
        task_id="run",
        flow_conn_id=f"{platform}_default",
        flow_id=FLOW,
        poll_interval=0.1,
        max_poll_interval=0.1,
        defer_after=0,
        **arguments,
    )
    with suppress(AirflowException):
        Attempt(task.prepare_for_execution(), TaskInstance("run")).run()


def _cancelled(platform: str) -> None:
    task = RunFlowOperator(task_id="run", flow_conn_id=f"{platform}_default", flow_id=FLOW)
    handle = FlowHook(task.flow_conn_id).start_run(FLOW).handle
    for _ in range(2):  # the second time it is over already
        cancel(task, handle)
    until = time.time() + 10
    task.hook.wait_for_run(handle, poll_interval=0.1, until=until, since=until - 100)


if __name__ == "__main__":
    main()
