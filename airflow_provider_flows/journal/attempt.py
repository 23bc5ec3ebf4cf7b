"""One attempt, from what the journal says to a run that it can wait for.

The order is what keeps a run from being started twice: the intent's write is acknowledged before the start's
request is sent, and no other write happens in between. Everything outside is asked for through `Book` and
`Remote`, so that the same lines serve Airflow's workers and simulated ones that may die at any call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from airflow_provider_flows.journal.decide import Action, Circumstances, Standing, decide
from airflow_provider_flows.journal.doubt import HOW_TO_GO_ON, in_doubt, leaves_doubt
from airflow_provider_flows.journal.entry import NAMELESS, Entry, Stage
from airflow_provider_flows.journal.errors import ChangedError, DoubtError, JournalAwayError, OrphanError
from airflow_provider_flows.journal.ports import Book, Remote
from airflow_provider_flows.journal.search import sought
from airflow_provider_flows.protocol.errors import FlowError, ResponseError, TransportError
from airflow_provider_flows.protocol.runs import Run

REMEMBERED = 100  # earlier runs of a task; more than its retries would ever make


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a task, and everything that it needs.

    :param key: unique to the attempt
    :param flow: what is started, for messages
    :param timeout: seconds that a run may take
    :param latest: when this attempt must end, however long its run may take
    :param clock: seconds since the epoch
    :param pause: waits that many seconds
    :param say: tells the task's log
    :param warn: tells it what a person should know
    """

    now: Circumstances
    key: str
    flow: str
    timeout: float
    latest: float
    book: Book
    remote: Remote
    clock: Callable[[], float]
    pause: Callable[[float], None]
    say: Callable[[str], None]
    warn: Callable[[str], None]

    def begin(self) -> Entry:
        """Return the entry of the run that this attempt sees through, started by it or by an earlier one.

        Raises `DoubtError`, `ChangedError`, `OrphanError`, `SupersededError`, `JournalAwayError`,
        `JournalUnreadableError`, and whatever the start raises.
        """
        entry = self.book.read()
        action = decide(entry, self.now)
        if entry is None or entry.stage is Stage.WITHDRAWN:
            return self._start(entry)
        if entry.run is None:
            return self._clear_up(action, entry)
        run = entry.run
        if action is Action.LOOK:
            seen = self._look(run)
            if seen is None:  # also a run that was told to end may have done well before that
                entry = replace(entry, ending=False)
            run = seen or run
            action = decide(entry, self.now, Standing.of(run.state))
        return self._carry_out(action, entry, run)

    def _clear_up(self, action: Action, intent: Entry) -> Entry:
        """Go on after an earlier attempt that was lost between its start and the platform's answer."""
        if action is Action.SEARCH:
            return self._kept(sought(self, intent, "an earlier attempt was lost while it started one"))
        if action is Action.FAIL_IN_DOUBT:
            raise in_doubt(intent, self.flow, "it was lost before the platform's answer was noted")
        self.warn(
            f"Attempt {intent.try_number} may have started a run of {self.flow}; another one is started"
        )
        return self._start(intent)

    def _carry_out(self, action: Action, entry: Entry, run: Run) -> Entry:
        handle = run.handle
        if action is Action.FAIL_CHANGED:
            raise other_inputs(run)
        if action in (Action.REATTACH, Action.TAKE_END, Action.TAKE_KEPT):
            return self._reattach(action, entry, run)
        if action is Action.CANCEL_AND_START:
            self.say(f"{handle} of an earlier attempt is cancelled before another one is started")
            if not self.remote.cancel(handle):
                raise OrphanError(
                    f"{handle} of an earlier attempt could not be cancelled now, so no other one was started "
                    "beside it"
                )
        elif action is Action.LEAVE_AND_START:
            self.warn(
                f"{handle} of an earlier attempt goes on beside the one that is started now: "
                "the platform documents no way to cancel it"
            )
        else:
            self.say(f"{handle} of an earlier attempt is {run.state.value}; another one is started")
        return self._start(entry)

    def _reattach(self, action: Action, entry: Entry, run: Run) -> Entry:
        if action is Action.REATTACH:
            self.say(f"Going on with {run.handle}, which an earlier attempt started")
            if entry.left:
                entry = replace(entry, since=self.clock(), left=False)
                self.say("Its time was up before, so it gets the whole timeout once more")
        else:
            self.say(f"{run.handle}, which an earlier attempt started, is {run.state.value}")
        return self._kept(replace(entry, run=run))

    def _look(self, run: Run) -> Run | None:
        """Ask how the run stands; where nobody can say, it is taken to go on, and waiting meets the fault."""
        try:
            return self.remote.look(run.handle)
        except (TransportError, ResponseError) as error:
            self.say(f"How {run.handle} stands could not be asked: {error}")
            return None

    def _start(self, earlier: Entry | None) -> Entry:
        self.remote.prepare()
        intent = Entry(
            stage=Stage.INTENT,
            key=self.key,
            fingerprint=self.now.fingerprint,
            attempt_id=self.now.attempt_id,
            try_number=self.now.try_number,
            max_tries=self.now.max_tries,
            at=self.clock(),
            past=_past(earlier),
        )
        try:
            self.book.fence(intent)
        except JournalAwayError:
            self.book.keep(
                earlier
            )  # the intent may stand there all the same, and would leave doubt for nothing
            raise
        try:
            run = self.remote.start()
        except FlowError as error:
            return self._start_failed(intent, error)
        return self._note(intent, run)

    def _start_failed(self, intent: Entry, error: FlowError) -> Entry:
        if not leaves_doubt(error):
            self.book.keep(replace(intent, stage=Stage.WITHDRAWN) if intent.past else None)
            raise error
        if self.now.on_ambiguous_start == "search":
            self.say(str(error))
            return self._kept(sought(self, intent, "the start's answer was lost"))
        if self.now.on_ambiguous_start == "restart":
            raise error
        raise DoubtError(f"{error} {HOW_TO_GO_ON}") from error

    def _note(self, intent: Entry, run: Run) -> Entry:
        if run.state.is_terminal:
            kept = self.remote.keep(run)
            return self._kept(replace(intent, stage=Stage.RESULT, run=run, since=self.clock(), kept=kept))
        return self._kept(replace(intent, stage=Stage.RUN, run=run, since=self.clock()))

    def _kept(self, entry: Entry) -> Entry:
        entry = replace(entry, until=min(entry.since + self.timeout, self.latest))
        self.book.keep(entry)
        return entry


def _past(earlier: Entry | None) -> tuple[str, ...]:
    if earlier is None:
        return ()
    if earlier.stage is Stage.WITHDRAWN:
        return earlier.past
    known = earlier.run.handle.run_id if earlier.run else NAMELESS
    return (*earlier.past, known)[-REMEMBERED:]


def other_inputs(run: Run) -> ChangedError:
    """Return the error of an attempt that finds a run with other inputs than its own."""
    return ChangedError(
        f"{run.handle}, which an earlier attempt of this task started, is {run.state.value} and had other "
        "inputs, options or another connection than this attempt. Nothing was started now. Clear the task to "
        "start a run with what it has now; keep templates that change with each attempt, such as now(), out "
        "of the inputs."
    )
