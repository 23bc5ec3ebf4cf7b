"""What a run gave, its cancelling, and runs that somebody else started."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.platforms.specs import names
from airflow_provider_flows.protocol.errors import (
    NotFoundError,
    NotSupportedError,
    OptionsError,
    RefusedError,
)
from airflow_provider_flows.protocol.runs import RunHandle
from tests.link import answer
from tests.platforms.known import PATHS, build, handle, order


def result(platform: str, body: Any, status: int = 200, **extra: Any) -> tuple[str, Any]:
    """Return where a platform looks for a result, and what it takes out of the answer."""
    spoken, run = build(platform, extra=extra), handle(platform)
    request = spoken.result_request(run)
    assert request is not None
    assert request.method == "GET"
    return request.url, spoken.read_result(run, answer(request, status, body))


OUTPUTS = "https://app.blinkops.com/api/v1/workspace/ws-1/executions/r-1/outputs"
STATUS = {platform: path.replace("%2F", "-") for platform, path in PATHS.items()}


def test_a_result_is_looked_for_where_the_platform_has_it() -> None:
    """BlinkOps has a call of its own for the outputs; the others tell a result with the status."""
    assert result("unitelabs", {"state": "COMPLETED", "result": 1}) == (STATUS["unitelabs"], 1)
    assert result("scade", {"status": 3, "result": {"a": 1}}) == (STATUS["scade"], {"a": 1})
    assert result("vishwa", {"run_status": "done"}) == (STATUS["vishwa"], {"run_status": "done"})
    assert result("vishwa", {"out": 1}, result_field="out") == (STATUS["vishwa"], 1)
    assert result("blinkops", {"a": 1}) == (OUTPUTS, {"a": 1})
    assert result("blinkops", {"outputs": {"a": 1}}, outputs_field="outputs") == (OUTPUTS, {"a": 1})
    elsewhere = "/workspace/${options.workspace}/runs/${run.id}"
    assert result("blinkops", [], outputs_path=elsewhere)[0].endswith("/api/v1/workspace/ws-1/runs/r-1")


def test_blinkops_may_have_no_outputs() -> None:
    """A 404 for the outputs is no result; any other refusal is an error."""
    assert result("blinkops", {"message": "none"}, 404) == (OUTPUTS, None)
    with pytest.raises(RefusedError, match="no outputs yet"):
        result("blinkops", {"message": "no outputs yet"}, 400)


def test_blinkops_can_cancel() -> None:
    """A cancel is a POST that may be sent again; 400 means that the run was over already."""
    spoken, run = build("blinkops"), handle("blinkops")
    request = spoken.cancel_request(run)
    assert request is not None
    assert (request.purpose, request.method, request.body) == ("cancel", "POST", None)
    assert request.url == f"{STATUS['blinkops']}/cancel"
    assert request.is_repeatable
    assert spoken.read_cancel(run, answer(request, 200, "was cancelled")) is True
    assert spoken.read_cancel(run, answer(request, 400, {"message": "not in a running state"})) is False
    with pytest.raises(NotFoundError, match="r-1"):
        spoken.read_cancel(run, answer(request, 404))


def test_nobody_else_can_cancel() -> None:
    """The other platforms document no such call: there is no request, and no answer to one can be read."""
    for platform in {*names()} - {"airflow", "blinkops"}:
        spoken, run = build(platform), handle(platform)
        assert spoken.cancel_request(run) is None
        with pytest.raises(NotSupportedError, match="documents no way to make the call 'cancel'"):
            spoken.read_cancel(run, answer(spoken.start_request(order(platform))))


def test_a_handle_can_be_made_for_a_run_of_somebody_else() -> None:
    """A run id and the options that the paths need make a handle; the connection fills up what is missing."""
    spoken = build("blinkops")
    assert spoken.handle("e-1") == RunHandle("blinkops", "", "e-1", {"workspace": "ws-1"})
    assert spoken.handle("e-1", options={"workspace": "o"}).context == {"workspace": "o"}
    assert build("vishwa").handle("v-1", "flow").flow_id == "flow"
    with pytest.raises(OptionsError, match=r"option 'runner' is unknown; known: workspace"):
        spoken.handle("e-1", options={"runner": "x"})
    with pytest.raises(OptionsError, match="workspace"):
        build("blinkops", extra={"workspace": None}).handle("e-1")
