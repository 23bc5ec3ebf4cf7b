"""Scade: start and end nodes, and one flow's result as the next one's input."""

from __future__ import annotations

from airflow.sdk import dag

from airflow_provider_flows.operators.scade import ScadeRunFlowOperator


@dag(schedule=None, catchup=False, tags=["flows", "scade"], default_args={"deferrable": True})
def flows_scade() -> None:
    """### Flows on Scade.

    * `transcribe` returns one part of the result, picked by `result_path`.
    * `summarise` takes that part as its input, through XCom.
    * `render` takes 15 seconds and waits in the triggerer.

    Node ids stand in the code that Scade's Publish dialog shows. The inputs go into the start node.
    """
    transcribe = ScadeRunFlowOperator(
        task_id="transcribe",
        flow_id="41785",
        start_node_id="SYnn-start",
        end_node_id="y5iI-end",
        inputs={"audio_url": "https://files.example.com/talk.mp3"},
        result_path="Rewriting",
    )
    ScadeRunFlowOperator(
        task_id="summarise",
        flow_id="41786",
        start_node_id="axi1-start",
        end_node_id="AQ6K-end",
        inputs={"text": transcribe.output},
    )
    ScadeRunFlowOperator(
        task_id="render",
        flow_id="slow",
        start_node_id="axi1-start",
        end_node_id="AQ6K-end",
        inputs={"image_url": "https://files.example.com/plate.png"},
    )


flows_scade()
