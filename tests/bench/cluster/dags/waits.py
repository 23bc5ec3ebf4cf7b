"""Waits for runs that somebody else has started, by our sensor, without a worker and with one.

Airflow gives a mapped task's values to no trigger that a scheduler starts. So the sensors that no worker
starts say in their class which run each of them waits for: Airflow's way for many of them in one DAG run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from airflow.sdk import DAG, task

from airflow_provider_flows.sensors.flow import FlowRunSensor
from tests.bench.cluster.asleep import AsleepTrigger, path
from tests.bench.cluster.platforms import MANY_FLOW
from tests.bench.cluster.terms import AT_ONCE, FLOW, MANY, SILENT, THROUGH_WORKERS, WAITS


def from_class(flow_id: str, conn_id: str, trigger: str | None = None) -> type[FlowRunSensor]:
    """Return a sensor whose class says all of its trigger, with the run's id from the number of its task.

    :param trigger: where another trigger is found, which is given the same
    """
    with DAG("no_dag", schedule=None):
        one = FlowRunSensor(
            task_id="one",
            flow_conn_id=conn_id,
            flow_id=flow_id,
            run="{{ run_id }}-{{ ti.map_index }}",
            start_from_trigger=True,
        )
    assert one.start_trigger_args is not None  # else this Airflow starts no sensor in the triggerer
    arguments = one.start_trigger_args
    members: dict[str, Any] = {
        "__module__": __name__,
        "template_fields": one.template_fields,
        "start_from_trigger": True,
        "start_trigger_args": replace(arguments, trigger_cls=trigger) if trigger else arguments,
    }
    return type(f"{FlowRunSensor.__name__}Of{flow_id.capitalize()}", (FlowRunSensor,), members)


@task
def numbers(count: int) -> list[str]:
    """Return the ids of runs; from a list in the file each trigger would get a copy with the DAG."""
    from airflow.sdk import get_current_context

    run_id = get_current_context()["run_id"]
    return [f"{run_id}-{number}" for number in range(count)]


with DAG("waits_flows", schedule=None, **AT_ONCE):
    from_class(FLOW, "watched").partial(task_id="wait", flow_conn_id="watched").expand(run=numbers(WAITS))

with DAG("many_flows", schedule=None, **AT_ONCE):
    ours = from_class(MANY_FLOW, SILENT)
    ours.partial(task_id="wait", flow_conn_id=SILENT).expand(run=numbers(MANY))

with DAG("many_asleep", schedule=None, **AT_ONCE):
    asleep = from_class(MANY_FLOW, SILENT, path(AsleepTrigger))
    asleep.partial(task_id="wait", flow_conn_id=SILENT).expand(run=numbers(MANY))

with DAG("workers_flows", schedule=None, **AT_ONCE):
    FlowRunSensor.partial(task_id="wait", flow_conn_id="watched", flow_id=FLOW, deferrable=True).expand(
        run=numbers(THROUGH_WORKERS)
    )
