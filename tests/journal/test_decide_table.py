"""The table of `docs/reliability.md` is what `decide` does, and covers all that it can do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from airflow_provider_flows.journal.decide import Action, Circumstances, Standing, decide
from airflow_provider_flows.journal.entry import Entry, Stage
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
ENTRY = Entry(
    stage=Stage.INTENT, key="k1", fingerprint="same", attempt_id="a1", try_number=1, max_tries=2, at=1.0
)
NOW = Circumstances(attempt_id="a2", try_number=2, max_tries=2, fingerprint="same")
STATES = {Standing.ACTIVE: RunState.RUNNING, Standing.WELL: RunState.SUCCESS, Standing.ILL: RunState.FAILED}
MODES = ("fail", "search", "restart")


@dataclass(frozen=True)
class Row:
    """One row of the table, one word for each of its columns."""

    journal: str
    attempt: str
    inputs: str
    remote: str
    can_cancel: str
    action: str
    starts: str

    def __str__(self) -> str:
        return f"{self.journal}-{self.attempt}-{self.inputs}-{self.remote}-{self.can_cancel}"


@dataclass(frozen=True)
class Case:
    """What `decide` is given for one row, with one of the values that `any` stands for."""

    entry: Entry | None
    now: Circumstances
    standing: Standing

    def outcome(self) -> Action:
        """Decide, and look at the run if that is asked for."""
        action = decide(self.entry, self.now)
        return decide(self.entry, self.now, self.standing) if action is Action.LOOK else action


def rows() -> list[Row]:
    """Return the rows of the page's table."""
    lines = PAGE.read_text("utf-8").partition("| journal |")[2].partition("\n\n")[0].splitlines()[2:]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


def cases(row: Row) -> Iterator[Case]:
    """Return each case that a row speaks of."""
    standings = list(Standing) if row.remote == "any" else [Standing(row.remote)]
    inputs = ("same", "changed") if row.inputs == "any" else (row.inputs,)
    cancels = (True, False) if row.can_cancel == "any" else (row.can_cancel == "yes",)
    attempts = ("retry", "cleared") if row.attempt == "any" else (row.attempt,)
    for attempt, standing, what, can_cancel in itertools.product(attempts, standings, inputs, cancels):
        now = replace(attempted(attempt), fingerprint=what, can_cancel=can_cancel)
        yield Case(noted(row.journal, standing), now, standing)


def attempted(word: str) -> Circumstances:
    """Return the attempt as it sees itself."""
    if word == "first":
        return replace(NOW, try_number=1)
    return replace(NOW, max_tries=4) if word.startswith("cleared") else NOW


def noted(word: str, standing: Standing) -> Entry | None:
    """Return the entry that an earlier attempt left."""
    if word.startswith("none"):
        return None
    if word == "intent":
        return ENTRY
    state = STATES[standing] if word == "result" else RunState.RUNNING
    run = Run(RunHandle("blinkops", "flow", "r1"), state)
    entry = replace(ENTRY, run=run, stage=Stage.RESULT if word == "result" else Stage.RUN)
    return replace(entry, ending=word.endswith("cancelled"), left=word.endswith("left"))


@pytest.mark.parametrize("row", rows(), ids=str)
def test_each_row_is_what_is_done(row: Row) -> None:
    """Whatever `any` stands for, the action is the one of the row."""
    by_mode = row.action.startswith("by `on_ambiguous_start`: ")
    actions = (
        row.action.removeprefix("by `on_ambiguous_start`: ").split(", ") if by_mode else [row.action] * 3
    )
    for case, (mode, action) in itertools.product(cases(row), zip(MODES, actions, strict=True)):
        assert replace(case, now=replace(case.now, on_ambiguous_start=mode)).outcome() == Action(action)


@pytest.mark.parametrize("row", rows(), ids=str)
def test_the_starts_follow_from_the_action(row: Row) -> None:
    """An attempt adds a start exactly where its action starts."""
    before = 0 if row.journal.startswith("none") else 1
    actions = (
        row.action.removeprefix("by `on_ambiguous_start`: ").split(", ")
        if "by `" in row.action
        else [row.action]
    )
    assert [before + action.endswith("start") for action in actions] == [
        int(n) for n in row.starts.split(", ")
    ]


def test_every_situation_has_a_row() -> None:
    """No entry, attempt, inputs, state and ability are without a row."""
    covered = [(case.entry, case.now, case.standing) for row in rows() for case in cases(row)]
    journals = ("none", "intent", "run", "result", "run whose time was up, cancelled")
    for journal, attempt, standing, what, can_cancel in itertools.product(
        journals, ("retry", "cleared"), Standing, ("same", "changed"), (True, False)
    ):
        if journal == "result" and standing is Standing.ACTIVE:  # a result is that of a run that is over
            continue
        now = replace(attempted(attempt), fingerprint=what, can_cancel=can_cancel)
        situation = (noted(journal, standing), now, standing)
        if "cancelled" in journal and (attempt == "cleared" or not can_cancel or standing is Standing.WELL):
            continue  # as for any other run
        assert situation in covered, (journal, attempt, standing, what, can_cancel)


def test_a_task_that_does_not_wait_takes_the_run_as_it_is() -> None:
    """Without `wait_for_completion` a retry neither looks at the run nor starts another one."""
    now = replace(NOW, waits=False)
    assert decide(noted("run", Standing.ILL), now) is Action.REATTACH
    assert decide(noted("run", Standing.ILL), replace(now, fingerprint="changed")) is Action.LOOK
    assert decide(noted("run", Standing.ILL), replace(now, max_tries=4)) is Action.LOOK


def test_where_nobody_can_look_the_run_is_taken_to_go_on() -> None:
    """A platform that doesn't tell how a run stands is not asked."""
    blind = replace(NOW, can_look=False)
    assert decide(noted("run", Standing.WELL), blind) is Action.REATTACH
    assert decide(noted("run", Standing.WELL), replace(blind, max_tries=4)) is Action.CANCEL_AND_START


def test_the_same_attempt_is_no_clear() -> None:
    """An attempt that Airflow hands out twice meets its own entry and does not take it for a clear."""
    again = replace(NOW, attempt_id="a1", try_number=1)
    assert decide(ENTRY, again) is Action.FAIL_IN_DOUBT


def test_tries_that_are_counted_anew_are_another_task() -> None:
    """An entry whose try number is not before this attempt's was left by a task that was here before."""
    assert decide(ENTRY, replace(NOW, try_number=1)) is Action.START
