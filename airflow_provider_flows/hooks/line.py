"""A connection made ready to talk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from airflow_provider_flows.hooks.hatch import make_platform
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.fields import unknown_name
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.protocol.api import FlowApi, nothing_newer
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.transports.options import TransportOptions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process does to one connection at most."""

    per_second: float  # requests; 0 for any number
    in_flight: int  # requests
    fresh_for: float  # seconds


@dataclass(slots=True)
class Line:
    """One connection in all its variants; each is read and checked when it is first used."""

    raw: RawConnection
    retry: RetryPolicy
    _platforms: dict[str | None, SpecPlatform] = field(default_factory=dict, repr=False)

    def platform(self, variant: str | None = None) -> SpecPlatform:
        """Return the platform in one variant; raises `UsageError` for a wrong connection or variant."""
        if variant not in self._platforms:
            spec = specs.load(self.raw.conn_type)
            platform = make_platform(spec, self.raw, variant, self.retry)
            if not self._platforms:
                _warn_of_unknown_extras(self.raw, spec)
            self._platforms[variant] = platform
        return self._platforms[variant]

    def api(
        self,
        variant: str | None = None,
        retry: RetryPolicy | None = None,
        newer: Callable[[], FlowApi | None] = nothing_newer,
    ) -> FlowApi:
        """Return everything that can be said in one variant; the arguments are those of `FlowApi`."""
        return FlowApi(
            platform=self.platform(variant), clock=time.time, retry=retry or self.retry, newer=newer
        )

    @property
    def variants(self) -> tuple[str | None, ...]:
        """The variants that were used so far."""
        return tuple(self._platforms)

    def options(self, variant: str | None = None) -> TransportOptions:
        """Return how to reach the platform."""
        settings = self.platform(variant).settings
        return TransportOptions.from_settings(settings.conn_id, settings.public, settings.secret)

    def limits(self, variant: str | None = None) -> Limits:
        """Return how often the platform may be asked, and for how long this line is fresh."""
        public = self.platform(variant).settings.public
        return Limits(
            per_second=float(public["max_requests_per_second"]),
            in_flight=public["max_requests_in_flight"],
            fresh_for=float(public["connection_cache_seconds"]),
        )


def _warn_of_unknown_extras(raw: RawConnection, spec: PlatformSpec) -> None:
    for name in sorted(set(raw.extra) - set(spec.standard) - set(spec.extra)):
        log.warning("connection %r: %s; it is ignored", raw.conn_id, unknown_name(name, spec.extra, "extra"))
