"""What a sensor remembers of its wait from one process to the next, in Airflow's task state store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_flows.protocol.runs import RunHandle
from airflow_provider_flows.protocol.waiting import Heard

if TYPE_CHECKING:
    from airflow.sdk import Context

KEY = "flow_wait"  # under which the note stands in the task state store


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is known of one wait. Holds no secret.

    :param heard: what was heard of the run
    :param until: when to give up, in seconds since the epoch; only a deferrable sensor knows
    :param since: when the run was looked at first, likewise; None in what older versions noted
    :param waits: how many triggers broke while they waited
    """

    heard: Heard
    until: float = 0.0
    since: float | None = None
    waits: int = 0


class WaitNotes:
    """Reads and writes the note of one attempt; without a store (Airflow before 3.3) it remembers nothing.

    No fault of the store ever ends a wait: a note that can't be read or written is missing, and the log says
    so.
    """

    def __init__(self, context: Context, log: Any) -> None:
        self._store: Any = context.get("task_state_store")
        self._attempt = str(getattr(context["ti"], "id", ""))
        self._log = log

    def read(self, handle: RunHandle) -> Note | None:
        """Return what this attempt has noted of the run, None where it has noted nothing."""
        if self._store is None:
            return None
        try:
            data = self._store.get(KEY)
            if data is None or data["attempt"] != self._attempt:
                return None
            heard = Heard.from_json(data["heard"])
            since = None if data.get("since") is None else float(data["since"])
            note = Note(heard=heard, until=float(data["until"]), since=since, waits=int(data["waits"]))
        except Exception as error:  # noqa: BLE001 - whatever it is: the wait goes on, as if it had just begun
            self._log.warning(
                "What was noted of this wait can't be read: %s: %s", type(error).__name__, error
            )
            return None
        return note if heard.run.handle == handle else None

    def keep(self, note: Note) -> None:
        """Write what another process of this attempt shall know."""
        if self._store is None:
            return
        from airflow.sdk.execution_time.context import NEVER_EXPIRE

        data = {
            "attempt": self._attempt,
            "heard": note.heard.to_json(),
            "until": note.until,
            "since": note.since,
            "waits": note.waits,
        }
        try:  # a wait may outlast the store's default retention; the row goes with its dag run
            self._store.set(KEY, data, retention=NEVER_EXPIRE)
        except Exception as error:  # noqa: BLE001 - whatever it is: the wait goes on without a note
            self._log.warning("Nothing could be noted of this wait: %s: %s", type(error).__name__, error)
