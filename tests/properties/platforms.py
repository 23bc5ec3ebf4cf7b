"""The emulated platforms of all lives."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.retry import RetryPolicy
from tests.link import BEGINNING, Link
from tests.properties.setting import FLOW, Way

RETRY = RetryPolicy(attempts=3, longest_delay=5.0, longest_retry_after=60.0, jitter=lambda: 0.5)


class Platforms:
    """The emulated platforms, made once: a life leaves nothing behind in them."""

    def __init__(self) -> None:
        self.link = Link()
        self._apis: dict[str, dict[str | None, FlowApi]] = {}
        config = self.link.config
        self.secrets = {
            "scade": frozenset({config.scade_key}),
            "blinkops": frozenset({config.blinkops_key}),
            "wisebot": frozenset({config.wisebot_key, config.wisebot_webhook_secret}),
        }

    def reset(self, way: Way) -> None:
        """Make the flow anew, on platforms that know nothing."""
        self.link.clock.now = BEGINNING
        self.link.core.reset()
        self.link.core._faults.clear()
        spilled = f"the vault refused {', '.join(sorted(self.secrets[way.platform]))}"
        self.link.core.flow(way.platform, FLOW, duration=30.0, error=spilled)

    def apis(self, way: Way) -> Mapping[str | None, FlowApi]:
        """Return the conversations of a platform, by variant."""
        known = self._apis.setdefault(way.platform, {})
        for variant in {None, way.variant} - known.keys():
            extra = {"failed_states": ["4"], "cancelled_states": ["5"]} if way.platform == "scade" else {}
            known[variant] = self.link.api(way.platform, variant, retry=RETRY, extra=extra)
        return known
