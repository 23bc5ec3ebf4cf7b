"""The journal's one entry: what the last attempt meant to start, and what it knows of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from airflow_provider_flows.journal.errors import JournalUnreadableError
from airflow_provider_flows.protocol.runs import Run

VERSION = 1
NAMELESS = ""  # stands in `past` for a run whose id nobody knows
KEY = "flow_run"  # under which the entry stands in the task state store


class Stage(str, Enum):
    """How far an attempt came with its start."""

    INTENT = "intent"  # written before the start's request; whether a run began is not known
    WITHDRAWN = "withdrawn"  # nothing was started; only `past` still matters
    RUN = "run"  # the platform said which run it is
    RESULT = "result"  # the answer to the start said that the run is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of the run that a task started, or meant to start. Holds no secret.

    Times are seconds since the epoch.

    :param key: the attempt's key, from which the run may have its name
    :param fingerprint: of what was asked for, so that a run of other inputs is never taken for this one
    :param attempt_id: Airflow's id of the attempt
    :param try_number: the attempt's number
    :param max_tries: as Airflow knew it then; only a clear changes it
    :param at: when the intent was written
    :param run: the run, once it is known; its `result` stands in `kept`
    :param since: from when on `timeout` counts
    :param until: when the time of the attempt that waits is up
    :param left: an attempt's time was up, and the run went on
    :param ending: an attempt's time was up, and the platform was told to cancel the run
    :param waits: how many triggers broke while they waited for the run
    :param past: ids of the task's earlier runs, which no search may take for this one
    :param kept: the result that came with the start's answer, or where it lies, or why it is lost
    """

    stage: Stage
    key: str
    fingerprint: str
    attempt_id: str
    try_number: int
    max_tries: int
    at: float
    run: Run | None = None
    since: float = 0.0
    until: float = 0.0
    left: bool = False
    ending: bool = False
    waits: int = 0
    past: tuple[str, ...] = ()
    kept: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data, as the task state store takes it."""
        data: dict[str, Any] = {"version": VERSION, "stage": self.stage.value, "past": list(self.past)}
        data |= {name: getattr(self, name) for name in _PLAIN}
        if self.run is not None:
            data["run"] = self.run.to_event()
        if self.kept is not None:
            data["kept"] = dict(self.kept)
        return data

    @classmethod
    def from_json(cls, data: Any) -> Entry:
        """Read what `to_json` wrote; raises `JournalUnreadableError` for anything else."""
        try:
            return cls._read(data)
        except (KeyError, TypeError, ValueError) as error:
            raise JournalUnreadableError(
                f"What the task state store holds of this task's run makes no sense ({type(error).__name__}: "
                f"{error}). Nothing was started. Look on the platform whether a run goes on, then delete the "
                f"key {KEY!r} of this task in Airflow's task state store, and clear the task"
            ) from error

    @classmethod
    def _read(cls, data: Any) -> Entry:
        if data["version"] != VERSION:
            raise ValueError(f"its version is {data['version']!r}, not {VERSION}")
        run = Run.from_event(data["run"]) if "run" in data else None
        stage = Stage(data["stage"])
        if run is None and stage not in (Stage.INTENT, Stage.WITHDRAWN):
            raise ValueError("it tells of no run")
        plain = {name: data[name] for name in _PLAIN}
        return cls(stage=stage, run=run, past=tuple(data["past"]), kept=data.get("kept"), **plain)


_PLAIN = (
    "key",
    "fingerprint",
    "attempt_id",
    "try_number",
    "max_tries",
    "at",
    "since",
    "until",
    "left",
    "ending",
    "waits",
)
