"""What a step runs: `platform[.variant]/flow`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.given import Given
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.addresses import checked_id
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.protocol.errors import FlowIdError, UsageError


@dataclass(frozen=True, slots=True)
class Run:
    """What a step runs.

    :param spec: the platform's, in the variant; None where there is no such platform or variant
    """

    platform: str
    variant: str | None
    flow: str
    spec: PlatformSpec | None

    @classmethod
    def read(cls, text: str) -> Run:
        """Read `platform[.variant]/flow`."""
        head, _, flow = text.partition("/")
        platform, _, variant = head.partition(".")
        return cls(platform, variant or None, flow, spec_of(platform, variant or None))


@lru_cache(maxsize=256)
def spec_of(platform: str, variant: str | None = None) -> PlatformSpec | None:
    """Return the spec of a platform in a variant, None where there is none."""
    try:
        return specs.load(platform).variant(variant)
    except UsageError:
        return None


def unknown_platform(given: Given, name: str, *, key: bool = False) -> Diagnostic:
    """Return the error about a platform that nobody knows."""
    known = specs.names()
    message = guessed(f"no platform is called `{name}`", name, known)
    return given.found("unknown-platform", message, f"installed: {listed(known)}", key=key)


def problems(given: Given, run: Run) -> Iterator[Diagnostic]:
    """Yield what is wrong with what a step runs."""
    plain = spec_of(run.platform)
    if plain is None:
        yield unknown_platform(given, run.platform)
    elif run.spec is None:
        message = guessed(f"{plain.title} has no variant `{run.variant}`", run.variant or "", plain.variants)
        note = f"variants: {listed(plain.variants)}" if plain.variants else f"write `run: {plain.name}/…`"
        yield given.found("unknown-variant", message, note)
    if "${" in run.flow or "{{" in run.flow or "{%" in run.flow:
        return
    try:
        checked_id(run.flow, f"the flow ({plain.flow})" if plain is not None else "the flow")
    except FlowIdError as error:
        yield given.found("bad-value", str(error))
