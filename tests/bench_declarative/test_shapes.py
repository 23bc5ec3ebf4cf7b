"""The ways that are compared make the same DAG."""

from __future__ import annotations

from typing import Any

import yaml

from airflow_provider_flows.pipelines.read import read_pipeline
from tests.bench_declarative.shapes import STEPS, dag_factory_text, pipeline_text, python_text


def edges(name: str, number: int) -> dict[str, set[str]]:
    """Return what each step of our file waits for."""
    pipeline = read_pipeline(pipeline_text(name, number), "one.flow.yaml").pipeline
    assert pipeline
    return {step.name: set(step.needs) for step in pipeline.steps}


def test_our_file_has_as_many_steps_as_it_is_asked_for_and_no_error() -> None:
    """The long file is the short one again and again."""
    for steps in (STEPS, 100):
        reading = read_pipeline(pipeline_text("one", 7, steps), "one.flow.yaml")
        assert not reading.diagnostics
        assert reading.pipeline and len(reading.pipeline.steps) == steps  # noqa: PT018 - one thing to mypy


def test_python_makes_the_same_tasks_in_the_same_order() -> None:
    """What plain Python is compared by has the edges of our file."""
    namespace: dict[str, Any] = {}
    exec(compile(python_text("one", 7), "one.py", "exec"), namespace)  # noqa: S102 - our own text
    tasks = namespace["case"].dag.tasks
    assert {task.task_id: task.upstream_task_ids for task in tasks} == edges("one", 7)


def test_dag_factory_is_given_the_same_tasks_in_the_same_order() -> None:
    """What dag-factory is compared by has the edges of our file."""
    tasks = yaml.safe_load(dag_factory_text("one", 7))["one"]["tasks"]
    assert {task["task_id"]: set(task.get("dependencies", ())) for task in tasks} == edges("one", 7)
