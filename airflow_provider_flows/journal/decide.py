"""What an attempt does about the run of an earlier one. The table is in `docs/reliability.md`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from airflow_provider_flows.journal.entry import Entry, Stage
from airflow_provider_flows.protocol.runs import RunState


class Action(str, Enum):
    """What to do."""

    START = "start"
    LOOK = "look"  # ask how the run stands, then decide again
    REATTACH = "reattach"  # go on waiting for the run
    TAKE_END = "take its end"  # the run did well meanwhile
    TAKE_KEPT = "take the kept result"
    CANCEL_AND_START = "cancel, start"
    LEAVE_AND_START = "say that it goes on, start"
    SEARCH = "search"
    FAIL_IN_DOUBT = "fail: in doubt"
    FAIL_CHANGED = "fail: other inputs"


class Standing(str, Enum):
    """How the run of an earlier attempt stands, as far as it matters here."""

    ACTIVE = "active"  # or unknown, or out of reach: it may go on
    WELL = "well"  # it succeeded, or was skipped
    ILL = "ill"  # it failed, or was cancelled

    @classmethod
    def of(cls, state: RunState) -> Standing:
        """Return how a run in this state stands."""
        if not state.is_terminal:
            return cls.ACTIVE
        return cls.WELL if state in (RunState.SUCCESS, RunState.SKIPPED) else cls.ILL


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What an attempt knows of itself and of its platform.

    :param on_ambiguous_start: `fail`, `search` or `restart`
    :param waits: whether the task waits for the run's end
    :param can_look: whether the platform tells how a run stands
    :param can_cancel: whether the platform cancels runs
    """

    attempt_id: str
    try_number: int
    max_tries: int
    fingerprint: str
    on_ambiguous_start: str = "fail"
    waits: bool = True
    can_look: bool = True
    can_cancel: bool = True

    def follow_clear(self, entry: Entry) -> bool:
        """Tell whether a person has cleared the task since the entry was written.

        Only a clear changes `max_tries`; and a task whose tries are counted anew is another one in the same
        place, such as a mapped task that was removed and made again.
        """
        if self.attempt_id == entry.attempt_id:
            return False
        return self.max_tries != entry.max_tries or self.try_number <= entry.try_number


def decide(  # noqa: PLR0911 - one return for each group of the table's rows
    entry: Entry | None, now: Circumstances, standing: Standing | None = None
) -> Action:
    """Return what to do; `standing` is how the entry's run stands, None until somebody has looked.

    A second run is started only where the first is over and did not do well, where a person has cleared the
    task, where this package has cancelled the first one at its deadline, or where the user chose `restart`.
    """
    if entry is None or entry.stage is Stage.WITHDRAWN:
        return Action.START
    cleared = now.follow_clear(entry)
    if entry.run is None:
        return Action.START if cleared else _IN_DOUBT[now.on_ambiguous_start]
    if entry.stage is Stage.RESULT:
        standing = Standing.of(entry.run.state)
    if standing is None and not now.waits and not cleared and entry.fingerprint == now.fingerprint:
        return Action.REATTACH
    if standing is None and now.can_look:
        return Action.LOOK
    if standing is Standing.ILL or (cleared and standing is Standing.WELL):
        return Action.START
    if cleared or (entry.ending and standing is not Standing.WELL):
        return Action.CANCEL_AND_START if now.can_cancel else Action.LEAVE_AND_START
    return _go_on(entry, now, standing)


def _go_on(entry: Entry, now: Circumstances, standing: Standing | None) -> Action:
    if entry.fingerprint != now.fingerprint:
        return Action.FAIL_CHANGED
    if standing is not Standing.WELL:
        return Action.REATTACH
    return Action.TAKE_KEPT if entry.stage is Stage.RESULT else Action.TAKE_END


_IN_DOUBT = {"fail": Action.FAIL_IN_DOUBT, "search": Action.SEARCH, "restart": Action.START}
