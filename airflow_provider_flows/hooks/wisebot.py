"""The hook of the connection type `wisebot`."""

from __future__ import annotations

from airflow_provider_flows.hooks.flow import FlowHook


class WisebotHook(FlowHook):
    """Starts, watches and cancels runs on Wisebot; see `docs/platforms.md`."""

    conn_type = "wisebot"
    default_conn_name = "wisebot_default"
    hook_name = "Wisebot"
