"""The same 400 runs, by our operator and by two peers'."""

from __future__ import annotations

from airflow.sdk import DAG

from airflow_provider_flows.operators.vishwa import VishwaRunFlowOperator
from tests.bench.cluster.terms import AT_ONCE, EMULATORS, FLOW, RUNS

with DAG("runs_flows", schedule=None, **AT_ONCE):
    VishwaRunFlowOperator.partial(
        task_id="run",
        flow_conn_id=f"emulator_{{{{ ti.map_index % {EMULATORS} }}}}",
        flow_id=FLOW,
        deferrable=True,
        defer_after=0,  # a run of 10 s is never over by then
    ).expand(inputs=[{"number": number} for number in range(RUNS)])
