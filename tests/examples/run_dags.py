"""Runs every DAG of Airflow's DAG folder with `dag.test()` and prints what became of it, as one JSON line.

A process of its own, since Airflow reads its home and its DAG folder once, when it is imported.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from airflow.configuration import conf
from airflow.models.renderedtifields import RenderedTaskInstanceFields
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from airflow.utils.db import initdb
from airflow.utils.session import create_session
from sqlalchemy import select

from tests.examples.dag_files import dags_of


def main() -> None:
    """Make the database, run the DAGs one after the other, and tell."""
    initdb()
    dags = dags_of(Path(conf.get("core", "dags_folder")))
    states = {dag_id: str(dag.test().state) for dag_id, dag in sorted(dags.items())}
    told = {"states": states, "returned": _returned(), "skipped": _skipped(), "kept": _kept()}
    print(json.dumps(told))


def _returned() -> dict[str, list[Any]]:
    """Return the tasks' return values by `dag.task`, those of a mapped task in their order."""
    found: dict[str, list[Any]] = {}
    with create_session() as session:
        query = select(XComModel).where(XComModel.key == "return_value").order_by(XComModel.map_index)
        for row in session.scalars(query):
            found.setdefault(f"{row.dag_id}.{row.task_id}", []).append(XComModel.deserialize_value(row))
    return found


def _skipped() -> list[str]:
    """Return the tasks that were skipped, as `dag.task`."""
    with create_session() as session:
        query = select(TaskInstance).where(TaskInstance.state == "skipped")
        return sorted(f"{row.dag_id}.{row.task_id}" for row in session.scalars(query))


def _kept() -> str:
    """Return everything that Airflow keeps of the tasks' fields and XComs, as one text."""
    with create_session() as session:
        fields = [row.rendered_fields for row in session.scalars(select(RenderedTaskInstanceFields))]
        values = [row.value for row in session.scalars(select(XComModel))]
    return json.dumps([fields, values], default=str)


if __name__ == "__main__":
    main()
