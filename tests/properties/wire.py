"""The way from an attempt to its platform: real conversations, through a network that may fail."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.candidates import Candidate, Quest
from airflow_provider_flows.protocol.errors import NotSentError, TransportError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, Step
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder
from airflow_provider_flows.protocol.waiting import Wait
from airflow_provider_flows.transports.driver import drive
from tests.link import Link
from tests.properties.history import Event, History
from tests.properties.process import Process
from tests.properties.simulated_airflow import SimulatedAirflow, Turn

T = TypeVar("T")


@dataclass
class Network:
    """What the network does to the next requests of a purpose; then it behaves."""

    troubles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def next_for(self, purpose: str) -> list[str | None]:
        """Return the trouble of the next request, in the form that a `Link` takes."""
        waiting = self.troubles[purpose]
        return [waiting.pop(0)] if waiting else []


@dataclass
class Wire:
    """Performs the steps of one attempt's conversations, and stands still before and after each."""

    link: Link
    network: Network
    process: Process
    airflow: SimulatedAirflow
    turn: Turn
    history: History

    def perform(self, step: Step) -> Response | None:
        """Do what a transport does."""
        if isinstance(step, Sleep):
            self.process.sleep(step.seconds)
            return None
        self.process.stand(step.purpose)
        self.link.script[:] = self.network.next_for(step.purpose)
        sent = self._note_start(step)
        try:
            answer = self.link.perform(step)
        except TransportError as error:
            self._note_effect(sent, is_turned_away=isinstance(error, NotSentError))
            self.process.stand(f"{step.purpose}!")
            raise
        finally:
            self.link.sent.clear()
            self.link.told.clear()
        assert answer is not None, "a request has an answer"
        self._note_effect(sent, is_turned_away=_turns_away(answer))
        self.process.stand(f"{step.purpose}!")
        return answer

    def _note_start(self, request: Request) -> dict[str, Any] | None:
        """Note that a start is on its way, and how the runs stand that were started before."""
        if request.purpose != "start":
            return None
        facts: dict[str, Any] = {"run_id": None, "known": len(self.link.core.runs())}
        facts["is_current"] = self.airflow.is_current(self.turn)
        facts["states"] = {run.id: run.state for run in self.link.core.runs()}
        self.history.append(Event("sent", self.turn.attempt_id, self.turn.wish, self.link.clock.now, facts))
        return facts

    def _note_effect(self, facts: dict[str, Any] | None, *, is_turned_away: bool) -> None:
        """Note the run that a start has begun, and whether the platform said that there is none."""
        if facts is None:
            return
        for run in self.link.core.runs()[facts["known"] :]:
            facts["run_id"] = run.id
        facts["is_turned_away"] = is_turned_away


@dataclass
class SimulatedHook:
    """What `TaskRemote` asks of a `FlowHook`, over the wire of one attempt."""

    apis: Mapping[str | None, FlowApi]
    wire: Wire
    flow_conn_id: str = "platform_default"

    def platform(self, variant: str | None = None) -> SpecPlatform:
        platform = self.apis[variant].platform
        assert isinstance(platform, SpecPlatform), "links speak to platforms of specs"
        return platform

    def note(self, what: str, **facts: Any) -> None:
        """Put something into the history."""
        turn = self.wire.turn
        self.wire.history.append(Event(what, turn.attempt_id, turn.wish, self.wire.link.clock.now, facts))

    def prepare_run(
        self,
        flow_id: str,
        inputs: Mapping[str, Any],
        *,
        options: Mapping[str, Any],
        variant: str | None,
        files: Mapping[str, Any] | None,
        task: Mapping[str, Any],
    ) -> RunOrder:
        order = RunOrder(flow_id, inputs, options, task)
        return self._run(variant, lambda api: api.prepare(order))

    def start_prepared_run(self, order: RunOrder, *, variant: str | None = None) -> Run:
        self.note("starting")
        return self._run(variant, lambda api: api.start_prepared(order))

    def get_run(self, handle: RunHandle, *, until: float = math.inf) -> Run:
        return self._run(handle.variant, lambda api: api.get(handle, until))

    def get_result(self, run: Run) -> Any:
        return self._run(run.handle.variant, lambda api: api.result(run))

    def find_runs(self, quest: Quest, variant: str | None = None) -> list[Candidate]:
        return self._run(variant, lambda api: api.find(quest))

    def cancel_run(self, handle: RunHandle) -> bool:
        return self._run(handle.variant, lambda api: api.cancel(handle))

    def wait_for_run(self, handle: RunHandle, wait: Wait) -> Run:
        return self._run(handle.variant, lambda api: api.wait(handle, wait))

    def _run(self, variant: str | None, say: Callable[[FlowApi], Exchange[T]]) -> T:
        return drive(say(self.apis[variant]), self.wire.perform)


def _turns_away(answer: Response) -> bool:
    """Tell whether an answer says that nothing was started, by the rules that the documents promise."""
    if answer.status == 503:
        return "retry-after" in answer.headers
    return 300 <= answer.status < 500 and answer.status not in (408, 425)
