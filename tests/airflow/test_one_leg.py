"""A deferred task that its trigger ends leaves the same as one that a worker ends."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred
from airflow.triggers.base import TaskSuccessEvent

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.journal.entry import KEY
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.outcomes import FlowRunFailedError
from airflow_provider_flows.protocol.runs import Run
from airflow_provider_flows.sensors.flow import FlowRunSensor
from airflow_provider_flows.triggers.ending import leave
from airflow_provider_flows.triggers.flow import FlowRunTrigger
from tests.airflow.channel import Channel, channel
from tests.airflow.legs import Attempt, Store, TaskInstance

__all__ = ["channel"]
Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]
RESULTS = [
    {"rows": [[1, 2.5, None], {"ü": True}]}, [], {}, 0, False, "", "text", None, 1 << 70, "a\0b",
    [{"__type": "x"}],
]  # fmt: skip


def deferral(process: Attempt) -> Any:
    """Start a task and return its deferral."""
    with pytest.raises(TaskDeferred) as deferred:
        process.start()
    return deferred.value


def fired(trigger: Any, ti: TaskInstance | None, *, not_before: float | None = 0.0) -> Any:
    """Return the one event of a trigger that is stored, and made again beside its task."""
    _, arguments = trigger.serialize()
    again = FlowRunTrigger(**json.loads(json.dumps(arguments)))
    again.not_before = again.not_before if not_before is None else not_before
    again._task_instance = ti

    async def events() -> list[Any]:
        return [event async for event in again.run()]

    [event] = asyncio.run(events())
    return event


@pytest.mark.parametrize("result", RESULTS, ids=repr)
def test_a_trigger_leaves_the_result_that_a_worker_leaves(
    attempt: Make, flow: Flow, channel: Channel, result: Any
) -> None:
    """What another task pulls is the same native value, of the same type; for nothing there is nothing."""
    arguments = {**flow("scade", result=result), "deferrable": True}
    by_worker = attempt(RunFlowOperator(**arguments, end_from_trigger=False)).run()
    process = attempt(RunFlowOperator(**arguments))
    trigger = deferral(process).trigger
    channel.put(process.ti)
    assert isinstance(fired(trigger, process.ti), TaskSuccessEvent)
    left = channel.left("run")
    assert set(left) == {"run_id", "handle"} | ({"return_value"} if by_worker is not None else set())
    assert repr(left.get("return_value")) == repr(by_worker)


def test_a_part_of_a_mapped_tasks_result_stands_at_its_index(
    attempt: Make, flow: Flow, channel: Channel
) -> None:
    """`result_path` and the index hold in the trigger as on a worker."""
    arguments = {**flow("scade", result={"rows": [7, 8]}), "deferrable": True, "result_path": "rows[1]"}
    process = attempt(RunFlowOperator(**arguments), TaskInstance("run", map_index=3))
    trigger = deferral(process).trigger
    channel.put(process.ti)
    assert isinstance(fired(trigger, process.ti), TaskSuccessEvent)
    assert channel.left("run", 3)["return_value"] == 8
    assert channel.left("run") == {}


def test_the_result_of_a_dag_is_marked_as_such(attempt: Make, flow: Flow, channel: Channel) -> None:
    """A task whose result is its DAG run's stays that."""
    task = RunFlowOperator(**flow("scade", result=1), deferrable=True)
    task.returns_dag_result = True
    process = attempt(task)
    trigger = deferral(process).trigger
    channel.put(process.ti)
    fired(trigger, process.ti)
    assert channel.results == ["run"]


def test_a_success_needs_no_time_to_settle(attempt: Make, flow: Flow, channel: Channel) -> None:
    """The six seconds that Airflow needs before a task is resumed are not waited for at the end."""
    process = attempt(RunFlowOperator(**flow("scade"), deferrable=True))
    trigger = deferral(process).trigger
    channel.put(process.ti)
    assert isinstance(fired(trigger, process.ti, not_before=time.time() + 3600), TaskSuccessEvent)


def test_a_deferred_sensor_is_ended_likewise(attempt: Make, begun: Make, channel: Channel) -> None:
    """A sensor's result is left by its trigger, though its XCom tells of no handle."""
    run = begun("blinkops", duration=0.2, result=[1]).to_json()
    common: dict[str, Any] = {"task_id": "wait", "flow_conn_id": "blinkops_default", "run": run}
    process = attempt(FlowRunSensor(**common, deferrable=True))
    assert isinstance(fired(deferral(process).trigger, process.ti), TaskSuccessEvent)
    assert channel.left("wait") == {"return_value": [1]}


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "skipped"])
def test_a_run_that_did_not_do_well_is_a_workers(
    attempt: Make, flow: Flow, channel: Channel, outcome: str
) -> None:
    """Failures and skips fire the usual event, not before Airflow has settled, and nothing is left."""
    process = attempt(RunFlowOperator(**flow("blinkops", outcome=outcome), deferrable=True))
    trigger = deferral(process).trigger
    channel.put(process.ti)
    not_before = time.time() + 0.6
    event = fired(trigger, process.ti, not_before=not_before)
    assert time.time() >= not_before
    assert event.payload["state"] == outcome
    assert "return_value" not in channel.left("run")


@pytest.mark.usefixtures("channel")
def test_a_run_out_of_time_is_a_workers(attempt: Make, flow: Flow) -> None:
    """At the deadline the event tells that the run is not over."""
    process = attempt(RunFlowOperator(**flow("scade", outcome="never_ends"), deferrable=True, timeout=2))
    told = Run.from_event(fired(deferral(process).trigger, process.ti).payload)
    assert not told.state.is_terminal


def test_a_result_that_a_trigger_cannot_leave_is_a_workers(
    attempt: Make, flow: Flow, channel: Channel, emulator: FlowEmulator, tmp_path: Path
) -> None:
    """Too large, unreadable, a wrong path, XCom away or another run's: the worker takes it up, and can."""
    arguments = {**flow("blinkops", result=[1, 2, 3]), "deferrable": True}

    def event(ti: Any = None, *, inline: bool = False, **more: Any) -> Any:
        process = attempt(RunFlowOperator(**arguments, **more), ti)
        trigger = deferral(process).trigger
        channel.put(process.ti)
        if ti is not None:
            channel.stored["run", -1, "handle"] = {**trigger.handle, "run_id": "another"}
        told = fired(trigger, None if inline else process.ti)
        assert not isinstance(told, TaskSuccessEvent)
        assert "return_value" not in channel.left("run")
        return process, told.payload

    for process, payload in (event(max_result_bytes=2, result_storage=tmp_path.as_uri()), event(inline=True)):
        assert process.resume(payload)
    event(TaskInstance("run"))
    emulator.fault("status", platform="blinkops", operation="result", status=403)
    process, payload = event()
    assert process.resume(payload) == [1, 2, 3]
    for message in ("SetXCom", "GetXCom"):
        channel.away = frozenset({message})
        process, payload = event()
        assert process.resume(payload) == [1, 2, 3]


def test_a_failure_of_xcom_is_told_in_the_log(
    attempt: Make, flow: Flow, channel: Channel, logged: Callable[[], str]
) -> None:
    """Whoever wonders why a worker ended the task reads it there."""
    process = attempt(RunFlowOperator(**flow("scade"), deferrable=True))
    trigger = deferral(process).trigger
    channel.away = frozenset({"GetXCom"})
    logged()
    fired(trigger, process.ti)
    assert "A worker is going to end this task: AwayError: the API server is away" in logged()


@pytest.mark.parametrize("end", ["auto", False])
def test_the_journal_is_the_same_whoever_ended_the_task(
    attempt: Make, flow: Flow, channel: Channel, emulator: FlowEmulator, end: str | bool
) -> None:
    """After a clear another run is started, after anything else the run that did well is taken."""
    arguments = {**flow("blinkops", result=5), "deferrable": True, "end_from_trigger": end}
    store = Store()
    process = attempt(RunFlowOperator(**arguments), None, store)
    deferred = deferral(process)
    channel.put(process.ti)
    event = fired(deferred.trigger, process.ti)
    if end is False:
        process.resume(event.payload)
    entry = json.loads(store.data[KEY])
    assert (entry["stage"], entry["run"]["handle"]["run_id"]) == ("run", emulator.runs()[0].id)
    again = TaskInstance("run", try_number=2, id="attempt-2")
    assert attempt(RunFlowOperator(**arguments), again, store).start() == 5  # as after a lost success
    assert len(emulator.runs()) == 1
    cleared = TaskInstance("run", try_number=2, max_tries=5, id="attempt-2")
    deferral(attempt(RunFlowOperator(**arguments), cleared, store))
    assert len(emulator.runs()) == 2


@pytest.mark.usefixtures("channel")
def test_a_journal_that_lacks_the_run_is_a_workers(attempt: Make, flow: Flow) -> None:
    """A run that could not be noted is noted by the leg that ends the task."""
    store = Store(faults=[None, None, *[500] * 4])
    arguments = flow("scade", outcome="never_ends")
    process = attempt(RunFlowOperator(**arguments, deferrable=True, end_from_trigger=True), None, store)
    assert deferral(process).trigger.end is None
    assert json.loads(store.data[KEY])["stage"] == "intent"


def test_runs_that_end_in_the_same_second_take_turns(channel: Channel) -> None:
    """Airflow answers one after the other; who asked at once with thousands would not wait for so long."""
    channel.seconds = 0.01

    async def leave_all() -> None:
        await asyncio.gather(
            *(
                leave({"link": number}, TaskInstance("run", map_index=number), logging.getLogger())
                for number in range(40)
            )
        )

    asyncio.run(leave_all())
    assert [channel.left("run", number) for number in range(40)] == [{"link": n} for n in range(40)]
    assert channel.most == 4


def test_a_kill_at_the_end_cancels_nothing(
    attempt: Make, flow: Flow, channel: Channel, emulator: FlowEmulator
) -> None:
    """Airflow may call a trigger killed whose task it has just seen to succeed; the run is over."""
    process = attempt(RunFlowOperator(**flow("blinkops"), deferrable=True))
    trigger = deferral(process).trigger
    trigger._task_instance = process.ti
    channel.put(process.ti)

    async def ended_then_killed() -> None:
        async for _ in trigger.run():
            await trigger.on_kill()

    asyncio.run(ended_then_killed())
    assert "cancel" not in [request.operation for request in emulator.requests]


def test_what_a_trigger_is_told_is_small_and_plain(attempt: Make, flow: Flow) -> None:
    """Its arguments are JSON without any secret, and hold what the task asked for."""
    process = attempt(RunFlowOperator(**flow("scade"), deferrable=True, result_path="a", max_result_bytes=9))
    [end] = [deferral(process).trigger.serialize()[1]["end"]]
    assert end == {"result_path": "a", "max_result_bytes": 9, "is_dag_result": False, "is_owner": True}
    assert json.loads(json.dumps(end)) == end


@pytest.mark.usefixtures("channel")
def test_a_failure_after_the_deferral_has_its_own_exception(attempt: Make, flow: Flow) -> None:
    """The event of a trigger that may end its task resumes it as any other does."""
    process = attempt(RunFlowOperator(**flow("blinkops", outcome="failed"), deferrable=True))
    event = fired(deferral(process).trigger, process.ti)
    with pytest.raises(FlowRunFailedError):
        process.resume(event.payload)


def test_a_trigger_reads_its_connection_once_for_wait_and_result(
    attempt: Make, flow: Flow, channel: Channel, emulator: FlowEmulator
) -> None:
    """Connection, session and token are kept between the run's end and its result."""
    hidden = []
    for end in (False, True):
        process = attempt(RunFlowOperator(**flow("blinkops"), deferrable=True, end_from_trigger=end))
        trigger = deferral(process).trigger
        channel.put(process.ti)
        channel.asked.clear()
        assert isinstance(fired(trigger, process.ti), TaskSuccessEvent) is end
        hidden.append(channel.asked.count("MaskSecret"))
    assert [request.operation for request in emulator.requests][-2:] == ["status", "result"]
    assert hidden[0] == hidden[1] > 0
