"""The end of a run that nobody waits for any more."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from airflow_provider_flows import seen
from airflow_provider_flows.journal.entry import Entry
from airflow_provider_flows.operators.book import TaskBook
from airflow_provider_flows.protocol.errors import FlowError, TransportError, UnavailableError
from airflow_provider_flows.protocol.runs import RunHandle

if TYPE_CHECKING:
    from airflow_provider_flows.operators.flow import RunFlowOperator


class Fate(Enum):
    """What becomes of a run that is no longer waited for."""

    CANCELLED = "is being cancelled"
    OVER = "was over already"
    GOES_ON = "goes on"
    UNCLEAR = "may go on, since it could not be cancelled for a reason that may pass"

    @property
    def is_over(self) -> bool:
        """Whether the run ends, or has ended."""
        return self in (Fate.CANCELLED, Fate.OVER)


def cancel(task: RunFlowOperator, handle: RunHandle) -> Fate:
    """Cancel a run where the platform can, and return what becomes of it; never raises."""
    try:
        if not task.hook.platform(handle.variant).spec.can("cancel"):
            task.log.warning("%s goes on: the platform documents no way to cancel it", handle)
            return Fate.GOES_ON
        cancelled = task.hook.cancel_run(handle)
    except Exception as error:  # noqa: BLE001 - it must not hide why the task ends, nor stop Airflow's kill
        task.log.warning("%s may still go on, cancelling it failed: %s", handle, error)
        return Fate.UNCLEAR if isinstance(error, TransportError | UnavailableError) else Fate.GOES_ON
    task.log.info("%s %s", handle, "is being cancelled" if cancelled else "was over already")
    seen.cancel(handle, cancelled=cancelled)
    return Fate.CANCELLED if cancelled else Fate.OVER


def time_up(task: RunFlowOperator, book: TaskBook, entry: Entry | None, handle: RunHandle) -> bool:
    """End a run whose time is up, where that is wanted and possible; return whether it is over then.

    What came of it is noted for the next attempt.
    """
    wanted = task.cancel_on_timeout and _is_ours(task, book, entry)
    fate = cancel(task, handle) if wanted else Fate.GOES_ON
    if not fate.is_over:
        task.log.warning(
            "The time of %s is up, and it goes on%s", handle, f": {task.run_link}" if task.run_link else ""
        )
    if entry is not None:
        book.keep(replace(entry, ending=fate is Fate.CANCELLED, left=not fate.is_over))
    return fate.is_over


def _is_ours(task: RunFlowOperator, book: TaskBook, entry: Entry | None) -> bool:
    """Tell whether no other attempt has taken this one's place, which may be waiting for the same run."""
    if entry is None:
        return not book.holds
    try:
        book.fence(replace(entry, ending=True))
    except FlowError as error:
        task.log.warning("The run is left as it is: %s", error)
        return False
    return True
