"""The hook of the connection type `scade`."""

from __future__ import annotations

from airflow_provider_flows.hooks.flow import FlowHook


class ScadeHook(FlowHook):
    """Starts, watches and cancels runs on Scade; see `docs/platforms.md`."""

    conn_type = "scade"
    default_conn_name = "scade_default"
    hook_name = "Scade"
