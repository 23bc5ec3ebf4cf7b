"""DAG files as Airflow itself reads them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "dags_examples"


def dags_of(path: Path) -> dict[str, Any]:
    """Return the DAGs of a file by id; fail with Airflow's own words for an error or a warning."""
    bag = _dag_bag()(dag_folder=str(path), safe_mode=False)
    assert bag.import_errors == {}, bag.import_errors
    assert bag.captured_warnings == {}, bag.captured_warnings
    return dict(bag.dags)


def _dag_bag() -> Any:
    new, old = "airflow.dag_processing.dagbag", "airflow.models.dagbag"  # from 3.2, up to 3.1
    return import_module(new if find_spec(new) else old).DagBag
