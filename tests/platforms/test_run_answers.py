"""How a run stands: requests to the letter, answers to the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from airflow_provider_flows.protocol.errors import (
    AnswerError,
    FlowIdError,
    NotFoundError,
)
from airflow_provider_flows.protocol.runs import Run, RunState
from tests.link import answer
from tests.platforms.known import PATHS, build, handle


@pytest.mark.parametrize("platform", PATHS)
def test_the_status_is_asked_for_here(platform: str) -> None:
    """The status of a run is a harmless GET at the documented path, the run's id encoded."""
    request = build(platform).status_request(handle(platform, "r/1"))
    assert request is not None
    assert (request.purpose, request.method, request.url) == ("status", "GET", PATHS[platform])
    assert (request.body, request.is_repeatable, request.read_timeout) == (None, True, 30.0)
    assert request.headers == {"Accept": "application/json"}


def test_wisebot_cannot_be_asked_again() -> None:
    """Wisebot documents no call on a run, in neither variant."""
    for variant in (None, "webhook"):
        spoken, run = build("wisebot", variant), handle("wisebot")
        for request in (spoken.status_request, spoken.result_request, spoken.cancel_request):
            assert request(run) is None


@pytest.mark.parametrize("path", ["/runs/${run.id}", "/runs?id=${run.id}&of=${flow}"])
def test_the_status_path_is_a_setting(path: str) -> None:
    """UniteLabs' undocumented path can be replaced, its values encoded all the same."""
    request = build("unitelabs", extra={"status_path": path}).status_request(handle("unitelabs", "r/1"))
    assert request is not None
    expected = path.replace("${run.id}", "r%2F1").replace("${flow}", "f-1")
    assert request.url == f"https://api.unitelabs.io/t-1/v1{expected}"


@dataclass(kw_only=True)
class Row:
    """One answer to the question how a run stands."""

    platform: str
    body: Any
    state: RunState
    raw: str
    message: str = ""
    result: Any = None
    status: int = 200
    extra: dict[str, Any] = field(default_factory=dict)


def unitelabs(body: Any, state: RunState, raw: str, **more: Any) -> Row:
    """Return a row of UniteLabs."""
    return Row(platform="unitelabs", body=body, state=state, raw=raw, **more)


def scade(body: Any, state: RunState, raw: str, **more: Any) -> Row:
    """Return a row of Scade."""
    return Row(platform="scade", body=body, state=state, raw=raw, **more)


def blinkops(body: Any, state: RunState, **more: Any) -> Row:
    """Return a row of BlinkOps, whose word is the first of two."""
    word = body.get("state_ui") or body.get("state")
    return Row(platform="blinkops", body=body, state=state, raw=word, **more)


def vishwa(word: str, state: RunState, **more: Any) -> Row:
    """Return a row of vishwa.ai, whose result is its whole answer."""
    body = {"run_id": "r-1", "run_status": word, "run_type": "api"}
    done: dict[str, Any] = {"result": body} if state is RunState.SUCCESS else {}
    return Row(platform="vishwa", body=body, state=state, raw=word, **done, **more)


S = RunState
FAILURES = {"failed_states": "4,8"}
ROWS = [
    unitelabs({"state_type": "COMPLETED", "state": "x", "result": [1]}, S.SUCCESS, "COMPLETED", result=[1]),
    unitelabs({"state_type": "COMPLETED", "state_name": "Odd"}, S.SUCCESS, "COMPLETED", result=None),
    unitelabs({"state": {"type": "FAILED", "name": "x"}, "message": "m"}, S.FAILED, "FAILED", message="m"),
    unitelabs({"state_name": "Crashed", "message": "no memory"}, S.FAILED, "Crashed", message="no memory"),
    unitelabs({"state": {"name": "Late"}}, S.RUNNING, "Late"),
    unitelabs({"state": "PENDING"}, S.QUEUED, "PENDING"),
    unitelabs({"status": "CANCELLED", "detail": "by me"}, S.CANCELLED, "CANCELLED", message="by me"),
    unitelabs({"data": {"state_type": "RUNNING"}}, S.RUNNING, "RUNNING"),
    unitelabs({"data": {"state": "PAUSED"}}, S.RUNNING, "PAUSED"),
    unitelabs({"state_type": "SCHEDULED", "state_name": "AwaitingRetry"}, S.QUEUED, "SCHEDULED"),
    unitelabs({"phase": "done", "state": "x"}, S.SUCCESS, "done", extra={"state_field": "phase"}),
    unitelabs(
        {"state": "COMPLETED", "output": {"a": 1}}, S.SUCCESS, "COMPLETED", result={"a": 1},
        extra={"result_field": "output"},
    ),
    unitelabs({"state": "Sealed"}, S.SUCCESS, "Sealed", extra={"success_states": "sealed, stored"}),
    unitelabs({"state": "crashed"}, S.CANCELLED, "crashed", extra={"cancelled_states": ["Crashed"]}),
    scade({"status": 3, "result": {"t": 1}}, S.SUCCESS, "3", result={"t": 1}),
    scade({"status": 3.0, "result": None}, S.SUCCESS, "3.0"),
    scade({"result": {"success": {"output": 1}}}, S.SUCCESS, "", result={"success": {"output": 1}}),
    scade({"status": None, "result": []}, S.SUCCESS, "", result=[]),
    scade({"status": 4, "error": {"message": "e"}}, S.FAILED, "4", message="e", extra=FAILURES),
    scade({"status": 5}, S.FAILED, "5", extra={"failed_states": [5]}),
    scade({"status": 3, "result": 1}, S.FAILED, "3", extra={"failed_states": "3"}),  # failures come first
    scade({"status": 6}, S.CANCELLED, "6", extra={"cancelled_states": "6"}),
    scade({"status": 7}, S.SKIPPED, "7", extra={"skipped_states": "7"}),
    scade({"status": 1}, S.RUNNING, "1", extra={"running_states": "1, 2"}),
    scade({"status": 8, "errors": ["a", "b"]}, S.FAILED, "8", message='["a", "b"]', extra=FAILURES),
    scade(
        {"status": 4, "result": {"error": "in it"}}, S.FAILED, "4", message="in it", extra=FAILURES,
    ),
    blinkops({"state_ui": "Completed", "state": "failed"}, S.SUCCESS),
    blinkops({"state_ui": "", "state": "in_progress"}, S.RUNNING),
    blinkops({"state_ui": "In progress"}, S.RUNNING),
    blinkops({"state_ui": "Pending"}, S.RUNNING),
    blinkops({"state_ui": "Paused"}, S.RUNNING),
    blinkops({"state_ui": "Queued"}, S.QUEUED),
    blinkops({"state_ui": "Skipped"}, S.SKIPPED),
    blinkops({"state_ui": "Failed", "error_details": {"message": "S1 died"}}, S.FAILED, message="S1 died"),
    blinkops({"state_ui": "Timeout"}, S.FAILED),
    blinkops({"state_ui": "Timed out"}, S.FAILED),
    blinkops({"state_ui": "Cancelled", "cancel_reason": "by Ann"}, S.CANCELLED, message="by Ann"),
    blinkops({"state_ui": "Stopped", "error_details": {}}, S.CANCELLED),
    vishwa("completed", S.SUCCESS),
    vishwa("SUCCEEDED", S.SUCCESS),
    vishwa("running", S.RUNNING),
    vishwa("waiting-for-approval", S.RUNNING),
    vishwa("error", S.FAILED),
    vishwa("Timed Out", S.FAILED),
    vishwa("canceled", S.CANCELLED),
    vishwa("skipped", S.SKIPPED),
]  # fmt: skip


def read(row: Row) -> Run:
    """Return the run that a platform reads out of a row's answer."""
    spoken, run = build(row.platform, extra=row.extra), handle(row.platform)
    request = spoken.status_request(run)
    assert request is not None
    return spoken.read_status(run, answer(request, row.status, row.body))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.platform} {row.body}")
def test_an_answer_tells_how_a_run_stands(row: Row) -> None:
    """The platform's word, its meaning, the reason of a failure and the result of a success are read."""
    run = read(row)
    assert run.handle == handle(row.platform)
    assert (run.state, run.raw_state, run.message) == (row.state, row.raw, row.message)
    comes_with_status = row.state is S.SUCCESS and row.platform != "blinkops"
    assert (run.has_result, run.result) == (comes_with_status, row.result)


UNKNOWN = [
    unitelabs({"state": "Zzz"}, S.UNKNOWN, "Zzz"),
    scade({"status": 4, "error": "bang"}, S.UNKNOWN, "4", message="bang"),
    scade({"status": 0}, S.UNKNOWN, "0"),
    blinkops({"state_ui": "Wedged"}, S.UNKNOWN),
    vishwa("dreaming", S.UNKNOWN),
]


@pytest.mark.parametrize("row", UNKNOWN, ids=lambda row: f"{row.platform} {row.raw}")
def test_an_unknown_word_is_a_run_that_goes_on(row: Row) -> None:
    """A word that nobody knows ends nothing; the message has it, the platform's reason, and the settings."""
    run = read(row)
    assert (run.state, run.raw_state, run.has_result) == (S.UNKNOWN, row.raw, False)
    assert f"the state {row.raw!r} is unknown" in run.message
    assert row.message in run.message
    for setting in ("success_states", "failed_states", "cancelled_states", "skipped_states", "'mine'"):
        assert setting in run.message


@pytest.mark.parametrize(
    ("platform", "body", "said"),
    [
        ("unitelabs", {"name": "x", "id": "r"}, "no state in the keys id, name (extra state_field of conn"),
        ("scade", {"id": 1}, "'status' finds no state in the keys id"),
        ("scade", {"status": None, "result": None}, "finds no state in the keys result, status"),
        ("blinkops", {"state_ui": None}, "finds no state in the keys state_ui"),
        ("vishwa", [], "'run_status' finds no state in a list"),
    ],
)
def test_an_answer_without_a_state_is_a_run_that_goes_on(platform: str, body: Any, said: str) -> None:
    """An answer that says nothing of the state ends nothing; the message says what was there instead."""
    run = read(Row(platform=platform, body=body, state=S.UNKNOWN, raw=""))
    assert (run.state, run.raw_state) == (S.UNKNOWN, "")
    assert said in run.message


@pytest.mark.parametrize("platform", PATHS)
def test_a_status_that_is_no_json_is_an_error(platform: str) -> None:
    """A page instead of JSON is an error, without the doubt that only a start leaves."""
    with pytest.raises(AnswerError, match="not JSON") as caught:
        read(Row(platform=platform, body=b"<html>", state=S.UNKNOWN, raw=""))
    assert "may have been started" not in str(caught.value)


@pytest.mark.parametrize("platform", PATHS)
def test_a_missing_run_is_an_error(platform: str) -> None:
    """A 404 names the run, its flow and the connection."""
    with pytest.raises(NotFoundError, match=r"run r-1 of flow f-1 on .* exists there.*'mine'"):
        read(Row(platform=platform, body={"message": "gone"}, status=404, state=S.UNKNOWN, raw=""))


@pytest.mark.parametrize("run_id", ["", " ", ".", "..", "a\x00b", "a\nb", "\udc80"])
@pytest.mark.parametrize("platform", PATHS)
def test_a_run_id_that_cannot_be_asked_for_is_refused(platform: str, run_id: str) -> None:
    """A run id that would change the address it stands in never gets there."""
    with pytest.raises(FlowIdError, match="the run id"):
        build(platform).status_request(handle(platform, run_id))
