"""A platform with Python of its own, as `python:` names it in a test."""

from __future__ import annotations

from dataclasses import replace

from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.messages import Request
from airflow_provider_flows.protocol.runs import RunOrder


class Counting(SpecPlatform):
    """Says in a header how many inputs a start has: nothing that a spec can say."""

    def start_request(self, order: RunOrder) -> Request:
        """Return the spec's own request, with the header."""
        request = super().start_request(order)
        return replace(request, headers={**request.headers, "X-Inputs": str(len(order.inputs))})


NO_CLASS = 7
