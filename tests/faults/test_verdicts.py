"""What the bench calls held, and what it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows.triggers import ending
from tests.faults.cells import Cell, Fault, Outcome
from tests.faults.judge import _ended_by_trigger, last_error
from tests.faults.report import ended_as_told, ended_line, last_line, table, went_well

DOUBT = "FlowPermanentError: Attempt 1 of this task may have started a run"


def outcome(cell: Cell | None = None, **came: Any) -> Outcome:
    """Make an outcome that held, but for what is told."""
    told: dict[str, Any] = {"struck": "seen", "state": "success", "started": 1, **came}
    return Outcome(cell or Cell("gale", "scade", "wait"), **told)


def test_a_run_that_was_started_once_and_succeeded_held() -> None:
    """The plain case is held."""
    assert outcome().verdict == "held"


@pytest.mark.parametrize(
    "came",
    [
        {"started": 2},
        {"started": 0},
        {"lost": 1},
        {"left": 1},
        {"state": "failed"},
        {"state": None},
        {"trouble": "TimeoutError"},
        {"state": "failed", "error": DOUBT},
    ],
)
def test_whatever_goes_wrong_is_not_held(came: dict[str, Any]) -> None:
    """Each shortcoming alone is enough."""
    assert outcome(**came).verdict == "NOT HELD"


def test_a_fault_that_did_not_strike_proves_nothing() -> None:
    """A cell without evidence is not held, however well its task ended."""
    assert outcome(struck=None).verdict == "NOT STRUCK"


def test_a_refusal_counts_only_where_it_may_and_if_nothing_ran_twice() -> None:
    """The task may give up with an error that says what is in doubt, and with no other."""
    refusable = Cell("gale", "scade", "wait", refusable=True)
    assert outcome(refusable, state="failed", error=DOUBT).verdict == "refused"
    assert outcome(refusable, state="failed", error=DOUBT, started=2).verdict == "NOT HELD"
    assert outcome(refusable, state="failed", error="FlowUnavailableError: 503").verdict == "NOT HELD"


def test_the_last_line_counts_ours_and_the_peers_apart() -> None:
    """A peer's duplicates are counted, and do not spoil our result."""
    peer = Cell("gale", "dbt", "defer")
    fault = Fault("gale", "a gale", (outcome().cell, peer))
    outcomes = [outcome(), outcome(peer, started=3)]
    expected = "faults: 1 of 1 held, 0 duplicates, 0 lost, 0 left behind; peers: 0 and 2 duplicates"
    assert last_line([fault], outcomes) == expected
    assert "defer: 3 of 1" in table([fault], outcomes)
    assert went_well([fault], outcomes, whole=False)
    assert not went_well([fault], outcomes, whole=True)
    assert not went_well([fault], [outcome(started=2)], whole=False)


def test_the_error_is_the_last_of_ours_and_not_that_of_a_superseded_attempt(tmp_path: Path) -> None:
    """What an attempt says whose place was taken does not hide why the task failed."""
    folder = tmp_path / "dag_id=d" / "run_id=gale" / "task_id=run"
    folder.mkdir(parents=True)
    told = {
        "attempt=1.log": [("08:00", "may have started"), ("08:02", "Airflow has begun another attempt")],
        "attempt=2.log": [("08:01", "503")],
    }
    for name, errors in told.items():
        details = [[{"exc_type": "FlowPermanentError", "exc_value": text}] for _, text in errors]
        lines = [
            json.dumps({"timestamp": at, "error_detail": detail})
            for (at, _), detail in zip(errors, details, strict=True)
        ]
        (folder / name).write_text("\n".join([*lines, "no JSON"]))
    assert last_error(tmp_path, "gale") == "FlowPermanentError: 503"
    assert last_error(tmp_path, "calm") == ""


def test_who_ended_the_deferred_tasks_is_told_and_judged() -> None:
    """A whole bench needs tasks that triggers ended, unless it was told that they must not."""
    deferred = Cell("gale", "scade", "defer")
    outcomes = [
        outcome(deferred, by_trigger=True),
        outcome(deferred),
        outcome(deferred, state="failed"),
        outcome(),
        outcome(Cell("gale", "dbt", "defer")),
    ]
    assert ended_line(outcomes, "auto").endswith("triggers ended 1 of 2 deferred tasks that did well")
    assert ended_as_told(outcomes, "auto", whole=True)
    assert not ended_as_told(outcomes, "false", whole=False)
    assert not ended_as_told(outcomes[1:], "true", whole=True)
    assert ended_as_told(outcomes[1:], "auto", whole=False)


def test_a_task_that_its_trigger_ended_is_known_by_its_log(tmp_path: Path) -> None:
    """The package's own line counts, where the trigger has written it."""
    folder = tmp_path / "dag_id=d" / "run_id=cell" / "task_id=run"
    folder.mkdir(parents=True)
    (folder / "attempt=1.log").write_text("the task ends without another worker")
    assert not _ended_by_trigger(tmp_path, "cell")
    source = Path(ending.__file__).read_text("utf-8")
    [line] = [line for line in source.splitlines() if "without another worker" in line]
    (folder / "attempt=1.log.trigger.2.log").write_text(line)
    assert _ended_by_trigger(tmp_path, "cell")
    assert not _ended_by_trigger(tmp_path, "another")
