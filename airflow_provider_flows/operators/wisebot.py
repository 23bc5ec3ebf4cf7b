"""The operator for Wisebot."""

from __future__ import annotations

from typing import Any

from airflow_provider_flows.operators.flow import RunFlowOperator


class WisebotRunFlowOperator(RunFlowOperator):
    """Start a run of a flow on Wisebot and see it through; https://www.wisebotai.com/docs/workflows/cli-and-sdk.

    Wisebot answers when the run is over, so the task holds its worker until then.

    All keywords are those of `RunFlowOperator`.

    :param flow_conn_id: id of a connection of type wisebot
    """

    conn_type = "wisebot"

    def __init__(
        self,
        *,
        flow_conn_id: str = "wisebot_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(flow_conn_id=flow_conn_id, **kwargs)
