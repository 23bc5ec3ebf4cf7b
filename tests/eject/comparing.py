"""A pipeline's DAG twice: from its file by a stub, and from the Python that it was ejected to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from airflow_provider_flows.cli.eject import python_of
from airflow_provider_flows.dags.files import pipeline_files, read_file
from tests.corpus.cases import GOOD
from tests.examples.dag_files import EXAMPLES, dags_of

_OF_THE_FILE = ("fileloc", "relative_fileloc", "doc_md")


@dataclass(frozen=True, slots=True)
class Case:
    """One pipeline file that is to be ejected; `name` is its path, as a file's name."""

    name: str
    path: Path


def cases() -> list[Case]:
    """Return every example and every good file of the corpus."""
    return [
        Case("__".join(path.relative_to(folder.parent).parts).removesuffix(".flow.yaml"), path)
        for folder in (EXAMPLES, GOOD)
        for path in pipeline_files(folder)
    ]


def ejected(path: Path) -> str:
    """Return the Python of a pipeline file."""
    reading = read_file(path, path.parent)
    assert reading.pipeline is not None, reading.diagnostics
    return python_of(reading.pipeline)


def compared(case: Case, folder: Path) -> list[str]:
    """Return where the DAG of a pipeline and that of its Python differ.

    :param folder: a new one: Python could take a file for an older one of the same name
    """
    folder.mkdir()
    try:
        return list(differences(from_yaml(case.path, folder), from_python(ejected(case.path), folder)))
    except AssertionError as error:  # one of the two is no DAG for Airflow
        return [f"no DAG: {error}"]


def from_yaml(path: Path, folder: Path) -> Any:
    """Return the DAG that Airflow gets from a pipeline file, by a stub in a folder."""
    stub = folder / "stub.py"
    stub.write_text(
        f"from airflow_provider_flows.dags import load_dag\n\ndag = load_dag({str(path)!r})\n", "utf-8"
    )
    return _only_dag(stub)


def from_python(text: str, folder: Path) -> Any:
    """Return the DAG that Airflow gets from a Python file."""
    file = folder / "ejected.py"
    file.write_text(text, "utf-8")
    return _only_dag(file)


def differences(yaml: Any, python: Any) -> Iterator[str]:
    """Yield where the serialised forms of two DAGs differ, in places that a reader can find."""
    yield from _differences("", _serialised(yaml), _serialised(python))


def _only_dag(file: Path) -> Any:
    [dag] = dags_of(file).values()
    return dag


def _serialised(dag: Any) -> dict[str, Any]:
    module: Any = import_module("airflow.serialization.serialized_objects")
    serializer = "DagSerialization" if hasattr(module, "DagSerialization") else "SerializedDAG"  # up to 3.1
    whole: dict[str, Any] = getattr(module, serializer).to_dict(dag)
    return {**whole, "dag": {key: value for key, value in whole["dag"].items() if key not in _OF_THE_FILE}}


def _differences(where: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            there = f"{where}.{getattr(key, 'value', key)}"
            if key in one and key in other:
                yield from _differences(there, one[key], other[key])
            else:
                yield f"{there} is only in the {'YAML' if key in one else 'Python'}'s"
    elif type(one) is type(other) and isinstance(one, list | tuple) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _differences(f"{where}[{index}]", *pair)
    elif (type(one), one) != (type(other), other):
        yield f"{where} is {one!r} from the YAML and {other!r} from the Python"
