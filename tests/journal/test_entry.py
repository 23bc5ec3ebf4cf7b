"""The journal's entry: what is written is read back, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.journal.entry import KEY, VERSION, Entry, Stage
from airflow_provider_flows.journal.errors import JournalUnreadableError
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from tests.journal.doubles import INTENT, NOTED

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)  # as databases take it
TIMES = st.floats(0, 4e9)
RUNS = st.builds(
    Run,
    st.builds(RunHandle, TEXT, TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=2)),
    st.sampled_from(RunState),
    TEXT,
    TEXT,
)
ENTRIES = st.builds(
    Entry,
    stage=st.sampled_from(Stage),
    key=TEXT,
    fingerprint=TEXT,
    attempt_id=TEXT,
    try_number=st.integers(0, 99),
    max_tries=st.integers(0, 99),
    at=TIMES,
    run=RUNS,
    since=TIMES,
    until=TIMES,
    left=st.booleans(),
    ending=st.booleans(),
    waits=st.integers(0, 9),
    past=st.lists(TEXT, max_size=3).map(tuple),
    kept=st.none() | st.dictionaries(TEXT, st.integers() | TEXT, max_size=2),
)


@given(ENTRIES)
def test_what_is_written_is_read_back(entry: Entry) -> None:
    """An entry survives the way through JSON as it was."""
    assert Entry.from_json(json.loads(json.dumps(entry.to_json()))) == entry


@pytest.mark.parametrize("stage", [Stage.INTENT, Stage.WITHDRAWN])
def test_before_there_is_a_run_none_is_told(stage: Stage) -> None:
    """An intent, withdrawn or not, is read back without a run and without a result."""
    entry = replace(INTENT, stage=stage)
    assert Entry.from_json(entry.to_json()) == entry
    assert not {"run", "kept"} & entry.to_json().keys()


def test_nothing_is_noted_that_was_not_told() -> None:
    """What an entry holds before anybody says more: no times, no marks, no past."""
    assert (INTENT.since, INTENT.until, INTENT.waits, INTENT.past) == (0.0, 0.0, 0, ())
    assert (INTENT.left, INTENT.ending, INTENT.run, INTENT.kept) == (False, False, None, None)


def test_a_result_stays_out_of_the_run() -> None:
    """The result of a run stands in `kept` alone, which knows how large it may be."""
    run = Run(RunHandle("wisebot", "f", "r"), RunState.SUCCESS, result={"a": 1}, has_result=True)
    entry = replace(NOTED, stage=Stage.RESULT, run=run, kept={"result": {"a": 1}})
    read = Entry.from_json(entry.to_json())
    assert read.run == Run(run.handle, RunState.SUCCESS)
    assert read.kept == {"result": {"a": 1}}


def test_the_form_is_the_documented_one() -> None:
    """The row has the version, the stage and the past beside what is plain, under a key that stays."""
    assert (KEY, VERSION) == ("flow_run", 1)
    assert INTENT.to_json() == {
        "version": 1,
        "stage": "intent",
        "past": [],
        "key": "k1",
        "fingerprint": "same",
        "attempt_id": "a1",
        "try_number": 1,
        "max_tries": 2,
        "at": 100.0,
        "since": 0.0,
        "until": 0.0,
        "left": False,
        "ending": False,
        "waits": 0,
    }
    assert [stage.value for stage in Stage] == ["intent", "withdrawn", "run", "result"]


GOOD = NOTED.to_json()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "TypeError: 'NoneType' object is not subscriptable"),
        ("text", "TypeError: string indices must be integers"),
        ({}, "KeyError: 'version'"),
        ({**GOOD, "version": 2}, "ValueError: its version is 2, not 1"),
        ({**GOOD, "stage": "later"}, "ValueError: 'later' is not a valid Stage"),
        ({**GOOD, "run": {"handle": {}}}, "ValueError: "),
        ({name: value for name, value in GOOD.items() if name != "run"}, "ValueError: it tells of no run"),
        ({name: value for name, value in GOOD.items() if name != "at"}, "KeyError: 'at'"),
    ],
)
def test_what_makes_no_sense_is_said_to(data: Any, why: str) -> None:
    """Anything else is refused, with what is wrong and what a person can do."""
    with pytest.raises(JournalUnreadableError) as caught:
        Entry.from_json(data)
    text = str(caught.value)
    assert text.startswith(f"What the task state store holds of this task's run makes no sense ({why}")
    assert text.endswith(
        ". Nothing was started. Look on the platform whether a run goes on, then delete the key 'flow_run' "
        "of this task in Airflow's task state store, and clear the task"
    )
