"""DAGs from pipeline files: what a stub or a loader in the DAG folder calls."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import DAG

__all__ = ["load_dag", "load_dags"]


def load_dag(path: str | PathLike[str]) -> DAG:
    """Return the DAG of one pipeline file, for the stub that `airflow flows sync` writes beside it.

    Nothing is raised for a file that is wrong: the DAG that is returned then fails when Airflow checks it, so
    that Airflow shows what is wrong, and where, as an import error of the stub.

    :param path: of the pipeline file, from the folder of the file that calls this
    """
    from airflow_provider_flows.dags.loading import dag_of

    caller = _caller(sys._getframe(1).f_globals)  # noqa: SLF001 - as Airflow's DAG itself finds its file
    return dag_of(caller, caller.parent / path)


def load_dags(namespace: MutableMapping[str, Any], folder: str | PathLike[str] = ".") -> dict[str, DAG]:
    """Put the DAGs of the pipeline files in and below a folder into a DAG file's `globals()`; return them.

        from airflow_provider_flows.dags import load_dags

        load_dags(globals())

    A file that is wrong takes nothing from the others: its errors are shown under its own name. On a worker
    only the DAG that is to run is made.

    :param namespace: the `globals()` of the DAG file that calls this
    :param folder: from that file's folder
    """
    from airflow_provider_flows.dags.loading import dags_of

    caller = _caller(namespace)
    dags = dags_of(caller, caller.parent / folder)
    for name, dag in dags.items():
        # an id such as `__file__` must not take the place of what the module needs
        namespace[name if name not in namespace else f"the DAG {name}"] = dag
    return dags


def _caller(namespace: MutableMapping[str, Any]) -> Path:
    # at a prompt there is no file, and paths start from the working folder
    return Path(namespace.get("__file__") or "prompt").absolute()
