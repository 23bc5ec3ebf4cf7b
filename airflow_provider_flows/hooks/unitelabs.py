"""The hook of the connection type `unitelabs`."""

from __future__ import annotations

from airflow_provider_flows.hooks.flow import FlowHook


class UniteLabsHook(FlowHook):
    """Starts, watches and cancels runs on UniteLabs; see `docs/platforms.md`."""

    conn_type = "unitelabs"
    default_conn_name = "unitelabs_default"
    hook_name = "UniteLabs"
