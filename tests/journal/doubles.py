"""A book and a platform that say what a test told them to say, and remember what they were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from airflow_provider_flows.journal.attempt import Attempt
from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.journal.entry import Entry, Stage
from airflow_provider_flows.protocol.messages import Request, Response
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState

START = Request(purpose="start", method="POST", url="https://x.test/start")
STATUS = Request(purpose="status", method="GET", url="https://x.test/status", is_repeatable=True)
HANDLE = RunHandle("blinkops", "flow", "r1", {"workspace": "w"})
RUNNING = Run(HANDLE, RunState.RUNNING)
OTHER = Run(replace(HANDLE, run_id="r2"), RunState.RUNNING)
NOW = Circumstances(attempt_id="a2", try_number=2, max_tries=2, fingerprint="same")
INTENT = Entry(
    stage=Stage.INTENT, key="k1", fingerprint="same", attempt_id="a1", try_number=1, max_tries=2, at=100.0
)
NOTED = replace(INTENT, stage=Stage.RUN, run=RUNNING, since=110.0)
CLEARED = replace(NOW, max_tries=4)
BEGINNING = 1000.0


def answered(status: int, request: Request = START, **headers: str) -> Response:
    """Return an answer; `retry_after` in the headers becomes `retry-after`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(request=request, status=status, headers=named)


def raise_or_return(said: Any) -> Any:
    """Raise what is an error, return what is none."""
    if isinstance(said, BaseException):
        raise said
    return said


@dataclass
class World:
    """Book and remote in one; `done` tells what was asked, in order, `said` and `warned` what was logged."""

    entry: Entry | None = None
    fenced: Exception | None = None
    started: Run | Exception = RUNNING
    looked: Run | Exception = RUNNING
    found: list[Sequence[Run] | Exception] = field(default_factory=list)
    cancels: bool = True
    now: float = BEGINNING
    done: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    rows: list[Entry | None] = field(default_factory=list)

    def read(self) -> Entry | None:
        self.done.append("read")
        return self.entry

    def fence(self, entry: Entry) -> None:
        self.done.append("fence")
        self.rows.append(entry)
        raise_or_return(self.fenced)

    def prepare(self) -> None:
        self.done.append("prepare")

    def start(self) -> Run:
        self.done.append("start")
        self.now += 5
        run: Run = raise_or_return(self.started)
        return run

    def look(self, handle: RunHandle) -> Run:
        self.done.append(f"look {handle.run_id}")
        run: Run = raise_or_return(self.looked)
        return run

    def cancel(self, handle: RunHandle, /) -> bool:
        self.done.append(f"cancel {handle.run_id}")
        return self.cancels

    def claim(self, run: Run, /) -> None:
        self.done.append(f"claim {run.handle.run_id}")

    def find(self, entry: Entry) -> Sequence[Run]:
        self.done.append(f"find {entry.key}")
        runs: Sequence[Run] = raise_or_return(self.found.pop(0) if self.found else ())
        return runs

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def attempt(self, now: Circumstances = NOW, latest: float = 9000.0) -> Attempt:
        """Return an attempt in this world."""
        return Attempt(
            now=now,
            key="k2",
            flow="flow x",
            timeout=300.0,
            latest=latest,
            book=_Book(self),
            remote=_Remote(self),
            clock=lambda: self.now,
            pause=self.pause,
            say=self.said.append,
            warn=self.warned.append,
        )


class _Book:
    def __init__(self, world: World) -> None:
        self.read, self.fence, self._world = world.read, world.fence, world

    def keep(self, entry: Entry | None) -> None:
        self._world.done.append("keep")
        self._world.rows.append(entry)


class _Remote:
    def __init__(self, world: World) -> None:
        self.prepare, self.start, self.look = world.prepare, world.start, world.look
        self.cancel, self.find, self.claim = world.cancel, world.find, world.claim

    def keep(self, run: Run, /) -> Mapping[str, Any]:
        return {"result": run.result}
