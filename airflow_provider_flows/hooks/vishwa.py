"""The hook of the connection type `vishwa`."""

from __future__ import annotations

from airflow_provider_flows.hooks.flow import FlowHook


class VishwaHook(FlowHook):
    """Starts, watches and cancels runs on vishwa.ai; see `docs/platforms.md`."""

    conn_type = "vishwa"
    default_conn_name = "vishwa_default"
    hook_name = "vishwa.ai"
