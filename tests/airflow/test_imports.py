"""What a task pays for being parsed: nothing that speaks HTTP is imported before a call is made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from airflow_provider_flows.emulator import airflow_connections

HEAVY = ("requests", "aiohttp", "urllib3", "yarl", "fsspec", "jsonschema", "airflow.providers.http")
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


def newly_imported(code: str, before: str) -> list[str]:
    """Return the heavy packages that some code imports in a fresh process, beyond what was there `before`."""
    script = f"""
import json, sys
{before}
before = set(sys.modules)
{code}
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    connection = json.dumps(airflow_connections("http://127.0.0.1:9")["vishwa_default"])
    env = {**os.environ, "AIRFLOW_CONN_VISHWA_DEFAULT": connection}
    done = subprocess.run([sys.executable, "-c", script], env=env, check=True, capture_output=True, text=True)
    modules = json.loads(done.stdout.splitlines()[-1])
    assert any(module.startswith("airflow_provider_flows.") for module in modules)
    return [module for module in modules if module.startswith(HEAVY)]


def test_parsing_a_dag_imports_no_http_client() -> None:
    """Operators, sensor, trigger and link cost a DAG neither an HTTP client nor a schema library."""
    imports = "\n".join(f"import airflow_provider_flows.{module}" for module in MODULES)
    assert newly_imported(imports, "import airflow.sdk, airflow.triggers.base") == []


def test_a_leg_that_makes_no_call_imports_no_http_client() -> None:
    """Telling of a failed run after its trigger has fired needs connection and spec, but no client."""
    clients = ("requests", "aiohttp", "airflow.providers.http", "fsspec")
    before = "import airflow.sdk, airflow.triggers.base"
    assert [name for name in newly_imported(FAILED_RUN, before) if name.startswith(clients)] == []


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
    before = "import airflow.sdk, airflow.triggers.base"
    assert newly_imported(code, before) == []
