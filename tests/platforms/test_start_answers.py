"""What the answer to a start means: a run to wait for, a run that is over, or an error that says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from airflow_provider_flows.protocol.errors import AnswerError, RefusedError, UnavailableError
from airflow_provider_flows.protocol.runs import Run, RunState
from tests.link import answer
from tests.platforms.known import build, order


def read(
    platform: str,
    body: Any,
    *,
    status: int = 200,
    variant: str | None = None,
    extra: dict[str, Any] | None = None,
) -> Run:
    """Return the run that a platform reads out of an answer to its start."""
    spoken = build(platform, variant, extra=extra)
    wish = order(platform)
    return spoken.read_start(wish, answer(spoken.start_request(wish), status, body))


@dataclass(kw_only=True)
class Row:
    """One answer, and the run that it tells of."""

    name: str
    platform: str
    body: Any
    run_id: str
    status: int = 200
    variant: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    state: RunState = RunState.RUNNING
    message: str = ""
    result: Any = None
    has_result: bool = False


WON: dict[str, Any] = {"state": RunState.SUCCESS, "has_result": True}
LOST: dict[str, Any] = {"state": RunState.FAILED}
UNSAID = (
    "the webhook accepted the run without a result: whether it waits for the end is not documented, so the "
    "result is unknown"
)
ROWS = [
    Row(name="id", platform="unitelabs", status=201, body={"id": "u-1", "run_id": "no"}, run_id="u-1"),
    Row(name="run_id", platform="unitelabs", body={"run_id": "u-2"}, run_id="u-2"),
    Row(name="wrapped id", platform="unitelabs", body={"data": {"id": "u-3"}}, run_id="u-3"),
    Row(
        name="a field of one's own", platform="unitelabs", extra={"run_id_field": "run.uuid"},
        body={"id": "workflow", "run": {"uuid": "u-4"}}, run_id="u-4",
    ),
    Row(name="a number", platform="scade", body={"id": 900001, "status": 3, "result": {}}, run_id="900001"),
    Row(name="nought", platform="scade", body={"id": 0}, run_id="0"),
    Row(name="execution_id", platform="blinkops", body={"execution_id": "e-1"}, run_id="e-1"),
    Row(
        name="the output", platform="blinkops", variant="sync", body={"verdict": "bad", "id": "x"}, run_id="",
        result={"verdict": "bad", "id": "x"}, **WON,
    ),
    Row(name="no output", platform="blinkops", variant="sync", body=None, run_id="", **WON),
    Row(
        name="an output that has an execution_id among others", platform="blinkops", variant="sync",
        body={"execution_id": "e", "x": 1}, run_id="e", result={"execution_id": "e", "x": 1}, **WON,
    ),
    Row(
        name="only an id: still running", platform="blinkops", variant="sync", body={"execution_id": "e-2"},
        run_id="e-2",
    ),
    Row(
        name="accepted with only an id", platform="blinkops", variant="sync", status=202,
        body={"execution_id": "e-3"}, run_id="e-3",
    ),
    Row(
        name="ok", platform="wisebot", body={"ok": True, "runId": "w-1", "result": {"a": 1}}, run_id="w-1",
        result={"a": 1}, **WON,
    ),
    Row(
        name="ok, unused fields null", platform="wisebot",
        body={"ok": True, "runId": "w-1", "result": 0, "error": None}, run_id="w-1", result=0, **WON,
    ),
    Row(name="ok without id or result", platform="wisebot", body={"ok": True}, run_id="", **WON),
    Row(
        name="not ok", platform="wisebot", body={"ok": False, "runId": "w-2", "error": "step 3 failed"},
        run_id="w-2", message="step 3 failed", **LOST,
    ),
    Row(
        name="an error beside ok", platform="wisebot", body={"ok": True, "error": {"step": 3}}, run_id="",
        message='{"step": 3}', **LOST,
    ),
    Row(
        name="not ok, the reason elsewhere", platform="wisebot", run_id="",
        body={"ok": False, "message": "no"}, message="no", **LOST,
    ),
    Row(name="not ok, no reason", platform="wisebot", body={"ok": False}, run_id="", **LOST),
    *(
        Row(
            name=f"a run that failed, as {status}", platform="wisebot", status=status, run_id="w-3",
            body={"ok": False, "runId": "w-3", "error": "boom"}, message="boom", **LOST,
        )
        for status in (400, 409, 422, 500, 502, 504)
    ),
    Row(
        name="webhook waited", platform="wisebot", variant="webhook", run_id="w-4",
        body={"ok": True, "runId": "w-4", "result": [1]}, result=[1], **WON,
    ),
    Row(
        name="webhook only accepted", platform="wisebot", variant="webhook", run_id="w-5",
        body={"ok": True, "runId": "w-5"}, message=UNSAID, **WON,
    ),
    Row(
        name="webhook not ok", platform="wisebot", variant="webhook", run_id="",
        body={"ok": False, "error": "x"}, message="x", **LOST,
    ),
    Row(
        name="webhook: a run that failed, as 500", platform="wisebot", variant="webhook", status=500,
        run_id="w-6", body={"runId": "w-6", "error": "boom"}, message="boom", **LOST,
    ),
    *(
        Row(name=f"run id in {list(body)}", platform="vishwa", body=body, run_id="v-1")
        for body in (
            {"run_id": "v-1", "id": "no"}, {"runId": "v-1"}, {"id": "v-1"}, {"data": {"run_id": "v-1"}},
            {"data": {"id": "v-1"}}, {"run": {"run_id": "v-1"}}, {"run": {"id": "v-1"}},
        )
    ),
    Row(
        name="a field of one's own", platform="vishwa", extra={"run_id_field": "[0]"},
        body=["v-2"], run_id="v-2",
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.platform} {row.variant or ''} {row.name}")
def test_an_answer_tells_of_a_run(row: Row) -> None:
    """Run id, state, message and result are read from where the platform puts them."""
    run = read(row.platform, row.body, status=row.status, variant=row.variant, extra=row.extra)
    workspace = {"workspace": "ws-1"} if row.platform == "blinkops" else {}
    assert run.handle.platform == row.platform
    assert run.handle.flow_id == "f-1"
    assert run.handle.run_id == row.run_id
    assert run.handle.context == ({"variant": row.variant} if row.variant else {}) | workspace
    assert (run.state, run.message) == (row.state, row.message)
    assert (run.has_result, run.result) == (row.has_result, row.result)


DOUBT = "may have been started all the same: look for it on the platform"


@pytest.mark.parametrize(
    ("platform", "variant", "body", "said"),
    [
        ("unitelabs", None, {"name": "x", "state": "SCHEDULED"}, "finds no run id in the keys name, state"),
        ("unitelabs", None, {"name": "x"}, "extra run_id_field of connection 'mine'"),
        ("scade", None, {}, "'id' finds no run id in the keys none"),
        ("scade", None, {"id": ["x"]}, "finds no run id in the keys id"),
        ("scade", None, {"id": True}, "finds no run id in the keys id"),
        ("scade", None, {"id": ""}, "finds no run id in the keys id"),
        ("blinkops", None, ["e-1"], "'execution_id' finds no run id in a list"),
        ("blinkops", None, None, "'execution_id' finds no run id in null"),
        ("blinkops", None, {"execution_id": ".."}, "the run id is '..'"),
        ("blinkops", None, {"execution_id": "a\nb"}, "the run id holds control characters"),
        ("wisebot", None, {"runId": "w-1"}, "does not say how the run ended"),
        ("wisebot", "webhook", {"result": 1}, "does not say how the run ended"),
        ("vishwa", None, {"status": "started"}, "finds no run id in the keys status"),
        ("vishwa", None, b"<html>Sign in</html>", "that is not JSON: <html>Sign in</html>"),
        ("wisebot", None, b"", "that is not JSON: (empty)"),
        ("wisebot", None, b"[" * 100_000, "that is not JSON"),
        ("scade", None, b'{"id": 7', "that is not JSON"),
        ("unitelabs", None, b"\xff\xfe\xff", "that is not JSON"),
    ],
)
def test_an_unreadable_answer_leaves_doubt(platform: str, variant: str | None, body: Any, said: str) -> None:
    """A yes that names no run is an error that lists what was there, and warns of the run that may go on."""
    with pytest.raises(AnswerError) as caught:
        read(platform, body, variant=variant)
    text = str(caught.value)
    assert said in text
    assert DOUBT in text
    assert len(text) < 1500


@pytest.mark.parametrize(
    ("variant", "status", "body"),
    [
        (None, 400, {"ok": False, "error": "bad inputs"}),  # no run id: the request was wrong, no run failed
        (None, 422, {"ok": True, "runId": "w-1"}),
        ("webhook", 400, {"error": "bad inputs"}),
        (None, 418, {"ok": False, "runId": "w-1", "error": "x"}),
    ],
)
def test_wisebot_refuses_without_a_run(variant: str | None, status: int, body: Any) -> None:
    """A 4xx that does not speak of a run that failed is a refusal, not a failed run."""
    with pytest.raises(RefusedError, match=f"answered {status}"):
        read("wisebot", body, status=status, variant=variant)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("platform", ["unitelabs", "scade", "blinkops", "wisebot", "vishwa"])
def test_a_server_fault_on_a_start_leaves_doubt(platform: str, status: int) -> None:
    """After a 5xx nobody knows whether the run was started, and the error says so instead of "try again"."""
    with pytest.raises(UnavailableError) as caught:
        read(platform, b"upstream fault", status=status)
    assert DOUBT in str(caught.value)
    assert "upstream fault" in str(caught.value)
    assert "try again" not in str(caught.value)


def test_a_start_that_was_turned_away_leaves_no_doubt() -> None:
    """429, and 503 with Retry-After, turn a start away: the error says to try again later."""
    spoken = build("scade")
    request = spoken.start_request(order("scade"))
    for status in (429, 503):
        refused = answer(request, status, b"", {"retry-after": "7"})
        with pytest.raises(UnavailableError, match="try again later"):
            spoken.read_start(order("scade"), refused)
