"""What a sensor makes of a large result, and the retry policy that it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSkipException

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.outcomes import FlowPermanentError
from airflow_provider_flows.results import read_result
from airflow_provider_flows.retries import HAS_POLICIES, FlowRetryPolicy
from airflow_provider_flows.sensors.flow import FlowRunSensor

Make = Callable[..., Any]
in_all_modes = pytest.mark.parametrize("mode", ["poke", "reschedule", "deferrable"])
LARGE = {"rows": ["x" * 100] * 20, "name": "plate"}


@in_all_modes
def test_a_large_result_goes_to_the_storage(begun: Make, waited: Make, tmp_path: Path, mode: str) -> None:
    """Above `max_result_bytes` XCom holds the reference; a small part of a large result needs none."""
    run = begun("scade", duration=0.2, result=LARGE).to_json()
    arguments = {"run": run, "flow_conn_id": "scade_default", "max_result_bytes": 1000}
    kept = waited(mode, **arguments, result_storage=f"file://{tmp_path}")
    assert kept.keys() == {"flow_result", "bytes", "content_type"}
    assert read_result(kept) == LARGE
    assert waited(mode, **arguments, result_path="name") == "plate"


@in_all_modes
def test_a_large_result_without_storage_fails_for_good(begun: Make, waited: Make, mode: str) -> None:
    """The error names the size and what is missing; `soft_fail` skips."""
    run = begun("scade", duration=0.2, result=LARGE).to_json()
    arguments = {"run": run, "flow_conn_id": "scade_default", "max_result_bytes": 1000}
    with pytest.raises(FlowPermanentError, match=r"more than max_result_bytes .*result_storage is not set"):
        waited(mode, **arguments)
    with pytest.raises(AirflowSkipException, match="more than max_result_bytes"):
        waited(mode, **arguments, soft_fail=True)


@in_all_modes
@pytest.mark.usefixtures("connections")
def test_a_storage_that_is_none_is_found_before_anything_is_sent(
    waited: Make, emulator: FlowEmulator, mode: str
) -> None:
    """An address with a password in it fails the sensor for good, and the platform hears nothing."""
    with pytest.raises(FlowPermanentError, match="result_storage"):
        waited(mode, run="a", flow_id="b", result_storage="s3://user:hush@bucket/results")
    assert not emulator.requests


def test_a_sensor_has_the_package_s_retry_policy_unless_it_has_another() -> None:
    """Where Airflow has retry policies, a permanent failure of a sensor ends its task at once."""
    common: dict[str, Any] = {"task_id": "wait", "flow_conn_id": "c", "run": "r"}
    policy = getattr(FlowRunSensor(**common), "retry_policy", None)
    assert isinstance(policy, FlowRetryPolicy) == HAS_POLICIES
    if HAS_POLICIES:
        own = FlowRetryPolicy({FlowPermanentError: "retry"})
        assert FlowRunSensor(**common, retry_policy=own).retry_policy is own


@pytest.mark.parametrize("given", [-1, "10", None, True])
def test_an_unreachable_timeout_that_is_none_is_refused(given: Any) -> None:
    """What is no time is found when the DAG is read."""
    common: dict[str, Any] = {"task_id": "wait", "flow_conn_id": "c", "run": "r"}
    with pytest.raises(ValueError, match="unreachable_timeout must be 0 or more seconds"):
        FlowRunSensor(**common, unreachable_timeout=given)
