"""The sensor in its modes: what it takes, what it gives, and how it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import (
    TaskDeferred,
)

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.sensors.flow import FlowRunSensor

POLLED = ("unitelabs", "scade", "blinkops", "vishwa")
MODES = ("poke", "reschedule", "deferrable")
Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]
in_all_modes = pytest.mark.parametrize("mode", MODES)


@in_all_modes
@pytest.mark.parametrize("platform", POLLED)
def test_a_sensor_waits_for_a_handle_and_returns_the_result(
    begun: Make, waited: Make, platform: str, mode: str
) -> None:
    """On each polled platform and in each mode the run's result is the sensor's."""
    handle = begun(platform, duration=0.4, result=[1, {"a": None}])
    result = waited(mode, run=handle.to_json(), flow_conn_id=f"{platform}_default")
    assert result["run_status"] == "completed" if platform == "vishwa" else result == [1, {"a": None}]


@in_all_modes
def test_a_sensor_waits_for_a_run_id(begun: Make, waited: Make, put_connection: Make, mode: str) -> None:
    """An id is enough with the flow or the options that the platform's path needs, and may be a number."""
    vishwa, blinkops, scade = (begun(platform, result=5) for platform in ("vishwa", "blinkops", "scade"))
    by_flow = waited(mode, run=vishwa.run_id, flow_id=vishwa.flow_id, result_path="run_status")
    assert by_flow == "completed"
    options = {"workspace": blinkops.context["workspace"]}
    put_connection("elsewhere", url_of(), platform="blinkops", workspace=None)
    assert waited(mode, run=blinkops.run_id, options=options, flow_conn_id="elsewhere") == 5
    assert waited(mode, run=int(scade.run_id), flow_conn_id="scade_default") == 5


def url_of() -> str:
    """Return the address of the emulator that the connections lead to."""
    return str(FlowHook("blinkops_default").get_connection("blinkops_default").host)


def test_a_deferred_sensor_has_asked_once_and_waits_for_airflow_to_settle(
    attempt: Make, begun: Make, emulator: FlowEmulator
) -> None:
    """The worker asks once; the trigger keeps six seconds, the sensor's interval and its timeout."""
    run = begun("vishwa", outcome="never_ends").to_json()
    began = time.time()
    sensor = FlowRunSensor(
        task_id="wait", flow_conn_id="vishwa_default", run=run, deferrable=True, poke_interval=7, timeout=100
    )
    with pytest.raises(TaskDeferred) as deferral:
        attempt(sensor).start()
    assert [request.operation for request in emulator.requests] == ["start", "status"]
    trigger = deferral.value.trigger
    assert trigger.handle == run
    assert trigger.poll_interval == 7
    assert trigger.not_before >= began + 6
    assert began + 100 <= trigger.until <= time.time() + 100
    assert deferral.value.timeout.total_seconds() >= 100 + 60


def test_a_run_that_is_over_is_not_deferred(attempt: Make, begun: Make) -> None:
    """The first question is enough for a run that has ended."""
    run = begun("vishwa", duration=0).to_json()
    sensor = FlowRunSensor(task_id="wait", flow_conn_id="vishwa_default", run=run, deferrable=True)
    task = attempt(sensor)
    assert task.run()["run_status"] == "completed"
    assert not task.deferrals


def test_the_link_is_there_while_the_sensor_waits(
    attempt: Make, begun: Make, emulator: FlowEmulator, put_connection: Make
) -> None:
    """The link of the run that is waited for is put into XCom at the first question, once."""
    run = begun("vishwa", duration=0.3)
    put_connection("vishwa_default", emulator.url, platform="vishwa", run_link="https://ui.invalid/${run.id}")
    sensor = FlowRunSensor(
        task_id="wait", flow_conn_id="vishwa_default", run=run.to_json(), poke_interval=0.1
    )
    task = attempt(sensor)
    task.run()
    assert task.ti.xcoms == {"_link_FlowRunLink": f"https://ui.invalid/{run.run_id}"}
    asked = [request.at for request in emulator.requests if request.operation == "status"]
    assert len(asked) > 2
    assert task.ti.pushed_at["_link_FlowRunLink"] <= asked[0]


def test_a_poking_sensor_logs_each_state_once(attempt: Make, begun: Make, logged: Callable[[], str]) -> None:
    """A state is logged when it changes, an unknown one with the setting that maps it."""
    run = begun("vishwa", duration=0.5, state_word="lyophilising").to_json()
    logged()
    arguments: dict[str, Any] = {
        "task_id": "wait",
        "flow_conn_id": "vishwa_default",
        "run": run,
        "poke_interval": 0.05,
    }
    attempt(FlowRunSensor(**arguments)).run()
    text = logged()
    assert text.count("is unknown (lyophilising)") == 1
    assert text.count("is unknown, so the run counts as going on") == 1
    assert text.count("is success (completed)") == 1
