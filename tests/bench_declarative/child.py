"""What is measured in a fresh process; prints the processor's seconds and what was made, as JSON."""

from __future__ import annotations

import gc
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

OURS = ("airflow_provider_flows.dags.loading", "airflow_provider_flows.operators.step")
THEIRS = ("dagfactory", "airflow_provider_flows.operators.flow")
LINTED_STEPS = 100
_LINTED_FILES = 7  # in one process, each with expressions of its own


def build(folder: str, *modules: str) -> Mapping[str, Any]:
    """Import all DAG files of a folder as Airflow does; what it needs itself for that is imported before.

    :param modules: what else is imported before, and so is not measured
    """
    import airflow.sdk  # noqa: F401
    from airflow.dag_processing.importers import get_importer_registry

    for module in modules:
        import_module(module)
    files = sorted(get_importer_registry().list_dag_files(folder))
    importers = [(file, _importer(file)) for file in files]
    _freeze()
    start = process_time()
    results = [importer.import_file(file, bundle_path=Path(folder)) for file, importer in importers]
    seconds = process_time() - start
    if errors := [error.message for result in results for error in result.errors]:
        raise SystemExit(f"{len(errors)} files of {folder} could not be imported: {errors[0]}")
    return {"seconds": [seconds], **_made([dag for result in results for dag in result.dags])}


def find(folder: str, dag_id: str) -> Mapping[str, Any]:
    """Import the one loader of a folder as a worker does that runs a task of one DAG.

    Our modules are imported before: what they cost is the same for any number of files.
    """
    from airflow.dag_processing.importers import get_importer_registry
    from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager

    for module in OURS:
        import_module(module)
    (loader,) = get_importer_registry().list_dag_files(folder)
    importer = _importer(loader)
    _freeze()
    with _airflow_parsing_context_manager(dag_id=dag_id):
        start = process_time()
        result = importer.import_file(loader, bundle_path=Path(folder), safe_mode=False)
        seconds = process_time() - start
    return {"seconds": [seconds], **_made(result.dags)}


def lint() -> Mapping[str, Any]:
    """Read files of a hundred steps; none has an expression that was read before."""
    import yaml

    from airflow_provider_flows.pipelines.read import read_pipeline
    from airflow_provider_flows.platforms.forms import LOADER
    from tests.bench_declarative.shapes import pipeline_text

    if LOADER is not yaml.CSafeLoader:
        raise SystemExit("this PyYAML has no C loader, with which `yaml.compose` is measured")
    linted, composed = [], []
    texts = [pipeline_text(f"lint_{number}", number, LINTED_STEPS) for number in range(_LINTED_FILES + 1)]
    for text in texts:
        start = process_time()
        yaml.compose(text, Loader=LOADER)
        middle = process_time()
        reading = read_pipeline(text, "lint.flow.yaml")
        linted.append(process_time() - middle)
        composed.append(middle - start)
        if reading.diagnostics or not reading.pipeline or len(reading.pipeline.steps) != LINTED_STEPS:
            raise SystemExit(f"the file of {LINTED_STEPS} steps is not read as such: {reading.diagnostics}")
    # The first one of a process pays for what is loaded once.
    return {"seconds": linted[1:], "composed": composed[1:]}


def _freeze() -> None:
    """Let the garbage collector leave alone what Airflow has loaded, as Airflow does before it forks."""
    gc.collect()
    gc.freeze()


def _importer(file: str) -> Any:
    from airflow.dag_processing.importers import get_importer_registry

    return get_importer_registry().get_importer(file)


def _made(dags: list[Any]) -> Mapping[str, Any]:
    tasks = sorted(line for dag in dags for line in _lines(dag))
    return {
        "dags": sorted(dag.dag_id for dag in dags),
        "tasks": len(tasks),
        "digest": hashlib.sha256("\n".join(tasks).encode()).hexdigest(),
    }


def _lines(dag: Any) -> Iterator[str]:
    """Give all in which the DAGs of the different ways have to be equal."""
    schedule = (dag.dag_id, repr(dag.timetable), dag.start_date.isoformat(), sorted(dag.params))
    for task in dag.tasks:
        told = (task.task_id, task.flow_conn_id, task.flow_id, task.options or {}, sorted(task.inputs))
        kept = (task.retries, task.retry_delay.total_seconds(), task.timeout, str(task.trigger_rule))
        yield json.dumps([*schedule, *told, *kept, sorted(task.upstream_task_ids)])


_MEASURES: Mapping[str, Callable[..., Mapping[str, Any]]] = {"build": build, "find": find, "lint": lint}

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[2])  # in place of this script's own folder
    print(json.dumps(_MEASURES[sys.argv[1]](*sys.argv[2:])))
