"""One person's talk with a platform: it remembers what was asked last, and shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from airflow_provider_flows.cli.progress import Progress
from airflow_provider_flows.cli.steps import seen
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.messages import Exchange, Request, Sleep, Step
from airflow_provider_flows.protocol.runs import Run

T = TypeVar("T")
_DOING: Mapping[str, str] = MappingProxyType(
    {
        "token": "signing in",
        "upload": "uploading a file",
        "start": "waiting for the start's answer",
        "result": "reading the result",
        "cancel": "cancelling the run",
        "search": "looking for the run",
    }
)


class Transport(Protocol):
    """What performs conversations, such as `SyncTransport`."""

    def run(self, exchange: Exchange[Any]) -> Any:
        """Perform a conversation and return what it learned."""
        ...


@dataclass(slots=True)
class Talk:
    """Performs conversations with a platform on one connection.

    :param run: the run that it is about, as it was heard last, once there is one
    :param awaits_start: whether a start was sent, and nothing has come after it
    """

    api: FlowApi
    platform: SpecPlatform
    transport: Transport
    progress: Progress
    run: Run | None = None
    awaits_start: bool = field(default=False, init=False)

    def perform(self, exchange: Exchange[T]) -> T:
        """Perform a conversation and return what it learned."""
        learned: T = self.transport.run(seen(exchange, self._see))
        return learned

    def report(self, run: Run) -> None:
        """Tell how the run stands."""
        self.run = run
        message = f": {run.message}" if run.message else ""
        self.progress.say(f"{_standing(run)}{message}")

    def _see(self, step: Step) -> None:
        purpose = step.purpose if isinstance(step, Request) else ""
        self.awaits_start = purpose == "start"
        if purpose in _DOING:
            self.progress.show(_DOING[purpose])
        elif self.run is not None:
            self.progress.show(_standing(self.run))
        elif isinstance(step, Sleep):
            title = self.platform.title
            self.progress.say(f"{title} did not take the request; it is sent again in {step.seconds:.0f} s")


def _standing(run: Run) -> str:
    return run.state.value + (f" ({run.raw_state})" if run.raw_state else "")
