"""Wisebot: the dashboard API and the webhook, two ways in with two credentials."""

from __future__ import annotations

from airflow.sdk import dag

from airflow_provider_flows.operators.wisebot import WisebotRunFlowOperator


@dag(schedule=None, catchup=False, tags=["flows", "wisebot"])
def flows_wisebot() -> None:
    """### Flows on Wisebot.

    * `triage_ticket` uses the dashboard API, with the API key.
    * `report` uses the variant `webhook`, with the webhook secret: another host, another credential.

    Wisebot answers when a run is over, so these tasks hold a worker and are never deferred. Do not give them
    `retries` unless the flow may run twice.
    """
    triage_ticket = WisebotRunFlowOperator(
        task_id="triage_ticket",
        flow_id="triage-ticket",
        inputs={"ticketId": "T-1", "message": "The plate reader does not start"},
    )
    report = WisebotRunFlowOperator(
        task_id="report",
        flow_id="daily-report",
        variant="webhook",
        inputs={"date": "{{ dag_run.run_after | ds }}"},
        result_path="report",
    )

    triage_ticket >> report


flows_wisebot()
