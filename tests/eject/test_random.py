"""Pipelines out of what is hard to print: ejected, they are the same DAG, and no formatter changes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_provider_flows.dags.build import build
from airflow_provider_flows.pipelines.eject import eject
from tests.eject.at_random import pipeline
from tests.eject.comparing import differences, from_python
from tests.eject.style import unformatted

SEEDS = range(25)
_PRINT = f"""
from airflow_provider_flows.pipelines.eject import eject
from tests.eject.at_random import pipeline
for seed in range({len(SEEDS)}):
    print(ascii(eject(pipeline(seed))))
"""


@pytest.mark.parametrize("seed", SEEDS)
def test_the_python_makes_the_same_dag(seed: int, tmp_path: Path) -> None:
    """Every quote, line break, odd key and clash of names survives."""
    made = pipeline(seed)
    assert list(differences(build(made), from_python(eject(made), tmp_path))) == []


def test_no_formatter_changes_anything(tmp_path: Path) -> None:
    """With lines of either length, whatever the texts are."""
    for seed in SEEDS:
        (tmp_path / f"pipeline_{seed}.py").write_text(eject(pipeline(seed)), "utf-8")
    assert unformatted(tmp_path) == []


def test_the_same_pipeline_gives_the_same_text_in_every_process() -> None:
    """However Python hashes, so that a file that is made anew changes only where the pipeline did."""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", _PRINT],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert first.count(b"FlowStepOperator") > len(SEEDS)
