"""The journal in Airflow's task state store, which outlives the attempts of a task."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow_provider_flows.journal.entry import KEY, Entry
from airflow_provider_flows.journal.errors import JournalAwayError, SupersededError

if TYPE_CHECKING:
    from airflow.sdk import Context

_PAUSES = (1.0, 3.0)  # seconds between attempts to write; Airflow's own client repeats within each of them
_REPLACED = {404, 409, 410}  # with which Airflow answers an attempt that is no more


class TaskBook:
    """Reads and writes the entry of one task; without a store (Airflow before 3.3) it remembers nothing.

    :param holds: whether there is a store, so that another attempt will know what this one did
    """

    def __init__(self, context: Context, log: Any, pause: Callable[[float], None] = time.sleep) -> None:
        self._store: Any = context.get("task_state_store")
        self._log = log
        self._pause = pause
        self._owed: list[Entry | None] = []  # the last write that did not work
        self.holds = self._store is not None

    def read(self) -> Entry | None:
        """Return the entry; raises `JournalAwayError` or `JournalUnreadableError`."""
        if not self.holds:
            return None
        try:
            data = self._store.get(KEY)
        except Exception as error:  # whatever Airflow's client raises: it has no one class for it
            raise JournalAwayError(f"{_AWAY}: {error}. Nothing is started now") from error
        return None if data is None else Entry.from_json(data)

    def fence(self, entry: Entry) -> None:
        """Write an entry and return only once Airflow has acknowledged it.

        Airflow refuses the write of an attempt that another one has replaced (a clear, a scheduler that was
        started anew), so two attempts never both come past this line.
        """
        self._owed.clear()
        if not self.holds:
            return
        try:
            self._write(entry)
        except Exception as error:  # as above
            if _refused(error):
                raise SupersededError(
                    f"Airflow has begun another attempt of this task, so this one starts nothing: {error}"
                ) from error
            raise JournalAwayError(f"{_AWAY}: {error}. Nothing is started now") from error

    def keep(self, entry: Entry | None) -> None:
        """Write an entry, or delete it, as soon as that works; never raises, since a run may go on."""
        self._owed[:] = [entry]
        for pause in (*_PAUSES, None):
            if self._settled() or pause is None:
                return
            self._pause(pause)

    @property
    def owes(self) -> bool:
        """Whether something could not be written yet."""
        return bool(self._owed)

    def settle(self) -> None:
        """Try once more to write what could not be written before; never raises."""
        if self._owed:
            self._settled()

    def _settled(self) -> bool:
        entry = self._owed[0]
        if self.holds:
            try:
                self._write(entry)
            except Exception as error:  # noqa: BLE001 - whatever it is: the run goes on, and so must the task
                if not _refused(error):
                    self._log.warning("%s: %s. It is tried again", _AWAY, error)
                    return False
                self._log.warning("Airflow has begun another attempt of this task: %s", error)
        self._owed.clear()
        return True

    def _write(self, entry: Entry | None) -> None:
        if entry is None:
            self._store.delete(KEY)
            return
        from airflow.sdk.execution_time.context import NEVER_EXPIRE

        # The run may outlast the store's default retention; the row goes with its dag run.
        self._store.set(KEY, entry.to_json(), retention=NEVER_EXPIRE)


_AWAY = "Airflow's task state store, where the run of this task is noted, does not answer"


def _refused(error: Exception) -> bool:
    detail = getattr(getattr(error, "error", None), "detail", None) or {}
    return detail.get("status_code") in _REPLACED
