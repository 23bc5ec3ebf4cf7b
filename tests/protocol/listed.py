"""Runs that a listing tells of, for tests of the search."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from airflow_provider_flows.protocol.candidates import Candidate, Quest, match
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState

SINCE, UNTIL = 1_700_000_000.0, 1_700_000_090.0
KEY = "dag.task.run.-1.1"
INPUTS = {"plate": "P-1", "wells": [1, 2], "deep": {"a": None, "b": True}}
QUEST = Quest(RunOrder("f", INPUTS, task={"key": KEY}), SINCE, UNTIL)


def candidate(run_id: str = "r", flow_id: str = "f", **changes: Any) -> Candidate:
    """Return a run that matches, with some of what a listing tells of it changed."""
    run = Run(RunHandle("made_up", flow_id, run_id), RunState.RUNNING)
    return replace(Candidate(run, SINCE + 1, INPUTS, None), **changes)


def found(quest: Quest, *candidates: Candidate, name: str | None = None) -> list[str]:
    """Return the ids of the candidates that match."""
    return [each.run.handle.run_id for each in match(quest, candidates, name)]
