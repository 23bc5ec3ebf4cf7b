"""How a run's end becomes a task's end, on each platform and in both modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.outcomes import (
    FlowRunCancelledError,
    FlowRunFailedError,
    FlowRunTimeoutError,
)

PLATFORMS = ("unitelabs", "scade", "blinkops", "wisebot", "vishwa")
POLLED = tuple(platform for platform in PLATFORMS if platform != "wisebot")
OUTCOMES = [
    *((platform, "failed", FlowRunFailedError) for platform in PLATFORMS),
    ("unitelabs", "crashed", FlowRunFailedError),
    *((platform, "cancelled", FlowRunCancelledError) for platform in POLLED),
    *((platform, "skipped", AirflowSkipException) for platform in ("blinkops", "vishwa")),
    *((platform, "timed_out", FlowRunFailedError) for platform in ("blinkops", "vishwa")),
]
REASONED = ("unitelabs", "scade", "blinkops", "wisebot")  # vishwa.ai's status has no place for a reason
Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]
in_both_modes = pytest.mark.parametrize("deferrable", [False, True], ids=["worker", "deferred"])


@pytest.fixture
def scade_words(
    emulator: FlowEmulator,
    put_connection: Callable[..., str],
    connections: object,  # noqa: ARG001 - they come first
) -> None:
    """Tell the connection what Scade's numbers mean: nobody has published them, these are the emulator's."""
    put_connection("scade_default", emulator.url, platform="scade", failed_states="4", cancelled_states="5")


@in_both_modes
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_result_is_returned_in_native_types(
    attempt: Make, flow: Flow, platform: str, deferrable: bool
) -> None:
    """A run that succeeds gives its result as data, and only a polled platform's task is ever deferred."""
    result = {"n": [1, 2.5, None, True], "text": "ünï"}
    task = attempt(RunFlowOperator(**flow(platform, result=result), inputs={"x": 1}, deferrable=deferrable))
    returned = task.run()
    assert len(task.deferrals) == (deferrable and platform in POLLED)
    if platform == "vishwa":  # its status is all that is public of a run's end
        assert returned["run_status"] == "completed"
    else:
        assert returned == result


@in_both_modes
@pytest.mark.usefixtures("scade_words")
@pytest.mark.parametrize(("platform", "outcome", "kind"), OUTCOMES)
def test_each_bad_end_has_its_own_exception_with_the_platforms_reason(
    attempt: Make, flow: Flow, *, platform: str, outcome: str, kind: type, deferrable: bool
) -> None:
    """A run that fails, is cancelled or is skipped raises what says so, naming the run and why."""
    arguments = flow(platform, outcome=outcome, error="the plate is upside down")
    task = attempt(RunFlowOperator(**arguments, deferrable=deferrable))
    with pytest.raises(kind) as caught:
        task.run()
    assert str(task.ti.xcoms["run_id"]) in str(caught.value)
    assert f"of flow probe on {platform}" in str(caught.value)
    if outcome == "failed" and platform in REASONED:
        assert "the plate is upside down" in str(caught.value)


@in_both_modes
@pytest.mark.parametrize("platform", POLLED)
def test_a_run_that_takes_too_long_is_cancelled_where_the_platform_can(
    attempt: Make, emulator: FlowEmulator, flow: Flow, logged: Make, *, platform: str, deferrable: bool
) -> None:
    """At the timeout BlinkOps' run is cancelled; of any other the log says that it goes on."""
    arguments = flow(platform, outcome="never_ends")
    with pytest.raises(FlowRunTimeoutError, match="was not over in time") as caught:
        attempt(RunFlowOperator(**arguments, deferrable=deferrable, timeout=0.4)).run()
    [run] = emulator.runs(platform)
    assert caught.value.run.handle.run_id == run.id
    assert (run.state == "cancelled") == (platform == "blinkops")
    assert isinstance(caught.value, AirflowFailException) == (
        platform != "blinkops"
    )  # no second run beside it
    wanted = "is being cancelled" if platform == "blinkops" else "goes on: the platform documents no way"
    assert wanted in logged()


@in_both_modes
def test_an_unknown_state_is_waited_for_and_named_in_the_timeout(
    attempt: Make, flow: Flow, logged: Callable[[], str], deferrable: bool
) -> None:
    """A word that nobody knows counts as going on; the timeout names it and the setting that maps it."""
    arguments = flow("vishwa", outcome="never_ends", state_word="gefriergetrocknet")
    task = attempt(RunFlowOperator(**arguments, deferrable=deferrable, timeout=0.5))
    with pytest.raises(FlowRunTimeoutError, match=r"'gefriergetrocknet'.*success_states"):
        task.run()
    assert logged().count("is unknown, so the run counts as going on") == 1  # whoever asks


@in_both_modes
def test_a_timeout_is_told_though_the_cancelling_fails(
    attempt: Make, emulator: FlowEmulator, flow: Flow, logged: Callable[[], str], deferrable: bool
) -> None:
    """A platform that refuses to cancel does not hide why the task failed."""
    emulator.fault("status", platform="blinkops", operation="cancel", status=403)
    task = attempt(
        RunFlowOperator(**flow("blinkops", outcome="never_ends"), deferrable=deferrable, timeout=0.3)
    )
    with pytest.raises(FlowRunTimeoutError):
        task.run()
    assert "may still go on, cancelling it failed" in logged()


def test_a_cancel_that_comes_too_late_is_said(
    attempt: Make, emulator: FlowEmulator, flow: Flow, logged: Callable[[], str]
) -> None:
    """A run that ended between the last question and the cancelling is said to be over."""
    emulator.fault("status", platform="blinkops", operation="cancel", status=400)
    with pytest.raises(FlowRunTimeoutError):
        attempt(RunFlowOperator(**flow("blinkops", outcome="never_ends"), timeout=0.2)).run()
    assert "was over already" in logged()


@pytest.mark.parametrize(("platform", "variant"), [("blinkops", "sync"), ("wisebot", "webhook")])
def test_variants_that_answer_at_once_never_defer(
    attempt: Make, emulator: FlowEmulator, flow: Flow, platform: str, variant: str
) -> None:
    """A variant whose answer holds the result needs neither a status request nor the triggerer."""
    arguments = flow(platform, result={"done": "$inputs.x"})
    task = attempt(RunFlowOperator(**arguments, variant=variant, inputs={"x": [1]}, deferrable=True))
    assert task.run() == {"done": [1]}
    assert not task.deferrals
    assert [request.operation for request in emulator.requests] == ["start"]


def test_a_webhook_that_gives_no_result_succeeds_and_says_so(
    attempt: Make, flow: Flow, logged: Callable[[], str]
) -> None:
    """An `ok` without a result is a success whose result is unknown, which the log says."""
    arguments = flow("wisebot", webhook_waits=False)
    assert attempt(RunFlowOperator(**arguments, variant="webhook")).run() is None
    assert "the result is unknown" in logged()


@in_both_modes
def test_a_result_path_picks_a_part(
    attempt: Make, flow: Flow, logged: Callable[[], str], deferrable: bool
) -> None:
    """`result_path` returns the part that it finds; one that finds nothing returns None and warns of it."""
    arguments = flow("blinkops", result={"rows": [{"n": 1}, {"n": 2}]})
    found = attempt(RunFlowOperator(**arguments, result_path="rows[].n", deferrable=deferrable)).run()
    assert found == [1, 2]
    assert "found nothing" not in logged()
    lost = attempt(RunFlowOperator(**arguments, result_path="columns", deferrable=deferrable)).run()
    assert lost is None
    assert "result_path 'columns' found nothing in the keys ['rows']" in logged()


@pytest.mark.parametrize("result", ["text", [1]])
def test_a_result_path_tells_what_was_there_instead(
    attempt: Make, flow: Flow, logged: Callable[[], str], result: Any
) -> None:
    """The warning names the type of a result that has no keys."""
    assert attempt(RunFlowOperator(**flow("wisebot", result=result), result_path="columns")).run() is None
    assert f"found nothing in a {type(result).__name__}" in logged()


@in_both_modes
def test_a_run_is_not_waited_for_when_nobody_wants_to(
    attempt: Make, emulator: FlowEmulator, flow: Flow, deferrable: bool
) -> None:
    """Without `wait_for_completion` the handle is returned after the start, and nothing is asked."""
    arguments = flow("blinkops", outcome="never_ends")
    task = attempt(RunFlowOperator(**arguments, wait_for_completion=False, deferrable=deferrable))
    handle = task.run()
    assert handle == task.ti.xcoms["handle"]
    assert handle["run_id"] == emulator.runs("blinkops")[0].id
    assert [request.operation for request in emulator.requests] == ["start"]


def test_a_failure_that_is_known_at_once_is_not_swallowed(attempt: Make, flow: Flow) -> None:
    """A platform that answers at once may say that the run failed: then the task fails, waiting or not."""
    arguments = {**flow("wisebot", outcome="failed"), "wait_for_completion": False}
    with pytest.raises(FlowRunFailedError):
        attempt(RunFlowOperator(**arguments)).run()
    flow("wisebot", outcome="success")
    assert attempt(RunFlowOperator(**arguments)).run()["platform"] == "wisebot"


def test_the_run_is_known_before_the_first_question(
    attempt: Make, emulator: FlowEmulator, flow: Flow, put_connection: Callable[..., str]
) -> None:
    """Run id, handle and link stand in XCom before the platform is asked how the run stands."""
    arguments = flow("vishwa", duration=0.3)
    put_connection(
        "vishwa_default", emulator.url, platform="vishwa", run_link="https://ui.invalid/${flow}/${run.id}"
    )
    task = attempt(RunFlowOperator(**arguments))
    task.run()
    first = min(request.at for request in emulator.requests if request.operation == "status")
    [run] = emulator.runs("vishwa")
    assert task.ti.xcoms["run_id"] == run.id
    assert task.ti.xcoms["handle"]["run_id"] == run.id
    assert task.ti.xcoms["_link_FlowRunLink"] == f"https://ui.invalid/probe/{run.id}"
    assert max(task.ti.pushed_at.values()) <= first


def test_a_run_goes_on_though_xcom_fails(
    attempt: Make, emulator: FlowEmulator, flow: Flow, logged: Callable[[], str]
) -> None:
    """A started run is not lost, and no second one started, because Airflow could not keep its id."""

    class Broken:
        dag_id = run_id = "x"
        task_id = "run"
        map_index, try_number = -1, 1

        def xcom_push(self, key: str, value: object) -> None:
            raise RuntimeError("the API server is away")

    arguments = flow("blinkops", result=7)
    assert attempt(RunFlowOperator(**arguments), Broken()).run() == 7
    assert "XCom of this task lacks run_id, handle: the API server is away" in logged()
    assert len(emulator.runs()) == 1
