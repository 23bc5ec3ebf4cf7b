"""Starts that are lost on an emulated platform, and looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from airflow_provider_flows.emulator import EmulatorConfig
from airflow_provider_flows.protocol.candidates import CLOCK_SLACK, Candidate, Quest
from airflow_provider_flows.protocol.errors import ResponseLostError
from airflow_provider_flows.protocol.runs import RunOrder
from tests.link import DROPPED, Link

RUNS = {"runs_path": "/workflows/${flow}/runs"}
SEARCHED = ("blinkops", "unitelabs")
LATER = CLOCK_SLACK * 2  # too far apart to be the same run


@dataclass
class Hunt:
    """One platform with a flow, on which starts are lost and looked for."""

    platform: str
    config: EmulatorConfig = field(default_factory=EmulatorConfig)
    extra: Mapping[str, Any] = field(default_factory=dict)
    variant: str | None = None

    def __post_init__(self) -> None:
        self.link = Link(self.config)
        extra = {**RUNS, **self.extra} if self.platform == "unitelabs" else self.extra
        self.api = self.link.api(self.platform, self.variant, extra=extra)
        self.flow(duration=30.0)

    def flow(self, flow_id: str = "f", **behaviour: Any) -> None:
        self.link.core.flow(self.platform, flow_id, **behaviour)

    def order(
        self, inputs: Mapping[str, Any], *, number: int = 1, flow_id: str = "f", **options: Any
    ) -> RunOrder:
        """Return what an attempt asks for; its number makes its key."""
        return RunOrder(flow_id, inputs, options, {"key": f"dag.task.run.-1.{number}"})

    def start(self, inputs: Mapping[str, Any], **how: Any) -> str:
        """Start a run, as other tasks and people do, and return its id."""
        return self.link.run(self.api.start(self.order(inputs, **how))).handle.run_id

    def lose(self, order: RunOrder, trouble: str = DROPPED, **more: Any) -> Quest:
        """Start a run whose answer is lost, or that never arrives, and return the quest for it."""
        self.link.run(self.api.sign_in())
        since = self.link.clock()
        self.link.script.append(trouble)
        with pytest.raises(ResponseLostError):
            self.link.run(self.api.start(order))
        return Quest(order, since, self.link.clock(), **more)

    def find(self, quest: Quest) -> list[Candidate]:
        """Look for it, in both of the worlds, which must find the same."""
        found = self.link.run(self.api.find(quest))
        assert self.link.arun(self.api.find(quest)) == found
        return found

    def ids(self, quest: Quest) -> list[str]:
        return [each.run.handle.run_id for each in self.find(quest)]

    @property
    def last(self) -> str:
        """Return the id of the run that was begun last."""
        return self.link.core.runs()[-1].id

    @property
    def searches(self) -> int:
        return [request.purpose for request in self.link.sent].count("search")
