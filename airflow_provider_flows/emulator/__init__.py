"""Emulates the five platforms on one port, for tests and demonstrations.

Written from the vendors' pages alone: nothing here imports Airflow or the provider's own platform code.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_flows.emulator.config import EmulatorConfig
    from airflow_provider_flows.emulator.connections import airflow_connections
    from airflow_provider_flows.emulator.core import EmulatorCore, WireAnswer, WireRequest
    from airflow_provider_flows.emulator.server import FlowEmulator

__all__ = [
    "EmulatorConfig",
    "EmulatorCore",
    "FlowEmulator",
    "WireAnswer",
    "WireRequest",
    "airflow_connections",
]

_HOMES = {
    "EmulatorConfig": "config",
    "EmulatorCore": "core",
    "FlowEmulator": "server",
    "WireAnswer": "wire",
    "WireRequest": "wire",
    "airflow_connections": "connections",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: the server needs aiohttp, the rest does not."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
