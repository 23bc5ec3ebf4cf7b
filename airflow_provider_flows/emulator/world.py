"""What the five platforms share while the emulator runs: knobs, flows, runs, tokens, uploads."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from airflow_provider_flows.emulator.config import EmulatorConfig, typed_behaviour
from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.runs import Run, share_slots
from airflow_provider_flows.emulator.wire import Json

_NAMESPACE = uuid.UUID("00000000-0000-4000-8000-000000000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Remembers one uploaded file by its size and digest."""

    id: str
    filename: str
    content_type: str
    size: int
    sha256: str
    temp: bool


@dataclass(slots=True)
class World:
    """Keeps the state of all platforms; time is always given, never asked for."""

    config: EmulatorConfig
    flows: dict[tuple[str, str], Flow] = field(init=False)
    runs: list[Run] = field(default_factory=list)
    callers: list[Run] = field(default_factory=list)  # runs whose callback was not handed out yet
    tokens: dict[str, float] = field(default_factory=dict, repr=False)  # access token: expires at
    uploads: list[Upload] = field(default_factory=list)
    started: int = 0  # never reset, so that no id is given twice
    _by_id: dict[tuple[str, str], Run] = field(default_factory=dict)
    _in_workspace: list[Run] = field(default_factory=list)  # BlinkOps' runs that wait or go on

    def __post_init__(self) -> None:
        """Open the catalogue."""
        self.flows = {(flow.platform, flow.flow_id): flow for flow in self.config.flows}

    def reset(self) -> None:
        """Forget everything that happened and every flow that was added."""
        for runs in (self.runs, self.callers, self._in_workspace):
            runs.clear()
        self._by_id.clear()
        self.tokens.clear()
        self.uploads.clear()
        self.flows = {(flow.platform, flow.flow_id): flow for flow in self.config.flows}

    def set_flow(self, platform: str, flow_id: str, **behaviour: Json) -> Flow:
        """Add a flow, or change how one behaves in the runs still to come."""
        flow_id = str(flow_id)
        known = self.flows.get((platform, flow_id))
        typed = typed_behaviour(behaviour)
        flow = replace(known, **typed) if known else Flow(platform=platform, flow_id=flow_id, **typed)
        self.flows[platform, flow_id] = flow
        return flow

    def flow(self, platform: str, flow_id: str) -> Flow | None:
        """Return a flow of the catalogue; any flow exists if the configuration says so."""
        known = self.flows.get((platform, flow_id))
        if known is None and self.config.accept_any_flow:
            return Flow(platform=platform, flow_id=flow_id)
        return known

    def runs_of(self, platform: str, flow_id: str | None = None) -> list[Run]:
        """Return a platform's runs, or those of one flow, oldest first."""
        return [
            run for run in self.runs if run.flow.platform == platform and flow_id in (None, run.flow.flow_id)
        ]

    def run(self, platform: str, run_id: str) -> Run | None:
        """Find a run by its id."""
        return self._by_id.get((platform, run_id))

    def start(self, flow: Flow, inputs: Mapping[str, Json], *, body: Json, now: float, name: str = "") -> Run:
        """Start a run: from here on it counts."""
        self.started += 1
        run = Run(
            id=_run_id(flow.platform, self.started),
            flow=flow,
            inputs=dict(inputs),
            body=body,
            name=name or f"{flow.flow_id} #{self.started}",
            number=self.started,
            started_at=now,
            begins_at=now + flow.queued_for,
        )
        self.runs.append(run)
        self._by_id[flow.platform, run.id] = run
        if flow.platform == "blinkops":
            self._admit(run, now)
        return run

    def share_blinkops_slots(self, now: float) -> None:
        """Let queued executions begin as far as the workspace has room for them."""
        self._in_workspace = [run for run in self._in_workspace if not run.is_over(now)]
        share_slots(self._in_workspace, self.config.blinkops_concurrency, now)

    def _admit(self, run: Run, now: float) -> None:
        """Queue an execution in its workspace."""
        run.begins_at = math.inf
        self._in_workspace.append(run)
        self.share_blinkops_slots(now)
        if run.body.get("callback", {}).get("url"):
            self.callers.append(run)


def _run_id(platform: str, number: int) -> str:
    """Make an id. Invented: its form, except for BlinkOps' UUID."""
    if platform == "scade":
        return str(900_000 + number)
    return str(uuid.uuid5(_NAMESPACE, f"{platform} {number}"))
