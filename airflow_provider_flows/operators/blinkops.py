"""The operator for BlinkOps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.settings import joined


class BlinkOpsRunFlowOperator(RunFlowOperator):
    """Start a run of a flow on BlinkOps and see it through; https://docs.blinkops.com/docs/api.

    All other keywords are those of `RunFlowOperator`.

    :param workspace: the workspace's id; by default the connection's
    :param event: data of an event-based flow
    :param runner: the runner group
    :param past_exec_ref: id of the run that is run again
    :param trigger_type: the type of the flow's trigger
    :param callback: the request that BlinkOps makes when the run is over; the values of its headers, cookies
        and URL query are hidden
    :param sync_timeout: with `variant="sync"`: seconds for which BlinkOps holds the request
    :param flow_conn_id: id of a connection of type blinkops
    """

    conn_type = "blinkops"

    def __init__(
        self,
        *,
        workspace: str | None = None,
        event: Mapping[str, Any] | None = None,
        runner: str | None = None,
        past_exec_ref: str | None = None,
        trigger_type: str | None = None,
        callback: Mapping[str, Any] | None = None,
        sync_timeout: int | None = None,
        flow_conn_id: str = "blinkops_default",
        options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        given = joined(
            options,
            workspace=workspace,
            event=event,
            runner=runner,
            past_exec_ref=past_exec_ref,
            trigger_type=trigger_type,
            callback=callback,
            sync_timeout=sync_timeout,
        )
        super().__init__(flow_conn_id=flow_conn_id, options=given, **kwargs)
