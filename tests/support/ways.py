"""One flow for each way to start a run on the emulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks.blinkops import BlinkOpsHook
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.hooks.scade import ScadeHook
from airflow_provider_flows.hooks.unitelabs import UniteLabsHook
from airflow_provider_flows.hooks.vishwa import VishwaHook
from airflow_provider_flows.hooks.wisebot import WisebotHook
from airflow_provider_flows.protocol.retry import RetryPolicy

ONCE = RetryPolicy(attempts=1)
HOOKS: Mapping[str, type[FlowHook]] = {
    "unitelabs": UniteLabsHook,
    "scade": ScadeHook,
    "blinkops": BlinkOpsHook,
    "wisebot": WisebotHook,
    "vishwa": VishwaHook,
}


@dataclass(frozen=True)
class Way:
    """A platform, and a variant of it where there are several."""

    platform: str
    variant: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    ends_at_once: bool = False

    def __str__(self) -> str:
        return f"{self.platform}-{self.variant or 'default'}"

    @property
    def conn_id(self) -> str:
        return f"{self.platform}_default"

    def hook(self, conn_id: str | None = None) -> FlowHook:
        """Return a hook that repeats nothing."""
        return HOOKS[self.platform](conn_id or self.conn_id, retry=ONCE)

    def add_flow(self, emulator: FlowEmulator, flow_id: str = "quick", **behaviour: Any) -> str:
        """Make a flow known that ends as soon as it is asked for."""
        emulator.flow(self.platform, flow_id, **{"duration": 0.0, "result": {"got": "$inputs"}, **behaviour})
        return flow_id

    def arguments(self) -> dict[str, Any]:
        """Return what a start takes besides flow and inputs."""
        return {"options": dict(self.options), "variant": self.variant}


WAYS = (
    Way("unitelabs"),
    Way("scade", options={"start_node_id": "s-start", "end_node_id": "e-end"}),
    Way("blinkops"),
    Way("blinkops", "sync", {"sync_timeout": 5}, ends_at_once=True),
    Way("wisebot", ends_at_once=True),
    Way("wisebot", "webhook", ends_at_once=True),
    Way("vishwa"),
)
