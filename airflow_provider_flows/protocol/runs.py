"""Runs as values: what was asked for, how to find it again, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any


class RunState(str, Enum):
    """How a run stands, in Airflow's words, plus `cancelled` and `unknown`."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"

    @property
    def is_terminal(self) -> bool:
        """Whether the run is over; an unknown state is not, since nobody said so."""
        return self in _TERMINAL


_TERMINAL = frozenset({RunState.SUCCESS, RunState.FAILED, RunState.CANCELLED, RunState.SKIPPED})


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What to run: a flow, its inputs, the platform's options, and the task that asks for it.

    `task` holds `dag_id`, `task_id`, `run_id`, `map_index`, `try_number` and `key`; `key` is unique
    to the attempt. A caller outside Airflow gives at least `key`.
    """

    flow_id: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunHandle:
    """Enough to find a run again from another process. Holds no secret, so it may be stored.

    `context` holds the options that the platform's later paths need (a workspace), and the variant.
    """

    platform: str
    flow_id: str
    run_id: str
    context: Mapping[str, str] = field(default_factory=dict)

    @property
    def variant(self) -> str | None:
        """The platform's variant that the run was started with."""
        return self.context.get("variant")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data, as XCom and trigger arguments need it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RunHandle:
        """Read what `to_json` wrote; raises `ValueError` naming what is missing or odd."""
        if not isinstance(data, Mapping):
            raise ValueError(f"not a run's handle, but {type(data).__name__}")  # noqa: TRY004 - as promised
        odd = [name for name in ("platform", "flow_id", "run_id") if not isinstance(data.get(name), str)]
        context = data.get("context") or {}
        if not isinstance(context, Mapping) or not all(isinstance(each, str) for each in context.values()):
            odd.append("context")
        if odd:
            raise ValueError(f"not a run's handle: {', '.join(odd)} missing or malformed")
        return cls(data["platform"], data["flow_id"], data["run_id"], dict(context))

    def __str__(self) -> str:
        flow = f" of flow {self.flow_id}" if self.flow_id else ""
        return f"run {self.run_id or '(no id)'}{flow} on {self.platform}"


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it stood when the platform was last heard.

    `raw_state` is the platform's own word. `message` is the reason of a failure, or what a person should
    know of an unknown state. `result` is only filled where the answer that ended the run carried it.
    """

    handle: RunHandle
    state: RunState
    raw_state: str = ""
    message: str = ""
    result: Any = None
    has_result: bool = False

    def to_event(self) -> dict[str, Any]:
        """Return what a trigger's event may hold: never a result, since events are stored and logged."""
        return {
            "handle": self.handle.to_json(),
            "state": self.state.value,
            "raw_state": _storable(self.raw_state),
            "message": _storable(self.message),
        }

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Run:
        """Read what `to_event` wrote; raises `ValueError` on anything else."""
        if not isinstance(event, Mapping) or not isinstance(event.get("handle"), Mapping):
            raise ValueError(f"not an event of FlowRunTrigger: {event!r:.200}")  # noqa: TRY004 - as promised
        return cls(
            RunHandle.from_json(event["handle"]),
            RunState(event.get("state")),
            str(event.get("raw_state", "")),
            str(event.get("message", "")),
        )


def sentence(run: Run, link: str | None) -> str:
    """Return how a run ended, or that it did not, with the platform's own word and reason."""
    state = "was not over in time; it was" if not run.state.is_terminal else "is"
    word = f" ({run.raw_state!r})" if run.raw_state else ""
    reason = f": {run.message}" if run.message else ""
    return f"{run.handle} {state} {run.state.value}{word}{reason}" + (f". See {link}" if link else "")


def _storable(text: str) -> str:
    """Return a text that every database takes: NUL and half a surrogate pair are refused by some."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()
