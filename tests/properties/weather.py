"""What the world does to a life: networks, platforms, flows, Airflow's store, time, and what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.link import Link
from tests.properties.setting import FLOW, Way
from tests.properties.store import StoreWeather
from tests.properties.wire import Network


@dataclass
class Weather:
    """Knows each word of `lives.WEATHER` as a method.

    :param inputs: what the next attempt is to ask for
    :param can_tell_failures: whether a run that failed can be told from a request that was refused; else no
        run fails
    :param claimed: the runs of other tasks
    """

    link: Link
    way: Way
    can_tell_failures: bool = True
    network: Network = field(default_factory=Network)
    store: StoreWeather = field(default_factory=StoreWeather)
    inputs: dict[str, Any] = field(default_factory=lambda: {"sample": 1})
    claimed: set[str] = field(default_factory=set)

    def change(self, word: str, *details: Any) -> None:
        """Let a word come true."""
        getattr(self, word.replace(" ", "_"))(*details)

    def clear_up(self) -> None:
        """Let nothing fail any more, and every run come to an end."""
        self.network.troubles.clear()
        self.store.away = self.store.mute = 0
        self.link.core._faults.clear()
        self.flow({"outcome": "success", "duration": 10.0, "early_404": 0})
        if self.way.platform == "blinkops":
            self.flow({"listed_after": 0.0})
        for run in self.link.core._world.runs:
            if run.flow.outcome in ("never_ends", "timed_out"):
                lived = max(self.link.clock.now - run.begins_at, 0.0)
                run.flow = replace(run.flow, outcome="success", duration=lived + 10.0)

    def calm(self) -> None:
        """Change nothing."""

    def trouble(self, purpose: str, trouble: str, times: int) -> None:
        self.network.troubles[purpose] += [trouble] * times

    def answer(
        self, operation: str, status: int, after: bool, times: int, headers: Mapping[str, str] | None = None
    ) -> None:
        self.link.core.fault(
            "status", operation=operation, times=times, status=status, after=after, headers=headers or {}
        )

    def garbage(self, operation: str, times: int) -> None:
        self.link.core.fault("not_json", operation=operation, times=times, after=True)

    def nameless(self, operation: str, times: int) -> None:
        self.link.core.fault("no_run_id", operation=operation, times=times)

    def hang(self, operation: str, times: int) -> None:
        self.link.core.fault("hang", operation=operation, times=times)

    def flow(self, behaviour: Mapping[str, Any]) -> None:
        if behaviour.get("outcome") == "failed" and not self.can_tell_failures:
            return
        self.link.core.flow(self.way.platform, FLOW, **behaviour)

    def late_listing(self) -> None:
        if self.way.platform == "blinkops":
            self.flow({"listed_after": 100.0})

    def other_inputs(self) -> None:
        self.inputs["sample"] = 3 - self.inputs["sample"]

    def other_task(self) -> None:
        """Let another task of the DAG start the same flow with the same inputs."""
        world, now = self.link.core._world, self.link.clock.now
        run = world.start(world.flows[self.way.platform, FLOW], self.inputs, body={}, now=now)
        self.claimed.add(run.id)

    def store_away(self, calls: int) -> None:
        self.store.away += calls

    def store_mute(self, calls: int) -> None:
        self.store.mute += calls

    def time(self, seconds: float) -> None:
        self.link.clock.now += seconds
