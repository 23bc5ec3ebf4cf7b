"""BlinkOps: an answer at once, a call-back with a secret, and a long run."""

from __future__ import annotations

from airflow.sdk import dag

from airflow_provider_flows.operators.blinkops import BlinkOpsRunFlowOperator


@dag(schedule=None, catchup=False, tags=["flows", "blinkops"], default_args={"deferrable": True})
def flows_blinkops() -> None:
    """### Flows on BlinkOps.

    * `enrich_alert` uses the variant `sync`: BlinkOps holds the request and answers with the outputs.
    * `contain_host` is mapped over two hosts and asks BlinkOps to call back when a run is over. The token of
      the call-back is the Airflow variable `soc_hook_token`: it stands neither here nor in Airflow's pages.
    * `hunt` takes 15 seconds and waits in the triggerer.
    """
    enrich_alert = BlinkOpsRunFlowOperator(
        task_id="enrich_alert",
        flow_id="enrich-alert",
        variant="sync",
        sync_timeout=30,
        inputs={"alert_id": "AL-17", "host": "web-1"},
        result_path="verdict",
    )
    contain_host = BlinkOpsRunFlowOperator.partial(
        task_id="contain_host",
        flow_id="contain-host",
        callback={
            "url": "https://soc.example.com/hooks/blinkops",
            "method": "POST",
            "headers": {"Authorization": "Bearer {{ var.value.get('soc_hook_token', 'not-set') }}"},
            "body": {"dag_run": "{{ run_id }}"},
        },
    ).expand(inputs=[{"host": "web-1"}, {"host": "web-2"}])
    BlinkOpsRunFlowOperator(task_id="hunt", flow_id="slow", inputs={"indicator": "198.51.100.7"})

    enrich_alert >> contain_host


flows_blinkops()
