"""Flows on the emulated platforms from start to result, in simulated time."""

from __future__ import annotations

import pytest

from airflow_provider_flows.emulator import EmulatorConfig
from airflow_provider_flows.protocol.errors import (
    NotFoundError,
)
from airflow_provider_flows.protocol.runs import RunHandle, RunOrder, RunState
from tests.link import BEGINNING
from tests.platforms.talk import ALL, NODES, Talk


@pytest.mark.parametrize(("platform", "variant"), ALL)
def test_a_flow_is_started_waited_for_and_its_result_fetched(platform: str, variant: str | None) -> None:
    """On every platform, in every variant, the same three conversations bring a flow to its result."""
    talk = Talk(platform, variant).flow(duration=12.0, result={"plate": "$inputs.plate", "ok": True})
    run, result = talk.through({"plate": "P-1"})
    assert run.state is RunState.SUCCESS
    [record] = talk.link.core.runs()
    assert record.inputs == {"plate": "P-1"}
    if platform == "vishwa":  # its status is all that it tells
        assert (result["run_id"], result["run_status"]) == (record.id, "completed")
    else:
        assert result == {"plate": "P-1", "ok": True}
    took = talk.link.clock() - BEGINNING
    at_once = (platform, variant) in ALL[4:]
    assert took == (12.0 if at_once else 15.0)
    assert run.handle.run_id == ("" if variant == "sync" else record.id)
    going_on = RunState.UNKNOWN if platform == "scade" else RunState.RUNNING  # its numbers are undocumented
    assert [each.state for each in talk.reported] == ([] if at_once else [going_on, RunState.SUCCESS])


def test_each_platform_is_asked_no_more_than_it_must() -> None:
    """A conversation makes the documented calls, and not one more."""
    asked = {}
    for platform, variant in ALL:
        talk = Talk(platform, variant).flow(duration=4.0)
        talk.through()
        asked[platform, variant] = talk.asked
    polled = ["start", "status", "status"]
    assert asked == {
        ("unitelabs", None): ["token", *polled],
        ("scade", None): polled,
        ("blinkops", None): [*polled, "result"],
        ("vishwa", None): polled,
        ("blinkops", "sync"): ["start"],
        ("wisebot", None): ["start"],
        ("wisebot", "webhook"): ["start"],
    }


ENDS = [
    ("unitelabs", None, "failed", RunState.FAILED, "boom"),
    ("unitelabs", None, "crashed", RunState.FAILED, "boom"),
    ("unitelabs", None, "cancelled", RunState.CANCELLED, ""),
    ("unitelabs", None, "paused_then_success", RunState.SUCCESS, ""),
    ("scade", None, "failed", RunState.FAILED, "boom"),
    ("scade", None, "cancelled", RunState.CANCELLED, ""),
    ("blinkops", None, "failed", RunState.FAILED, "boom"),
    ("blinkops", None, "timed_out", RunState.FAILED, "boom"),
    ("blinkops", None, "cancelled", RunState.CANCELLED, "cancelled by the user"),
    ("blinkops", None, "skipped", RunState.SKIPPED, ""),
    ("blinkops", None, "paused_then_success", RunState.SUCCESS, ""),
    ("vishwa", None, "failed", RunState.FAILED, ""),
    ("vishwa", None, "timed_out", RunState.FAILED, ""),
    ("vishwa", None, "cancelled", RunState.CANCELLED, ""),
    ("vishwa", None, "skipped", RunState.SKIPPED, ""),
    ("wisebot", None, "failed", RunState.FAILED, "boom"),
    ("wisebot", "webhook", "failed", RunState.FAILED, "boom"),
]


@pytest.mark.parametrize(("platform", "variant", "outcome", "state", "message"), ENDS)
def test_every_end_is_told_with_its_reason(
    platform: str, variant: str | None, outcome: str, state: RunState, message: str
) -> None:
    """However a run ends, its state is one of ours, with the platform's own reason where it gives one."""
    extra = (
        {"failed_states": "4", "cancelled_states": "5", "running_states": "1,2"}
        if platform == "scade"
        else {}
    )
    talk = Talk(platform, variant, extra=extra).flow(duration=9.0, outcome=outcome, error="boom")
    run, _ = talk.through()
    assert (run.state, run.message) == (state, message)
    assert run.handle.run_id


@pytest.mark.parametrize("status", [200, 400, 422, 500, 502])
def test_wisebots_failed_run_is_no_failed_request(status: int) -> None:
    """Whatever HTTP status a failed run has, the answer's run id tells that it was a run."""
    talk = Talk("wisebot", config=EmulatorConfig(wisebot_failed_status=status)).flow(
        outcome="failed", error="boom"
    )
    run, _ = talk.through()
    assert (run.state, run.message) == (RunState.FAILED, "boom")
    assert talk.link.starts() == 1


def test_the_webhook_may_answer_before_the_end() -> None:
    """A webhook that does not wait is a success whose result is unknown, and the message says so."""
    talk = Talk("wisebot", "webhook").flow(webhook_waits=False, duration=50.0)
    run, result = talk.through()
    assert (run.state, result, talk.link.clock()) == (RunState.SUCCESS, None, BEGINNING)
    assert "whether it waits for the end is not documented, so the result is unknown" in run.message


@pytest.mark.parametrize("shape", ["absent", "null"])
def test_unused_fields_may_be_absent_or_null(shape: str) -> None:
    """Wisebot's and Scade's answers mean the same with nulls and without them."""
    for platform in ("wisebot", "scade"):
        run, result = Talk(platform).flow(absent_or_null=shape, duration=7.0, result=[1]).through()
        assert (run.state, result) == (RunState.SUCCESS, [1])


def test_scade_may_leave_its_status_out() -> None:
    """Without a status a task is done when it has a result, and its result is returned whole."""
    talk = Talk("scade").flow(state_absent=True, duration=7.0, wrap_result=True, result={"text": "t"})
    run, result = talk.through()
    assert (run.state, run.raw_state) == (RunState.SUCCESS, "")
    assert result == {"success": {"output": {"text": "t"}}}
    assert talk.reported[0].state is RunState.UNKNOWN


def test_scades_result_comes_from_the_node_that_was_asked_for() -> None:
    """`result_node_id` chooses the node whose fields are the result."""
    _, result = Talk("scade").flow().through({"a": 1}, result_node_id="out")
    assert result == {"echo": {"a": 1}}


def test_blinkops_outputs_may_lie_deeper() -> None:
    """`outputs_field` takes the outputs out of a whole execution."""
    config = EmulatorConfig(blinkops_outputs="execution")
    assert "state_ui" in Talk("blinkops", config=config).flow().through({"a": 1})[1]
    talk = Talk("blinkops", config=config, extra={"outputs_field": "outputs"}).flow()
    assert talk.through({"a": 1})[1] == {"echo": {"a": 1}}


def test_a_run_can_be_cancelled_once() -> None:
    """A cancel takes effect at once; of a run that is over it says so, and changes nothing."""
    talk = Talk("blinkops").flow(outcome="never_ends")
    run = talk.start()
    assert talk.link.run(talk.api.cancel(run.handle)) is True
    assert talk.wait(run.handle).state is RunState.CANCELLED
    assert talk.link.run(talk.api.cancel(run.handle)) is False
    with pytest.raises(NotFoundError):
        talk.link.run(talk.api.cancel(RunHandle("blinkops", "f", "nope", run.handle.context)))


ODD_IDS = ["a/b", "a b", "größe & co", "50%", "..%2F", "日本"]


@pytest.mark.parametrize("flow_id", ODD_IDS)
@pytest.mark.parametrize(("platform", "variant"), ALL)
def test_an_odd_flow_id_arrives_as_meant(platform: str, variant: str | None, flow_id: str) -> None:
    """The platform runs the flow of exactly this id, and can be asked for its run."""
    talk = Talk(platform, variant)
    talk.link.core.flow(platform, flow_id, duration=0.0)
    nodes = NODES if platform == "scade" else {}
    run = talk.link.run(talk.api.start(RunOrder(flow_id, options=nodes, task={"key": "k"})))
    if not run.state.is_terminal:
        run = talk.wait(run.handle)
    assert run.state is RunState.SUCCESS
    assert talk.link.core.count_starts() == {(platform, flow_id): 1}


def test_unitelabs_undocumented_paths_are_settings() -> None:
    """Another path and other fields for a run work end to end."""
    extra = {
        "status_path": "/runs/${run.id}", "state_field": "state_name", "result_field": "result.echo.a",
        "run_id_field": "id",
    }  # fmt: skip
    talk = Talk("unitelabs", extra=extra).flow(duration=3.0)
    assert talk.through({"a": [7]})[1] == [7]
    assert any("/v1/runs/" in request.raw_path for request in talk.link.core.requests)


def test_the_run_name_is_unique_unless_it_is_given() -> None:
    """UniteLabs' run is named after the attempt, or as the option says."""
    talk = Talk("unitelabs").flow()
    talk.start()
    talk.start(name="mine")
    assert [run.name for run in talk.link.core.runs()] == ["k", "mine"]


def test_every_option_of_blinkops_arrives() -> None:
    """What the options say is in the body, under the vendor's names."""
    talk = Talk("blinkops").flow()
    options = {
        "event": {"e": 1},
        "runner": "r",
        "past_exec_ref": "p",
        "trigger_type": "t",
        "callback": {"url": "https://x.test"},
    }
    talk.start({"a": 1}, **options)
    [run] = talk.link.core.runs()
    assert run.body == {"input_values": {"a": 1}, **options}
