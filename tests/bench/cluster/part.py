"""The part of the bench in a real Airflow: runs by operators, waits by sensors."""

from __future__ import annotations

from tests.bench.cluster import runs, waits
from tests.bench.cluster.airflow import running_airflow
from tests.bench.cluster.dag_runs import carried_out
from tests.bench.context import Context
from tests.bench.rows import Row


def rows(context: Context) -> list[Row]:
    """Start Airflow, measure, and return the four rows."""
    with running_airflow(context.folder / "airflow") as airflow:
        carried_out(airflow, "warm_up", "run", 600)
        context.say("Airflow is warm")
        return [*runs.rows(context, airflow), waits.few(context, airflow), waits.many(context, airflow)]
