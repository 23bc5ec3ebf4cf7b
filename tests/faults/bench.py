"""What the faults work with: the cluster, its proxies, the platforms, and eyes on all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.emulator.records import RecordedRequest
from tests.faults import peers
from tests.faults.cells import Cell
from tests.faults.cluster import Cluster, wait_until
from tests.faults.holds import Hold, Passed
from tests.faults.looking import ACTIVE, Looking, Task
from tests.faults.owners import RunOwners
from tests.faults.people import People
from tests.faults.postgres import Postgres
from tests.faults.proxy import Proxy

PATIENCE = 150.0  # seconds for a task to come to where a fault waits for it, on a busy machine
STORE = r"/store/ti/[^/]+/"
_SHORTENED = 6.0  # seconds
PARTS = frozenset({"scheduler", "triggerer", "dag_processor", "metadatabase"})


@dataclass
class Bench:
    """Everything that a fault may touch.

    `execution` lies between the workers and the execution API; `weather` between the platforms and the
    connections `<platform>_weather`, and before the peers' stand-ins; `line` before the connections
    `<platform>_line`, and may be away.
    """

    cluster: Cluster
    people: People
    looking: Looking
    emulator: FlowEmulator
    execution: Proxy
    weather: Proxy
    line: Proxy
    runs: RunOwners
    home: Path
    database_url: str
    fernet_key: str
    postgres: Postgres | None = None
    seed: int = 0
    wishes: Counter[str] = field(default_factory=Counter)  # starts that people wished for besides, by cell
    marked: set[str] = field(default_factory=set)  # cells that people marked besides
    bad: dict[str, int] = field(default_factory=dict)  # what the weather answers, by cell

    def __post_init__(self) -> None:
        """Let the weather be what `bad` says."""
        self.weather.answer = self._weather

    def launch(self, cell: Cell) -> None:
        """Make the cell's flow and start its DAG run."""
        if cell.peer:
            made = {**peers.flow_for(cell.platform, cell.name, 1.0), **cell.flow}
            dags = peers.WORKER_PEERS if cell.mode == "wait" else peers.PEERS
            dag_id, conf = dags[cell.platform], peers.conf_for(cell.name, made["duration"])
        else:
            made = {"platform": cell.platform, "flow_id": cell.name, **cell.flow}
            dag_id = f"{cell.dag}_{cell.platform}_{cell.mode}"
            conf = {
                "flow": cell.name,
                "conn": f"{cell.platform}_{cell.line}",
                "marker": f"marker.{cell.name}",
            }
        self.runs.add(made["flow_id"], cell.name)
        self.emulator.flow(**made)
        self.people.start(dag_id, cell.name, conf)

    def flow(self, cell: Cell) -> tuple[str, str]:
        """Return platform and id of the cell's flow at the emulator."""
        if cell.peer:
            return peers.PLATFORMS[cell.platform], peers.flow_id_for(cell.name)
        return cell.platform, cell.name

    def spoil(self, cell: Cell, kind: str, operation: str, times: int = 1, **details: object) -> None:
        """Spoil the next answers of the platform to the cell's requests."""
        platform, flow_id = self.flow(cell)
        self.emulator.fault(
            kind, platform=platform, operation=operation, flow_id=flow_id, times=times, **details
        )

    def task(self, cell: Cell) -> Task:
        """Return the cell's task as it was last seen."""
        if (task := self.looking.task(cell.name)) is None:
            raise RuntimeError(f"{cell.name} has no task")
        return task

    def hold(
        self, cell: Cell, method: str, path: str, *, answered: bool = False, started: bool = False
    ) -> Hold:
        """Hold the first such request of the cell to the execution API, `started`: after its run began."""

        def strikes(_: Passed) -> bool:
            return not started or self.started(cell) > 0

        return self.execution.hold(Hold(cell.name, method, path, answered, strikes))

    def held(self, hold: Hold) -> None:
        """Wait until a request is held."""
        if not hold.arrived.wait(PATIENCE):
            raise TimeoutError(f"{hold.method} {hold.path} never came")

    def started(self, cell: Cell) -> int:
        """Count the cell's runs at this moment."""
        return sum(run.inputs.get("cell") == cell.name for run in self.emulator.runs(*self.flow(cell)))

    def requests(self, cell: Cell) -> list[RecordedRequest]:
        """Return the requests about the cell's flow that reached the platform."""
        place = self.flow(cell)
        return [each for each in self.emulator.requests if (each.platform, each.flow_id) == place]

    def await_started(self, cell: Cell, number: int = 1) -> None:
        """Wait until so many runs of the cell have begun."""
        self.looking.wait(lambda: len(self.looking.runs(cell.name)) >= number, PATIENCE, "its run")

    def await_polls(self, cell: Cell, number: int, seconds: float = PATIENCE) -> None:
        """Wait until the cell has asked so many more times how its run stands."""
        place = self.flow(cell)
        until = self.looking.asked(place) + number
        what = f"{number} more questions how its run stands"
        self.looking.wait(lambda: self.looking.asked(place) >= until, seconds, what)

    def await_state(self, cell: Cell, *states: str, seconds: float = PATIENCE) -> Task:
        """Wait until the cell's task is in one of these states, and return it."""

        def seen() -> bool:
            task = self.looking.task(cell.name)
            return task is not None and task.state in states

        self.looking.wait(seen, seconds, f"the state {' or '.join(states)}")
        return self.task(cell)

    def await_try(self, cell: Cell, number: int) -> None:
        """Wait until the cell's task is at this try."""
        self.looking.wait(lambda: self.task(cell).tries >= number, PATIENCE, f"try {number}")

    def await_waiting(self, cell: Cell) -> Task:
        """Wait until the cell waits for its run, on the worker or deferred, and has asked for it twice."""
        self.await_started(cell)
        task = self.await_state(cell, "running" if cell.mode == "wait" else "deferred")
        if cell.mode != "wait":
            self.looking.wait(lambda: self.task(cell).triggerer is not None, PATIENCE, "a triggerer")
        if cell.platform not in ("wisebot", "http"):  # their one request is on its way
            self.await_polls(cell, 2)
        return task

    def launch_waiting(self, cells: Sequence[Cell]) -> list[Cell]:
        """Start cells and return those that have come to wait for their runs; later runs are short."""

        def waits(cell: Cell) -> bool:
            self.launch(cell)
            try:
                self.await_waiting(cell)
            except TimeoutError:
                return False
            return True

        with ThreadPoolExecutor(len(cells)) as threads:
            ready = [cell for cell, at_it in zip(cells, threads.map(waits, cells), strict=True) if at_it]
        for cell in cells:
            self.shorten(cell)
        return ready

    def shorten(self, cell: Cell) -> None:
        """Let the cell's runs to come be over soon."""
        platform, flow_id = self.flow(cell)
        self.emulator.flow(platform, flow_id, duration=_SHORTENED)

    def alive(self, cell: Cell) -> int:
        """Count the cell's runs that go on."""
        return sum(run.state in ACTIVE for run in self.looking.runs(cell.name))

    def _weather(self, passed: Passed) -> int | None:
        return self.bad.get(passed.cell or "")

    def heal(self) -> None:
        """Start again what has ended and wait until every part beats."""
        self.cluster.revive()
        wait_until(lambda: self.people.health() >= PARTS, PATIENCE, "a healthy Airflow", every=0.5)
