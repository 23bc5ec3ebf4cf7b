"""A conversation with one emulated platform, for tests that hold several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_flows.emulator import EmulatorConfig
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState
from airflow_provider_flows.protocol.waiting import Wait
from tests.link import Link

NODES = {"start_node_id": "in", "end_node_id": "out"}


@dataclass
class Talk:
    """One platform at one emulator, and what was reported while waiting."""

    platform: str
    variant: str | None = None
    config: EmulatorConfig = field(default_factory=EmulatorConfig)
    extra: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    reported: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.link = Link(self.config)
        self.api: FlowApi = self.link.api(self.platform, self.variant, extra=self.extra, **self.fields)

    def flow(self, **behaviour: Any) -> Talk:
        self.link.core.flow(self.platform, "f", **behaviour)
        return self

    def start(self, inputs: Mapping[str, Any] | None = None, **options: Any) -> Run:
        nodes = NODES if self.platform == "scade" else {}
        order = RunOrder("f", inputs or {}, {**nodes, **options}, {"key": "k"})
        return self.link.run(self.api.start(order))

    def wait(self, handle: RunHandle, *, seconds: float = 3600, poll_interval: float = 5.0) -> Run:
        until = self.link.clock() + seconds
        wish = Wait(
            poll_interval=poll_interval,
            max_poll_interval=poll_interval,
            until=until,
            report=self.reported.append,
        )
        return self.link.run(self.api.wait(handle, wish))

    def through(self, inputs: Mapping[str, Any] | None = None, **options: Any) -> tuple[Run, Any]:
        """Start a run, wait for its end, and return it with its result."""
        run = self.start(inputs, **options)
        if not run.state.is_terminal:
            run = self.wait(run.handle)
        return run, self.link.run(self.api.result(run)) if run.state is RunState.SUCCESS else None

    @property
    def asked(self) -> list[str]:
        return [request.purpose for request in self.link.sent]


POLLED = ("unitelabs", "scade", "blinkops", "vishwa")
ALL = (*((name, None) for name in POLLED), ("blinkops", "sync"), ("wisebot", None), ("wisebot", "webhook"))
