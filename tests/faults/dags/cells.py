"""The DAGs of the fault bench: one task each; a DAG run is one cell, and its conf says which flow it runs."""

from __future__ import annotations

import inspect
import os
from typing import Any

from airflow.sdk import DAG

from airflow_provider_flows.operators.flow import RunFlowOperator
from tests.faults.peers_pace import POLL_SECONDS, RETRIES, RETRY_DELAY
from tests.faults.settings import DEADLINE, END_FROM_TRIGGER, STORM_RETRIES

OPTIONS: dict[str, dict[str, Any]] = {
    "scade": {"start_node_id": "start", "end_node_id": "end"},
    # A secret among the options, which must be seen nowhere; the call finds nothing there.
    "blinkops": {
        "callback": {
            "url": "{{ conn.callback.host }}/over",
            "method": "POST",
            "headers": {"X-Callback-Key": "{{ conn.callback.password }}"},
        }
    },
}
MARKER = "{{ var.value.get(dag_run.conf['marker'], 'first') if dag_run.conf.get('marker') else 'first' }}"
END: str | bool = {"true": True, "false": False}.get(os.environ.get(END_FROM_TRIGGER, ""), "auto")
KNOWN = inspect.signature(RunFlowOperator.__init__).parameters


def cell_dag(dag_id: str, platform: str, *, deferrable: bool, retries: int = RETRIES, **keywords: Any) -> DAG:
    """Make the DAG of one kind of cell."""
    with DAG(dag_id, schedule=None, catchup=False, max_active_runs=1000, max_active_tasks=1000) as dag:
        RunFlowOperator(
            task_id="run",
            flow_conn_id="{{ dag_run.conf['conn'] }}",
            flow_id="{{ dag_run.conf['flow'] }}",
            inputs={"cell": "{{ run_id }}", "marker": MARKER},
            options=OPTIONS.get(platform),
            deferrable=deferrable,
            end_from_trigger=END,
            poll_interval=POLL_SECONDS,
            max_poll_interval=POLL_SECONDS,
            retries=retries,
            retry_delay=RETRY_DELAY,
            **keywords,
        )
    return dag


for each in ("scade", "blinkops", "unitelabs", "vishwa", "wisebot"):
    for mode in ("wait", "defer"):
        name = f"cell_{each}_{mode}"
        globals()[name] = cell_dag(name, each, deferrable=mode == "defer")
        name = f"storm_{each}_{mode}"
        globals()[name] = cell_dag(name, each, deferrable=mode == "defer", retries=STORM_RETRIES)
        name = f"deadline_{each}_{mode}"
        globals()[name] = cell_dag(name, each, deferrable=mode == "defer", retries=1, timeout=DEADLINE)

if "on_ambiguous_start" in KNOWN:
    for mode in ("wait", "defer"):
        name = f"search_blinkops_{mode}"
        globals()[name] = cell_dag(
            name,
            "blinkops",
            deferrable=mode == "defer",
            on_ambiguous_start="search",
            correlation_input="cell",
        )
