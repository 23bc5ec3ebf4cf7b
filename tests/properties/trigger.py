"""How a trigger ends its attempt: what `triggers/ending.py` does, without Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.runs import Run, RunState

if TYPE_CHECKING:
    from tests.properties.leg import Ending, Leg


def ended_by_trigger(leg: Leg, run: Run) -> Ending | None:
    """Leave a good run's result in XCom and end the attempt, or return None: then a worker takes it up.

    A trigger whose attempt was replaced may come back at any time: Airflow drops what it fires, and takes
    what it leaves in XCom.
    """
    if not (leg.task.is_deferrable and leg.task.ends_in_trigger) or run.state is not RunState.SUCCESS:
        return None
    try:
        value = leg.hook.get_result(run)
    except FlowError:
        return None
    leg.process.stand("xcom")
    if not leg.rules.is_held(run.handle, leg.airflow.xcom.get("handle")):
        return None
    leg.airflow.xcom["return_value"] = (run.handle.run_id, value)
    leg.process.stand("xcom!")
    return leg.ended(run, value)
