"""What a watch tells before it has heard anything, and in whose time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from airflow_provider_flows.protocol.errors import ResponseLostError
from airflow_provider_flows.protocol.retry import retry_after
from airflow_provider_flows.protocol.runs import Run, RunState
from airflow_provider_flows.protocol.waiting import Heard, Watch, say_nothing
from tests.protocol.made_up import BEGINNING, HANDLE, STATUS, said


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine stand where the clocks are ten hours ahead."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "XXX-10")
        time.tzset()
        yield
    time.tzset()


def test_before_anything_is_heard_the_run_is_unknown() -> None:
    """A watch without an answer and without a fault tells of no fault."""
    assert Watch(Heard.nothing(HANDLE), 60.0, say_nothing).told == Run(HANDLE, RunState.UNKNOWN)


@pytest.mark.usefixtures("_elsewhere")
def test_times_are_told_in_utc() -> None:
    """What people read names the same instant wherever the worker stands."""
    watch = Watch(Heard.nothing(HANDLE), 60.0, say_nothing)
    with watch.forgiving(lambda: BEGINNING):
        raise ResponseLostError("gone", STATUS)
    assert watch.told.message == "not seen in this wait; no good answer since 2023-11-14 22:13:20 UTC: gone"


@pytest.mark.usefixtures("_elsewhere")
def test_a_date_without_a_zone_is_taken_for_utc() -> None:
    """Retry-After's dates are in UTC, wherever the worker stands."""
    answer = said(STATUS, "", retry_after="Tue, 14 Nov 2023 22:14:20 -0000")
    assert retry_after(answer, BEGINNING) == 60.0
