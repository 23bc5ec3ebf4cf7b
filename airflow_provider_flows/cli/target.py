"""What `run` is to start: platform, variant and flow."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.specs import PlatformSpec


@dataclass(frozen=True, slots=True)
class Target:
    """A flow on a platform, and the platform's spec as the variant has it."""

    spec: PlatformSpec
    variant: str | None
    flow: str

    def __str__(self) -> str:
        variant = f".{self.variant}" if self.variant else ""
        return f"{self.spec.name}{variant}/{self.flow}"


def read_target(text: str) -> Target:
    """Read `platform[.variant]/flow`, as the key `run` of a step has it.

    Raises `CommandError` for another form, and `UsageError` for a platform or a variant that isn't there.
    """
    where, slash, flow = text.partition("/")
    platform, dot, variant = where.partition(".")
    if not slash or not flow or not platform or (dot and not variant):
        raise CommandError(f"the flow is named by platform/flow or platform.variant/flow, not by {text!r}")
    spec = specs.load(platform)
    return Target(spec.variant(variant or None), variant or None, flow)
