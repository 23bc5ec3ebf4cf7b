"""What each leg of a task pays for: nothing that speaks HTTP is imported before a call is made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from airflow_provider_flows.emulator import FlowEmulator, airflow_connections

TOP = Path(__file__).parents[2]
HEAVY = ("requests", "aiohttp", "urllib3", "yarl", "fsspec", "jsonschema", "airflow.providers.http")
BEFORE = "import airflow.sdk, airflow.triggers.base"
MODULES = (
    "operators.flow", "operators.unitelabs", "operators.scade", "operators.blinkops", "operators.wisebot",
    "operators.vishwa", "operators.step", "operators.items", "sensors.flow", "triggers.flow", "links.flow",
    "outcomes", "provider_info", "dags",
)  # fmt: skip
FAILED_RUN = """
from types import SimpleNamespace
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.outcomes import FlowRunFailedError
operator = RunFlowOperator(task_id="t", flow_conn_id="vishwa_default", flow_id="f", options={"temp": True})
operator.render_template_fields({})
assert operator.options == {"temp": True}
ti = SimpleNamespace(dag_id="d", task_id="t", run_id="r", map_index=-1, try_number=1)
handle = {"platform": "vishwa", "flow_id": "f", "run_id": "r"}
try:
    operator.execute_complete({"ti": ti}, {"handle": handle, "state": "failed"})
except FlowRunFailedError as error:
    assert "run r of flow f" in str(error)
else:
    raise AssertionError
"""


def newly_imported(code: str, before: str, connections: Mapping[str, object] | None = None) -> list[str]:
    """Return the heavy packages that some code imports in a fresh process, beyond what was there `before`."""
    modules = in_a_process(code, before, connections)["modules"]
    assert any(module.startswith("airflow_provider_flows.") for module in modules)
    return [module for module in modules if module.startswith(HEAVY)]


def in_a_process(
    code: str, before: str, connections: Mapping[str, object] | None = None
) -> dict[str, list[str]]:
    """Return the modules that some code imports in a fresh process, the specs it reads, and what it told."""
    script = f"""
import json, sys
{before}
before, specs, told = set(sys.modules), [], None
sys.addaudithook(lambda event, about: event == "open" and specs.append(str(about[0])))
{code}
specs = [name.rpartition("/")[2] for name in specs if name.endswith(".platform.yaml")]
print(json.dumps({{"modules": sorted(set(sys.modules) - before), "specs": specs, "told": told}}))
"""
    connections = connections or airflow_connections("http://127.0.0.1:9")
    env = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(each) for name, each in connections.items()}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(TOP), **env},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_parsing_a_dag_imports_no_http_client() -> None:
    """Operators, sensor, trigger and link cost a DAG neither an HTTP client nor a schema library."""
    imports = "\n".join(f"import airflow_provider_flows.{module}" for module in MODULES)
    assert newly_imported(imports, BEFORE) == []


def test_a_leg_that_makes_no_call_imports_no_http_client() -> None:
    """Telling of a failed run after its trigger has fired needs connection and spec, but no client."""
    clients = ("requests", "aiohttp", "airflow.providers.http", "fsspec")
    assert [name for name in newly_imported(FAILED_RUN, BEFORE) if name.startswith(clients)] == []


PIPELINE = """
flows: pipeline/1
pipeline: plates
schedule: "@daily"
steps:
  read: {run: unitelabs/4d, with: {plate: "${dag_run.ds}"}}
  tell: {run: wisebot/wf-9, for_each: "${steps.read.result}", with: {sample: "${item}"}}
"""


def test_a_pipeline_costs_what_its_operators_cost(tmp_path: Path) -> None:
    """Reading, checking and building one needs neither an HTTP client nor a schema library."""
    path = tmp_path / "plates.flow.yaml"
    path.write_text(PIPELINE)
    code = f"from airflow_provider_flows.dags import load_dag\nassert load_dag({str(path)!r}).task_ids"
    assert newly_imported(code, BEFORE) == []


DAG_FILE = """
from datetime import timedelta
from airflow.sdk import DAG
from airflow_provider_flows.dags import load_dag
from airflow_provider_flows.operators.vishwa import VishwaRunFlowOperator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.sensors.flow import FlowRunSensor

with DAG("flows", schedule=None) as dag:
    run = RunFlowOperator(
        task_id="run", flow_conn_id="c", flow_id="f", input_schema={"type": "object"}, deferrable=True,
        timeout=timedelta(hours=1), result_path="a[0]", result_storage="s3://c@bucket/results",
    )
    FlowRunSensor(task_id="wait", flow_conn_id="c", run=run.output, deferrable=True)
    FlowRunSensor.partial(task_id="each", flow_conn_id="c").expand(run=["1", "2"])
"""
ASYNCHRONOUS = ("hooks.lines", "hooks.shared", "hooks.errands", "transports.aio", "transports.gate")
WORKER = """
import airflow.sdk, airflow.triggers.base, airflow.sdk.execution_time.task_runner, airflow.sdk.serde
"""  # what a leg has loaded already when it reads the DAG file
LEG = """
from tests.airflow.legs import Attempt, Store, TaskInstance
from airflow.providers.common.compat.sdk import TaskDeferred
from airflow_provider_flows.operators.flow import RunFlowOperator
task = RunFlowOperator(
    task_id="run", flow_conn_id="{platform}_default", flow_id="probe", poll_interval=0.1, defer_after=0,
    deferrable=True,
)
store = Store(data={journal!r})
attempt = Attempt(task.prepare_for_execution(), TaskInstance("run", try_number={number}), store)
try:
    result = attempt.start()
except TaskDeferred as deferral:
    result = "deferred"
told = [result, store.data]
"""


def test_parsing_a_dag_file_imports_no_http_client(tmp_path: Path) -> None:
    """Making operators, sensors, mapped ones and a pipeline takes no client, no schemas and no storage."""
    path = tmp_path / "plates.flow.yaml"
    path.write_text(PIPELINE)
    file = DAG_FILE + f"load_dag({str(path)!r})"
    found = in_a_process(file, BEFORE)
    assert [name for name in found["modules"] if name.startswith(HEAVY)] == []


@pytest.fixture(scope="module")
def emulator() -> Iterator[FlowEmulator]:
    """Return an emulator with one flow on two platforms."""
    with FlowEmulator() as emulator:
        for platform in ("vishwa", "wisebot"):
            emulator.flow(platform, "probe", duration=0.2)
        yield emulator


def test_a_leg_that_starts_a_run_imports_one_http_client(emulator: FlowEmulator) -> None:
    """A worker's client is urllib3 alone; of the specs only the platform's is read, once.

    What only an event loop needs stays out as well.
    """
    code = LEG.format(platform="vishwa", journal={}, number=1)
    found = in_a_process(code, WORKER, emulator.connections())
    assert found["told"][0] == "deferred"
    heavy = {name.partition(".")[0] for name in found["modules"] if name.startswith(HEAVY)}
    assert heavy == {"urllib3"}
    assert found["specs"] == ["vishwa.platform.yaml"]
    assert not {f"airflow_provider_flows.{name}" for name in ASYNCHRONOUS} & set(found["modules"])


def test_a_leg_that_ends_by_the_journal_imports_no_http_client(emulator: FlowEmulator) -> None:
    """A second attempt that finds the result of the first one in the journal asks nobody."""
    arguments = (WORKER, emulator.connections())
    first = in_a_process(LEG.format(platform="wisebot", journal={}, number=1), *arguments)
    result, journal = first["told"]
    again = in_a_process(LEG.format(platform="wisebot", journal=journal, number=2), *arguments)
    assert again["told"][0] == result
    assert [name for name in again["modules"] if name.startswith(HEAVY)] == []
    assert again["specs"] == ["wisebot.platform.yaml"]


def test_the_triggerer_imports_one_http_client(emulator: FlowEmulator) -> None:
    """The trigger's client is aiohttp, and urllib3 is not loaded for it."""
    code = """
import asyncio, time
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.triggers.flow import FlowRunTrigger
async def main():
    run = await FlowHook("vishwa_default").astart_run("probe")
    trigger = FlowRunTrigger("vishwa_default", run.handle.to_json(), 0.1, time.time() + 20)
    return [event.payload["state"] async for event in trigger.run()]
told = asyncio.run(main())
"""
    found = in_a_process(code, "import airflow.jobs.triggerer_job_runner", emulator.connections())
    assert found["told"] == ["success"]
    heavy = {name.partition(".")[0] for name in found["modules"] if name.startswith(HEAVY)}
    assert heavy == {"aiohttp", "yarl"}
