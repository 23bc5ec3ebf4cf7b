"""A session in simulated time, with a person who may press Ctrl-C at any request."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.progress import Progress
from airflow_provider_flows.cli.session import Session, Wish
from airflow_provider_flows.cli.talk import Talk
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Step
from airflow_provider_flows.protocol.runs import RunOrder
from airflow_provider_flows.transports.driver import drive
from tests.link import Link

TASK = {"key": "by-hand"}


@dataclass
class Scene:
    """A platform of the emulator's, and when Ctrl-C is pressed.

    :param interrupts: purposes of requests at which Ctrl-C is pressed instead, or `sleep`; each once
    :param late: whether the request is performed before Ctrl-C is pressed
    """

    platform: str
    variant: str | None = None
    extra: Mapping[str, Any] | None = None
    interrupts: list[str] = field(default_factory=list)
    late: bool = False
    link: Link = field(default_factory=Link)

    def __post_init__(self) -> None:
        self.stream = io.StringIO()
        self.flow = f"{self.platform}-flow"

    def behaves(self, **behaviour: Any) -> Scene:
        """Say how the flow behaves."""
        self.link.core.flow(self.platform, self.flow, **behaviour)
        return self

    def run(self, exchange: Exchange[Any]) -> Any:
        """Perform a conversation, as a transport does."""
        return drive(exchange, self._perform)

    def see_through(self, **wish: Any) -> Any:
        """Return what the session returns."""
        api = self.link.api(self.platform, self.variant, extra=self.extra)
        assert isinstance(api.platform, SpecPlatform)
        progress = Progress(self.stream, self.link.clock, {})
        talk = Talk(api, api.platform, self, progress)
        order = RunOrder(self.flow, {"a": 1}, wish.pop("options", {}), TASK)
        known: dict[str, Any] = {"files": {}, "timeout": 60.0, "poll_interval": 2.0, "is_awaited": True}
        return Session(talk, Wish(order=order, **{**known, **wish}), self.link.clock).see_through()

    def ends(self, **wish: Any) -> tuple[int, str]:
        """Return the code and the text of a session that does not end well."""
        try:
            found = self.see_through(**wish)
        except CommandError as error:
            return error.code, str(error)
        raise AssertionError(f"it ended well: {found!r}")

    @property
    def said(self) -> list[str]:
        """What the person saw, without the seconds."""
        return [line[8:].strip() for line in self.stream.getvalue().splitlines()]

    def asked(self, purpose: str) -> int:
        """Return how often something was asked for."""
        return sum(each.purpose == purpose for each in self.link.sent)

    def _perform(self, step: Step) -> Response | None:
        purpose = step.purpose if isinstance(step, Request) else "sleep"
        if purpose in self.interrupts:
            self.interrupts.remove(purpose)
            if self.late:
                self.link.perform(step)
            raise KeyboardInterrupt
        return self.link.perform(step)
