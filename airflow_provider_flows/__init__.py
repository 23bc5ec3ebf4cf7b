"""Runs flows of hosted platforms from Apache Airflow."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "get_provider_info"]


def get_provider_info() -> dict[str, Any]:
    """Return what Airflow asks of a provider; never raises: that would break every `airflow` command."""
    from airflow_provider_flows.provider_info import provider_info

    return provider_info()
