"""The operator for vishwa.ai."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.settings import joined


class VishwaRunFlowOperator(RunFlowOperator):
    """Start a run of a flow on vishwa.ai and see it through; https://vishwa.ai/docs/quickstart/automation-via-api.

    All other keywords are those of `RunFlowOperator`.

    :param override_config: values by node id
    :param temp: whether the platform deletes uploaded files soon
    :param flow_conn_id: id of a connection of type vishwa
    """

    conn_type = "vishwa"

    def __init__(
        self,
        *,
        override_config: Mapping[str, Any] | None = None,
        temp: bool | None = None,
        flow_conn_id: str = "vishwa_default",
        options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        given = joined(options, override_config=override_config, temp=temp)
        super().__init__(flow_conn_id=flow_conn_id, options=given, **kwargs)
