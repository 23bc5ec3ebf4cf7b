"""Looks every few seconds what Airflow shows, and changes some files amid it."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_flows.demo.clock import Clock, wait_until
from airflow_provider_flows.demo.processes import Processes
from tests.dagproc.folders import Folder
from tests.dagproc.judge import judge
from tests.dagproc.looking import DagsApi
from tests.dagproc.report import Watch

_BETWEEN_SAMPLES = 3.0
_BETWEEN_LINES = 60.0
_SECONDS_TO_READ = 240.0
_CHANGE_AT = 0.4  # of the whole time, which leaves enough to see all of it vanish


@dataclass(slots=True)
class Check:
    """A started Airflow, and each way to load pipelines with its folder and all that was seen of it."""

    api: DagsApi
    ways: tuple[tuple[Folder, Watch], ...]
    processes: Processes
    clock: Clock

    def wait_for_all(self) -> None:
        """Wait until every file was read once, so that what is looked at are parses of the same files again.

        Raises `DemoError` that tells what is still missing after four minutes.
        """
        wrong: list[str] = []

        def ready() -> bool:
            wrong.clear()
            samples = self.api.look(self.clock.now(), self._bundles)
            for sample, (folder, watch) in zip(samples, self.ways, strict=True):
                verdict = judge(watch.way, folder.wanted, sample, rounds=0)
                wrong.extend(verdict.dags + verdict.errors)
            return not wrong

        wait_until(
            ready,
            self.clock,
            seconds=_SECONDS_TO_READ,
            check=self.processes.check,
            missing=lambda: "not everything is shown:\n  " + "\n  ".join(wrong) + "\n",
        )

    def look(self, seconds: float) -> None:
        """Take samples for so long; raises `DemoError` if a part of Airflow ends."""
        began = said = self.clock.now()
        has_changed = False
        self.say(f"everything is shown; looking for {seconds:.0f} s")
        while (now := self.clock.now()) < began + seconds:
            if now >= began + seconds * _CHANGE_AT and not has_changed:
                has_changed = True
                self._change()
            self.processes.check()
            self._take()
            if now >= said + _BETWEEN_LINES:
                said = now
                self.say("; ".join(_so_far(watch) for _, watch in self.ways))
            self.clock.sleep(_BETWEEN_SAMPLES)

    def say(self, line: str) -> None:
        """Print a line with the seconds so far."""
        print(f"{self.clock.now():5.0f} s  {line}", flush=True)

    @property
    def _bundles(self) -> tuple[str, ...]:
        return tuple(folder.bundle for folder, _ in self.ways)

    def _change(self) -> None:
        for folder, watch in self.ways:
            watch.changes = folder.change(self.clock.now(), watch.rounds.count)
        self.say("two files of each way were mended and two were broken")

    def _take(self) -> None:
        samples = self.api.look(self.clock.now(), self._bundles)
        for sample, (folder, watch) in zip(samples, self.ways, strict=True):
            watch.take(sample, folder.wanted)


def _so_far(watch: Watch) -> str:
    number = len(watch.samples)
    return f"{watch.way.name}: DAGs right in {watch.good_in}, errors in {watch.errors_in} of {number} samples"
