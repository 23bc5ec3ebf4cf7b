"""The hook of the connection type `blinkops`."""

from __future__ import annotations

from airflow_provider_flows.hooks.flow import FlowHook


class BlinkOpsHook(FlowHook):
    """Starts, watches and cancels runs on BlinkOps; see `docs/platforms.md`."""

    conn_type = "blinkops"
    default_conn_name = "blinkops_default"
    hook_name = "BlinkOps"
