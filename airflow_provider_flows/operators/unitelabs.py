"""The operator for UniteLabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.settings import joined


class UniteLabsRunFlowOperator(RunFlowOperator):
    """Start a run of a flow on UniteLabs and see it through; https://docs.unitelabs.io/unitelabs-platform/guides/how-to-trigger-flow-via-api.

    All other keywords are those of `RunFlowOperator`.

    :param name: what the run is called on the platform; by default unique to the attempt
    :param flow_conn_id: id of a connection of type unitelabs
    """

    conn_type = "unitelabs"

    def __init__(
        self,
        *,
        name: str | None = None,
        flow_conn_id: str = "unitelabs_default",
        options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        given = joined(options, name=name)
        super().__init__(flow_conn_id=flow_conn_id, options=given, **kwargs)
