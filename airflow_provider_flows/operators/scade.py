"""The operator for Scade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.settings import joined


class ScadeRunFlowOperator(RunFlowOperator):
    """Start a run of a flow on Scade and see it through; https://scade.gitbook.io/scade-knowledge-base/publish/run-flows-via-api.

    All other keywords are those of `RunFlowOperator`.

    :param start_node_id: the node to run first, such as `SYnn-start`
    :param end_node_id: the node to run last
    :param result_node_id: the node whose result is returned; by default the end node
    :param flow_conn_id: id of a connection of type scade
    """

    conn_type = "scade"

    def __init__(
        self,
        *,
        start_node_id: str,
        end_node_id: str,
        result_node_id: str | None = None,
        flow_conn_id: str = "scade_default",
        options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        given = joined(
            options,
            start_node_id=start_node_id,
            end_node_id=end_node_id,
            result_node_id=result_node_id,
        )
        super().__init__(flow_conn_id=flow_conn_id, options=given, **kwargs)
