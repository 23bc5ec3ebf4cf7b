"""How a sensor fails or skips, in each of its modes alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSensorTimeout, AirflowSkipException

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.outcomes import (
    FlowPermanentError,
    FlowRunCancelledError,
    FlowRunFailedError,
    FlowUnavailableError,
)

Make = Callable[..., Any]
in_all_modes = pytest.mark.parametrize("mode", ["poke", "reschedule", "deferrable"])


@in_all_modes
@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("failed", FlowRunFailedError),
        ("cancelled", FlowRunCancelledError),
        ("timed_out", FlowRunFailedError),
        ("skipped", AirflowSkipException),
    ],
)
def test_a_bad_end_fails_or_skips_the_sensor_in_every_mode_alike(
    begun: Make, waited: Make, outcome: str, kind: type, mode: str
) -> None:
    """A bad end raises its own exception, or skips with `soft_fail` and `never_fail`, telling the reason."""
    run = begun("blinkops", outcome=outcome, error="no plate").to_json()
    arguments = {"run": run, "flow_conn_id": "blinkops_default"}
    with pytest.raises(kind, match="of flow probe on blinkops"):
        waited(mode, **arguments)
    for asked in ("soft_fail", "never_fail"):
        with pytest.raises(AirflowSkipException, match="of flow probe on blinkops is"):
            waited(mode, **arguments, **{asked: True})


@in_all_modes
def test_a_timeout_names_the_last_state_in_every_mode_alike(begun: Make, waited: Make, mode: str) -> None:
    """A run that is not over in time fails or skips the sensor, naming the state and its setting."""
    run = begun("vishwa", outcome="never_ends", state_word="lyophilising").to_json()
    known = r"'lyophilising'.*success_states"
    with pytest.raises(AirflowSensorTimeout, match=known) as caught:
        waited(mode, run=run, timeout=0.4)
    assert "cancelled" not in str(caught.value).replace("cancelled_states", "")  # a sensor cancels nothing
    for asked in ("soft_fail", "never_fail"):
        with pytest.raises(AirflowSkipException, match=known):
            waited(mode, run=run, timeout=0.4, **{asked: True})


@in_all_modes
def test_what_is_wrong_for_good_skips_a_soft_sensor(
    begun: Make, waited: Make, put_connection: Make, emulator: FlowEmulator, mode: str
) -> None:
    """An answer that is too large would come again: it fails a sensor at once, and skips one that asks."""
    run = begun("vishwa", outcome="never_ends").to_json()
    put_connection("vishwa_default", emulator.url, platform="vishwa", max_response_bytes=50_000)
    emulator.fault("huge", platform="vishwa", operation="status", times=3, bytes=100_000)
    with pytest.raises(FlowPermanentError, match="max_response_bytes"):
        waited(mode, run=run)
    for asked in ("soft_fail", "never_fail"):
        with pytest.raises(AirflowSkipException, match="max_response_bytes"):
            waited(mode, run=run, **{asked: True})


@in_all_modes
def test_what_may_pass_is_left_to_the_retries(
    begun: Make, waited: Make, emulator: FlowEmulator, mode: str
) -> None:
    """A garbled answer skips nothing: the task's retries come first, unless the sensor may never fail."""
    run = begun("blinkops", duration=0.3 if mode == "deferrable" else 0).to_json()
    emulator.fault("not_json", platform="blinkops", operation="result", times=2)
    arguments = {"run": run, "flow_conn_id": "blinkops_default"}
    with pytest.raises(FlowUnavailableError, match="not JSON"):
        waited(mode, **arguments, soft_fail=True)
    with pytest.raises(AirflowSkipException, match="not JSON"):
        waited(mode, **arguments, never_fail=True)


@pytest.mark.usefixtures("connections")
@in_all_modes
def test_a_platform_without_status_is_refused_before_anything_is_sent(
    emulator: FlowEmulator, waited: Make, mode: str
) -> None:
    """Nobody can wait for a run on Wisebot, which is said as soon as the platform is known."""
    with pytest.raises(FlowPermanentError, match="Wisebot documents no way to tell how a run stands"):
        waited(mode, run="any", flow_conn_id="wisebot_default")
    assert not emulator.requests


@pytest.mark.usefixtures("connections")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"run": {"platform": "scade", "flow_id": "a", "run_id": "1"}}, "run is on scade, but .* to vishwa"),
        ({"run": {"flow_id": "a"}}, "run must be a run's id, or the handle .* platform, run_id missing"),
        ({"run": None}, "run is None: there is no run to wait for"),
        ({"run": ""}, "run is '': there is no run to wait for"),
        ({"run": ["a"]}, "run must be a run's id"),
        ({"run": "a", "flow_id": "b", "result_path": "a["}, "result_path: not a valid JMESPath"),
        ({"run": "a", "flow_id": "b", "options": {"x": 1}}, "'x'"),
        ({"run": "..", "flow_id": "b"}, r"'\.\.'"),
        ({"run": "a"}, "flow_id"),
    ],
)
def test_what_is_wrong_is_found_before_anything_is_sent(
    emulator: FlowEmulator, waited: Make, change: dict[str, Any], said: str
) -> None:
    """A run that cannot be asked for fails the sensor for good, and the platform hears nothing."""
    with pytest.raises(FlowPermanentError, match=said):
        waited("poke", **change)
    assert not emulator.requests


@in_all_modes
@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("None", "see whether that task has that id, is upstream, and has put that key there"),
        ("{'platform': 'blinkops', 'run_id': 'r'}", r'run=task.output\["handle"\]'),
        ("[{'platform': 'blinkops', 'run_id': 'r'}]", r'run=task.output\["handle"\]'),
    ],
)
def test_the_text_of_another_value_is_no_run(
    begun: Make, waited: Make, emulator: FlowEmulator, *, run: str, said: str, mode: str
) -> None:
    """What a template made of a handle, or of nothing, is refused with the way to take it as it is."""
    begun("vishwa", duration=0)
    asked = len(emulator.requests)
    with pytest.raises(FlowPermanentError, match=said):
        waited(mode, run=run)
    assert len(emulator.requests) == asked
