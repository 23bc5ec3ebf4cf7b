"""When a sensor skips instead of failing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import AirflowException, AirflowSkipException

from airflow_provider_flows.outcomes import FlowUnavailableError, airflow_errors

if TYPE_CHECKING:
    from airflow_provider_flows.sensors.flow import FlowRunSensor


@contextmanager
def softly(task: FlowRunSensor) -> Iterator[None]:
    """Turn errors into Airflow's, and into a skip where that is asked for, in every mode alike.

    With `soft_fail` what may pass is still left to the task's retries.
    """
    try:
        with airflow_errors():
            yield
    except AirflowSkipException:
        raise
    except AirflowException as error:
        may_pass = isinstance(error, FlowUnavailableError)
        if task.never_fail or (task.soft_fail and not may_pass):
            raise AirflowSkipException(
                f"Skipped instead of failed, as soft_fail or never_fail asks: {error}"
            ) from error
        raise
