"""The trigger alone, on an event loop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.triggers.flow import FlowRunTrigger
from tests.airflow.legs import TaskInstance

HANDLE = {"platform": "vishwa", "flow_id": "probe", "run_id": "r1", "context": {}}
Flow = Callable[..., dict[str, Any]]


def payloads(trigger: Any) -> list[Any]:
    """Return what all events of a trigger hold."""

    async def events() -> list[Any]:
        return [event.payload async for event in trigger.run()]

    return asyncio.run(events())


@pytest.fixture
def run(flow: Flow) -> Callable[..., RunHandle]:
    """Return a function that starts a run at vishwa.ai."""

    def begin(**behaviour: Any) -> RunHandle:
        arguments = flow("vishwa", **behaviour)
        return FlowHook("vishwa_default").start_run(arguments["flow_id"]).handle

    return begin


def test_it_is_made_again_from_what_airflow_stores() -> None:
    """Class path and arguments are plain JSON that makes an equal trigger."""
    trigger = FlowRunTrigger("c", HANDLE, 5.0, 1e9, not_before=9e8)
    path, arguments = trigger.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(import_module(module), name)(**json.loads(json.dumps(arguments)))
    assert again.serialize() == trigger.serialize()
    assert arguments == {
        "flow_conn_id": "c",
        "handle": HANDLE,
        "poll_interval": 5.0,
        "until": 1e9,
        "not_before": 9e8,
        "unreachable_timeout": 600.0,
        "cancel_on_kill": True,
        "max_poll_interval": None,
        "since": None,
        "end": None,
    }


def test_it_fires_once_without_the_result(run: Callable[..., RunHandle]) -> None:
    """The event is small, plain JSON, and no result is in it."""
    handle = run(result={"large": "x" * 10_000})
    [event] = payloads(FlowRunTrigger("vishwa_default", handle.to_json(), 0.05, time.time() + 20))
    assert Run.from_event(event) == Run(handle, RunState.SUCCESS, "completed")
    assert len(json.dumps(event)) < 300


def test_it_gives_up_in_time(run: Callable[..., RunHandle]) -> None:
    """At its deadline it tells how the run last stood."""
    handle = run(outcome="never_ends")
    [event] = payloads(FlowRunTrigger("vishwa_default", handle.to_json(), 0.05, time.time() + 0.2))
    assert Run.from_event(event).state is RunState.RUNNING


@pytest.mark.parametrize("fault", [False, True])
def test_it_never_fires_before_it_may(
    run: Callable[..., RunHandle], emulator: FlowEmulator, *, fault: bool
) -> None:
    """Neither a run that is over nor a fault that is found at once is told before `not_before`."""
    handle = run(duration=0)
    if fault:
        emulator.fault("status", platform="vishwa", operation="status", status=401)
    not_before = time.time() + 0.5
    trigger = FlowRunTrigger(
        "vishwa_default", handle.to_json(), 0.05, time.time() + 20, not_before, unreachable_timeout=0
    )
    [event] = payloads(trigger)
    assert time.time() >= not_before
    assert event.get("fault") == ("CredentialsError" if fault else None)


def test_a_fault_is_told_with_its_kind_and_without_secrets(
    run: Callable[..., RunHandle], emulator: FlowEmulator, put_connection: Callable[..., str]
) -> None:
    """The worker must know whether another attempt can help; the credential is in no event."""
    handle = run(duration=0)
    put_connection("vishwa_default", emulator.url, platform="vishwa", password="Planted-Wrong-Key")
    trigger = FlowRunTrigger(
        "vishwa_default", handle.to_json(), 0.05, time.time() + 20, unreachable_timeout=0
    )
    [event] = payloads(trigger)
    assert event["fault"] == "CredentialsError"
    assert event["handle"] == handle.to_json()
    assert "vishwa_default" in event["message"]
    assert "Planted" not in str(event)


@pytest.mark.usefixtures("connections")
def test_other_exceptions_go_to_airflow() -> None:
    """A handle that makes no sense, or a connection that is gone, is Airflow's to tell, with its text."""
    with pytest.raises(ValueError, match="not a run's handle"):
        payloads(FlowRunTrigger("vishwa_default", {"platform": "vishwa"}, 1, time.time()))
    with pytest.raises(Exception, match="not_there"):
        payloads(FlowRunTrigger("not_there", HANDLE, 1, time.time()))


def test_many_triggers_wait_at_once(run: Callable[..., RunHandle]) -> None:
    """Triggers that share an event loop, and with it a session, each fire once for their own run."""
    handles = [run(duration=0.3) for _ in range(5)]

    async def all_events() -> list[Any]:
        async def first(handle: RunHandle) -> Any:
            trigger = FlowRunTrigger("vishwa_default", handle.to_json(), 0.1, time.time() + 20)
            return [event.payload async for event in trigger.run()]

        return await asyncio.gather(*(first(handle) for handle in handles))

    told = asyncio.run(all_events())
    assert [[event["handle"]["run_id"] for event in events] for events in told] == [
        [handle.run_id] for handle in handles
    ]


@pytest.mark.parametrize(
    ("state", "becomes"),
    [("failed", "cancelled"), ("success", "cancelled"), ("skipped", "cancelled"), ("deferred", "running")]
    + [(state, "running") for state in ("running", "scheduled", None)],
)
def test_a_kill_cancels_only_what_a_person_ended(
    begun: Callable[..., RunHandle],
    emulator: FlowEmulator,
    task_state: Callable[[str | None], None],
    state: str | None,
    becomes: str,
) -> None:
    """A marked task takes its run with it; a trigger that moves, or whose task was cleared, leaves it."""
    task_state(state)
    killed(FlowRunTrigger("blinkops_default", begun("blinkops", outcome="never_ends").to_json(), 1, 0))
    assert [run.state for run in emulator.runs()] == [becomes]


def test_a_kill_tells_what_it_could_not_do(
    begun: Callable[..., RunHandle],
    emulator: FlowEmulator,
    task_state: Callable[[str | None], None],
    logged: Callable[[], str],
) -> None:
    """It says what goes on where the platform cannot cancel, has ended it, refuses, or must not be asked."""
    task_state("failed")
    killed(FlowRunTrigger("vishwa_default", begun("vishwa", outcome="never_ends").to_json(), 1, 0))
    assert "goes on: vishwa.ai documents no way to cancel a run" in logged()
    over = FlowRunTrigger("blinkops_default", begun("blinkops", duration=0).to_json(), 1, 0)
    killed(over)
    assert "was over already" in logged()
    emulator.fault("status", platform="blinkops", operation="cancel", status=401)
    killed(over)
    assert "cancelling it failed" in logged()
    sent = len(emulator.requests)
    over.cancel_on_kill = False
    killed(over)
    assert len(emulator.requests) == sent


def test_a_kill_goes_on_though_it_is_cancelled_again_and_again(
    begun: Callable[..., RunHandle], emulator: FlowEmulator, task_state: Callable[[str | None], None]
) -> None:
    """A slow answer to the cancel is waited for, although Airflow cancels a killed trigger every second."""
    task_state("failed")
    emulator.fault("slow", platform="blinkops", operation="cancel", seconds=0.5)
    trigger = FlowRunTrigger("blinkops_default", begun("blinkops", outcome="never_ends").to_json(), 1, 0)
    trigger._task_instance = TaskInstance("run")

    async def kill() -> int:
        killing = asyncio.create_task(trigger.on_kill())
        cancelled = 0
        while not killing.done():
            await asyncio.sleep(0.05)
            cancelled += killing.cancel()
        await killing
        return cancelled

    assert asyncio.run(kill()) > 1
    assert [run.state for run in emulator.runs()] == ["cancelled"]


def test_a_kill_without_an_answer_leaves_the_run(
    begun: Callable[..., RunHandle], emulator: FlowEmulator, logged: Callable[[], str]
) -> None:
    """Where Airflow does not say why it ends the trigger, the run goes on."""
    killed(FlowRunTrigger("blinkops_default", begun("blinkops", outcome="never_ends").to_json(), 1, 0))
    assert [run.state for run in emulator.runs()] == ["running"]
    assert "did not say why" in logged()


def killed(trigger: FlowRunTrigger) -> None:
    """Kill a trigger as Airflow does."""
    trigger._task_instance = TaskInstance("run")
    asyncio.run(trigger.on_kill())
