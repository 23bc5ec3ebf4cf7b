"""A few cells of the bench on SQLite, and what the bench says of itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import airflow
from packaging.version import Version

from tests.faults.applicable import disagreements
from tests.faults.catalogue import FAULTS

# Before 3.3 Airflow has no place for a journal, and tells no trigger that its task was marked.
JOURNALLED = (
    "worker-before-start.blinkops.wait",
    "worker-after-journal.scade.defer",
    "mark-failed-deferred.blinkops.defer",
)
CELLS = (
    "start-lost.scade.wait",
    "clear-success.wisebot.wait",
    *(JOURNALLED if Version(airflow.__version__) >= Version("3.3") else ()),
)


def test_every_fault_has_a_cell_or_a_reason_at_every_place() -> None:
    """The cells and `not_applicable.yaml` cover each fault on each platform in each mode, once."""
    assert disagreements(FAULTS) == []


def test_names_of_cells_differ() -> None:
    """No two cells share a DAG run, a flow or a count."""
    names = [cell.name for fault in FAULTS for cell in fault.cells]
    assert len(names) == len(set(names))


def test_a_subset_holds_on_a_real_airflow_with_sqlite(tmp_path: Path) -> None:
    """Lost answers, killed workers, marks and clears start nothing twice, lose nothing, leave nothing."""
    chosen = [argument for name in CELLS for argument in ("--cell", name)]
    script = str(Path(__file__).with_name("main.py"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    with (tmp_path / "told").open("w+") as told:
        bench = subprocess.Popen(
            [sys.executable, script, "--sqlite", "--no-peers", "--quick", *chosen],
            env=environment,
            stdout=told,
            stderr=told,
        )
        try:
            status = bench.wait(400)  # 80 seconds on a machine that does nothing else
        finally:
            bench.terminate()  # it ends every process that it started
            bench.wait(60)
    lines = (tmp_path / "told").read_text()
    assert status == 0, lines[-8000:]
    assert "end_from_trigger=auto: triggers ended " in lines
    assert f"faults: {len(CELLS)} of {len(CELLS)} held, 0 duplicates, 0 lost, 0 left behind" in lines
