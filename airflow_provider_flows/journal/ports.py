"""What an attempt asks of the world: a book for its entry, and the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from airflow_provider_flows.journal.entry import Entry
from airflow_provider_flows.protocol.runs import Run, RunHandle


class Book(Protocol):
    """Where the entry is kept between attempts: Airflow's task state store."""

    def read(self) -> Entry | None:
        """Return the entry; raises `JournalAwayError` or `JournalUnreadableError`."""
        ...

    def fence(self, entry: Entry) -> None:
        """Write an entry and return only once that is acknowledged.

        Raises `SupersededError` when another attempt has taken this one's place, and `JournalAwayError`.
        """
        ...

    def keep(self, entry: Entry | None) -> None:
        """Write an entry, or that there is none, as soon as that works; never raises."""
        ...


class Remote(Protocol):
    """The platform, as one attempt speaks to it; what does not say otherwise may raise a `FlowError`."""

    def prepare(self) -> None:
        """Sign in and upload files: all that may fail before the start."""
        ...

    def start(self) -> Run:
        """Send the start's request."""
        ...

    def look(self, handle: RunHandle) -> Run:
        """Ask once how a run stands."""
        ...

    def cancel(self, handle: RunHandle, /) -> bool:
        """Cancel a run, and return False where that failed for a reason that may pass; never raises."""
        ...

    def find(self, entry: Entry) -> Sequence[Run]:
        """Return the runs that the start in doubt may have begun."""
        ...

    def claim(self, run: Run, /) -> None:
        """Let other tasks know that this one takes the run for its own; never raises."""
        ...

    def keep(self, run: Run, /) -> Mapping[str, Any]:
        """Return what the journal keeps of a result that came with the start's answer; never raises."""
        ...
