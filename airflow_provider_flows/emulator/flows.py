"""What the emulated platforms can run, and how each flow behaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from airflow_provider_flows.emulator.checks import check_kind, check_one_of
from airflow_provider_flows.emulator.wire import Json

PLATFORMS = ("unitelabs", "scade", "blinkops", "wisebot", "vishwa")

OUTCOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "unitelabs": ("success", "failed", "crashed", "cancelled", "paused_then_success", "never_ends"),
        "scade": ("success", "failed", "cancelled", "never_ends"),
        "blinkops": (
            "success", "failed", "cancelled", "skipped", "timed_out", "paused_then_success", "never_ends",
        ),
        "wisebot": ("success", "failed", "never_ends"),
        "vishwa": (
            "success", "failed", "cancelled", "skipped", "timed_out", "paused_then_success", "never_ends",
        ),
    }
)  # fmt: skip
"""The endings each platform can have. A word no platform is known for can be sent with ``state_word``."""

KNOBS_OF_ONE_PLATFORM: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "enabled": ("unitelabs", "blinkops"),
        "listed_after": ("unitelabs", "blinkops"),
        "start_nodes": ("scade",),
        "end_nodes": ("scade",),
        "wrap_result": ("scade",),
        "state_absent": ("scade",),
        "absent_or_null": ("scade", "wisebot"),
        "webhook_enabled": ("wisebot",),
        "webhook_secret": ("wisebot",),
        "webhook_waits": ("wisebot",),
        "ip_allowed": ("wisebot",),
    }
)

_REFERENCE = re.compile(r"\$inputs\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Describes one flow of a platform and how its runs behave. All times are in seconds.

    Raises ``ValueError`` for a behaviour the platform cannot show.
    """

    platform: str
    flow_id: str
    name: str = ""
    description: str = ""
    duration: float = 1.0
    queued_for: float = 0.0
    outcome: str = "success"
    result: Json = field(default_factory=lambda: {"echo": "$inputs"})
    error: str = "the emulated flow was told to fail"
    state_word: Json = None
    state_word_at: str = "running"  # or "end"
    early_404: int = 0  # so many first status requests of a run are answered 404
    listed_after: float = 0.0  # a listing does not show a run before
    input_schema: Mapping[str, Json] | None = None
    enabled: bool = True
    start_nodes: tuple[str, ...] = ()  # none named: any node id is taken
    end_nodes: tuple[str, ...] = ()
    wrap_result: bool = False
    state_absent: bool = False
    absent_or_null: str = "absent"  # how a field without a value is sent
    webhook_enabled: bool = True
    webhook_secret: str = field(default="", repr=False)  # empty: the configuration's secret
    webhook_waits: bool = True
    ip_allowed: bool = True

    def __post_init__(self) -> None:
        """Refuse what the platform cannot do, so that a test never proves an impossible thing."""
        for knob in fields(self):
            check_kind(knob.name, getattr(self, knob.name), knob.default)
        check_one_of("platform", self.platform, PLATFORMS)
        check_one_of(f"outcome of a {self.platform} flow", self.outcome, OUTCOMES[self.platform])
        check_one_of("state_word_at", self.state_word_at, ("running", "end"))
        check_one_of("absent_or_null", self.absent_or_null, ("absent", "null"))
        check_kind("flow_id", self.flow_id, default="")
        if not self.flow_id:
            raise ValueError("flow_id must not be empty")
        self._refuse_foreign_knobs()

    def _refuse_foreign_knobs(self) -> None:
        for knob in fields(self):
            owners = KNOBS_OF_ONE_PLATFORM.get(knob.name, PLATFORMS)
            if self.platform not in owners and getattr(self, knob.name) != knob.default:
                raise ValueError(f"{knob.name} is a knob of {' and '.join(owners)}, not of {self.platform}")

    def result_for(self, inputs: Mapping[str, Json]) -> Json:
        """Return the result of a run, with the inputs put where the template names them."""
        return fill(self.result, inputs)


def fill(template: Json, inputs: Mapping[str, Json]) -> Json:
    """Replace ``$inputs`` and ``$inputs.NAME`` in a template; a text that is only that keeps its type."""
    if isinstance(template, Mapping):
        return {key: fill(value, inputs) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [fill(value, inputs) for value in template]
    if not isinstance(template, str):
        return template
    if template == "$inputs":
        return dict(inputs)
    if whole := _REFERENCE.fullmatch(template):
        return inputs.get(whole[1])
    return _REFERENCE.sub(lambda found: str(inputs.get(found[1], "")), template)
