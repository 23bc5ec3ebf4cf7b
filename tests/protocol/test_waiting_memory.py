"""A wait that goes on in another process, with what was heard in an earlier one."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.errors import (
    CredentialsError,
    FlowError,
    NotFoundError,
    OversizedError,
    UnavailableError,
)
from airflow_provider_flows.protocol.runs import Run, RunState
from airflow_provider_flows.protocol.waiting import Heard, Watch
from tests.protocol.made_up import BEGINNING, HANDLE, STATUS, said

ANSWERS: dict[str, Run | FlowError] = {
    "queued": Run(HANDLE, RunState.QUEUED, "q"),
    "running": Run(HANDLE, RunState.RUNNING, "r", "soon over"),
    "503": UnavailableError("away", said(STATUS, "", 503)),
    "404": NotFoundError("no such run", said(STATUS, "", 404)),
    "403": CredentialsError("not allowed", said(STATUS, "", 403)),
    "huge": OversizedError("too large", STATUS),
}
Looks = Sequence[tuple[str, float]]


def waited(looks: Looks, *, in_one_process: bool) -> tuple[list[tuple[str, str]], list[str], str]:
    """Look so often, each look some seconds after the last; return reports, what was told, and the error."""
    reports: list[tuple[str, str]] = []
    told: list[str] = []
    now = BEGINNING
    heard = Heard.nothing(HANDLE)
    watch = Watch(heard, 100.0, lambda run: reports.append((run.raw_state, run.message)))
    for answer, after in looks:
        now += after
        if not in_one_process:
            heard = Heard.from_json(json.loads(json.dumps(watch.heard.to_json())))
            watch = Watch(heard, 100.0, lambda run: reports.append((run.raw_state, run.message)))
        try:
            with watch.forgiving(lambda: now):  # noqa: B023 - called before it changes
                if isinstance(found := ANSWERS[answer], FlowError):
                    raise found
                watch.hear(found, now)
        except FlowError as error:
            return reports, told, f"{type(error).__name__}: {error}"
        told.append(f"{watch.told.state.value}: {watch.told.message}")
    return reports, told, ""


@given(st.lists(st.tuples(st.sampled_from(sorted(ANSWERS)), st.floats(0, 90)), max_size=12))
def test_a_wait_in_many_processes_is_as_one_in_one(looks: Looks) -> None:
    """What is forgiven, for how long, and what is told of it do not depend on where the process ended."""
    assert waited(looks, in_one_process=False) == waited(looks, in_one_process=True)


def test_budgets_go_on_in_another_process() -> None:
    """Each kind of fault has the budget that it has in one process, and a good answer renews it."""
    for fault, budget in (("503", 100), ("404", 60), ("403", 60)):
        spell = [("running", 0.0), (fault, 1.0)]
        assert waited([*spell, (fault, budget - 1)], in_one_process=False)[2] == ""
        assert waited([*spell, ("queued", budget), (fault, 1)], in_one_process=False)[2] == ""
        assert f"no good answer for {budget} s" in waited([*spell, (fault, budget)], in_one_process=False)[2]
    assert waited([("404", 0), ("404", 99)], in_one_process=False)[2] == ""
    assert "not seen in this wait" in waited([("404", 0), ("404", 100)], in_one_process=False)[2]


def test_a_silence_is_reported_once_in_many_processes() -> None:
    """The first fault and the first answer after it are reported, whichever processes meet them."""
    reports, _, _ = waited(
        [("running", 0), ("503", 5), ("503", 5), ("404", 5), ("running", 5), ("running", 5)],
        in_one_process=False,
    )
    silence = "soon over; no good answer since 2023-11-14 22:13:25 UTC: away"
    assert reports == [("r", "soon over"), ("r", silence), ("r", "soon over")]


@pytest.mark.parametrize(
    "data",
    [{}, {"run": {}}, {**Heard.nothing(HANDLE).to_json(), "at": "soon"}, {"at": None}, [], None],
)
def test_what_makes_no_sense_is_not_taken_for_a_memory(data: object) -> None:
    """Anything but what was written is an error of a kind that a reader can catch."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        Heard.from_json(data)  # type: ignore[arg-type]  # on purpose
