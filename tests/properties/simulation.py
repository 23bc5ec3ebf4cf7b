"""Plays a life: moves processes, lets people and schedulers act, and heals the world in the end."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from airflow_provider_flows.protocol.retry import RetryPolicy
from tests.properties.history import Event, History
from tests.properties.leg import Leg
from tests.properties.lives import Act, Life
from tests.properties.platforms import Platforms
from tests.properties.process import END, Process
from tests.properties.setting import Rules, Task
from tests.properties.simulated_airflow import SimulatedAirflow, Turn
from tests.properties.store import Store
from tests.properties.weather import Weather
from tests.properties.wire import SimulatedHook, Wire

RETRY = RetryPolicy(attempts=3, longest_delay=5.0, longest_retry_after=60.0, jitter=lambda: 0.5)
MOST_ATTEMPTS = 15  # of a healthy world; far more than a task needs that will ever end
BETWEEN = 5.0  # seconds between two attempts
_LOG = logging.getLogger("a simulated life")
_LOG.disabled = True


@dataclass
class _Living:
    """A process and what it carries through."""

    process: Process
    leg: Leg


class Simulation:
    """One life, as it is lived."""

    def __init__(self, platforms: Platforms, task: Task, rules: Rules) -> None:
        platforms.reset(task.way)
        self.task, self.history = task, History()
        self.airflow = SimulatedAirflow(task.retries, task.reports_success)
        self.link, self._platforms, self._rules = platforms.link, platforms, rules
        # BlinkOps' synchronous variant answers both with a 400, so a search may take one for the other.
        is_blind = task.way.variant == "sync" and task.on_ambiguous_start == "search"
        self.weather = Weather(self.link, task.way, can_tell_failures=not is_blind)
        self._current: _Living | None = None
        self._old: list[_Living] = []

    def play(self, acts: tuple[Act, ...]) -> None:
        """Play the acts, then heal the world and give the task as many attempts as it takes."""
        try:
            for act in acts:
                self.weather.change(*act.weather)
                living = self._called(act.who)
                if living is not None:
                    self._move(living, act.to)
                getattr(self, f"_deed_{act.then[0].replace(' ', '_')}")(living, *act.then[1:])
            self._heal()
        finally:
            for living in [*self._old, *([self._current] if self._current else [])]:
                living.process.die()

    def runs(self) -> dict[str, str]:
        """Return the state of each of the task's runs, by id."""
        return {run.id: run.state for run in self.link.core.runs() if run.id not in self.weather.claimed}

    def _called(self, who: str) -> _Living | None:
        if who == "old":
            return self._old[0] if self._old else None
        if self._current is None and self.airflow.is_waiting:
            self.link.clock.now += BETWEEN
            self._current = self._begun(self.airflow.begin())
        return self._current

    def _begun(self, turn: Turn, earlier: Leg | None = None) -> _Living:
        """Begin an attempt's process; with an earlier leg, one that goes on waiting."""
        clock, process = self.link.clock, Process(self.link.clock)
        wire = Wire(self.link, self.weather.network, process, self.airflow, turn, self.history)
        store = Store(
            self.airflow,
            turn,
            self.weather.store,
            process,
            self.history,
            clock,
            self._platforms.secrets[self.task.way.platform],
        )
        leg = Leg(
            task=self.task,
            rules=self._rules,
            inputs=dict(self.weather.inputs),
            turn=turn,
            airflow=self.airflow,
            store=store,
            hook=SimulatedHook(self._platforms.apis(self.task.way), wire),
            clock=clock,
            process=process,
            others=self.weather.claimed,
            log=_LOG,
            waiting=earlier.waiting if earlier else None,
        )
        living = _Living(process, leg)
        process.begin(lambda: self._live(living))
        return living

    def _live(self, living: _Living) -> None:
        """Carry an attempt through and tell Airflow how it ended."""
        turn, ending = living.leg.turn, living.leg.run()
        living.process.stand("report")
        facts = {"ending": ending, "was_current": self.airflow.is_current(turn)}
        self.history.append(Event("ended", turn.attempt_id, turn.wish, self.link.clock.now, facts))
        if ending.by_trigger:
            self.airflow.end(turn)
        elif ending.error is None:
            self.airflow.succeed(turn)
        else:
            self.airflow.fail(turn, for_good=ending.is_for_good)

    def _move(self, living: _Living, point: str) -> None:
        living.process.go_to(point)
        self._bury(living)

    def _bury(self, living: _Living) -> None:
        if not living.process.is_over:
            return
        if living is self._current:
            self._current = None
        elif living in self._old:
            self._old.remove(living)

    def _heal(self) -> None:
        """Let the world be well, old processes finish, and the task come to its end."""
        self.weather.clear_up()
        for living in list(self._old):
            self._move(living, END)
        for _ in range(MOST_ATTEMPTS):
            now = self._called("now")
            if now is None:
                return
            self._move(now, END)
        raise AssertionError(f"the task makes attempt after attempt: {self.airflow.state}")

    def _deed_nothing(self, living: _Living | None) -> None: ...

    def _deed_dies(self, living: _Living | None) -> None:
        """Kill a process; Airflow notices, and a trigger is taken over by another triggerer."""
        if living is None or living.process.is_over:
            return
        living.process.die()
        is_current, turn = living is self._current, living.leg.turn
        self._bury(living)
        if is_current and self.airflow.is_current(turn) and self.airflow.state == "deferred":
            self._current = self._begun(turn, living.leg)
        elif is_current:
            self.airflow.fail(turn)

    def _deed_told_to_end(self, living: _Living | None) -> None:
        """Send the signal that Airflow sends when a person has ended the task."""
        wished = self.airflow.state in ("failed", "success", "restarting")
        if living is not None and not living.process.is_over and wished:
            living.leg.kill()

    def _deed_clear(self, living: _Living | None) -> None:
        self.airflow.clear()
        self._replace()

    def _deed_reset(self, living: _Living | None) -> None:
        self.airflow.reset()
        if self._current is not None and not self.airflow.is_current(self._current.leg.turn):
            self._replace()

    def _deed_mark(self, living: _Living | None, state: str) -> None:
        self.airflow.mark(state)
        self._replace()

    def _deed_remake(self, living: _Living | None) -> None:
        self.airflow.remake()
        self._replace()

    def _replace(self) -> None:
        """Let what was the current process go on as an old one."""
        if self._current is not None:
            self._old.append(self._current)
            self._current = None


def lived(platforms: Platforms, life: Life, rules: Rules | None = None) -> Simulation:
    """Return a life once it is over."""
    simulation = Simulation(platforms, life.task, rules or Rules())
    simulation.play(life.acts)
    return simulation
