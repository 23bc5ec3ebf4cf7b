"""vishwa.ai: upload a file for a flow, set a node's value, and wait for a long run."""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import dag

from airflow_provider_flows.operators.vishwa import VishwaRunFlowOperator

REPORT = Path(__file__).with_name("report.txt")


@dag(schedule=None, catchup=False, tags=["flows", "vishwa"], default_args={"deferrable": True})
def flows_vishwa() -> None:
    """### Flows on vishwa.ai.

    * `classify` uploads a file first and gives the flow what stands for it as the input `document`. An
      `s3://` or `gs://` address works in its place.
    * `summarise` overrides the value of one node, and its inputs must keep a JSON Schema.
    * `evaluate` takes 15 seconds and waits in the triggerer.

    No result of a run is public, so the tasks return the run's status.
    """
    VishwaRunFlowOperator(
        task_id="classify",
        flow_id="classify-document",
        files={"document": str(REPORT)},
        temp=True,
    )
    VishwaRunFlowOperator(
        task_id="summarise",
        flow_id="summarise-report",
        inputs={"text": "All went well.", "language": "en"},
        input_schema={"required": ["text"], "properties": {"language": {"enum": ["de", "en"]}}},
        override_config={"llm_1": {"temperature": 0.2}},
    )
    VishwaRunFlowOperator(task_id="evaluate", flow_id="slow", inputs={"answers": 20})


flows_vishwa()
