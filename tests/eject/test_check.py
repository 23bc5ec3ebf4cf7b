"""`make eject-check` itself: it finds everything equal, and would see what is not."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_provider_flows.dags.files import read_file
from airflow_provider_flows.pipelines.eject import eject
from tests.eject.comparing import Case, cases, compared, differences, ejected, from_python
from tests.eject.style import complaints
from tests.examples.dag_files import EXAMPLES

MAIN = Path(__file__).with_name("main.py")
TRIAGE = EXAMPLES / "alert_triage.flow.yaml"


def test_every_example_and_every_good_file_makes_the_same_dag() -> None:
    """In a process of its own, since one file needs a plugin."""
    done = subprocess.run([sys.executable, MAIN], capture_output=True, text=True, check=False)
    assert done.stdout == f"eject-check: {len(cases())} of {len(cases())} equal\n", done.stderr[-4000:]
    assert done.returncode == 0


def test_both_examples_and_the_corpus_are_among_the_cases() -> None:
    """And no two have one name, since the check writes a file for each."""
    names = [case.name for case in cases()]
    assert len(names) == len(set(names)) > 40
    assert {"dags_examples__alert_triage", "dags_examples__plate_report", "good__smallest"} <= {*names}


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("retries", "retries", None),
        ("threshold}", "threshold }", ".condition"),
        ("none_failed", "all_done", ".trigger_rule"),
        ("look_up >> [contain, leave_alone]\n", "look_up >> contain\n", ".downstream_task_ids"),
        ('tags=["flows"', 'tags=["flow"', ".tags"),
        ("schedule=None", 'schedule="@daily"', ".timetable"),
        ('"threshold": Param(\n            50,', '"threshold": Param(\n            51,', ".default"),
    ],
)
def test_what_differs_is_told_with_its_place(old: str, new: str, where: str | None, tmp_path: Path) -> None:
    """A change in the Python is seen; without one, nothing is."""
    text = ejected(TRIAGE)
    assert where is None or old in text
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    found = list(differences(from_python(text, one), from_python(text.replace(old, new), other)))
    assert bool(found) == (where is not None)
    assert where is None or any(where in each for each in found)


def test_a_file_that_gives_no_dag_is_told(tmp_path: Path) -> None:
    """Its error is that of Airflow."""
    file = tmp_path / "plain.flow.yaml"
    text = (
        "flows: pipeline/1\npipeline: plain\nschedule: {timetable: nobody.Has}\nsteps: {a: {run: wisebot/a}}"
    )
    file.write_text(text)
    [told] = compared(Case("plain", file), tmp_path / "new")
    assert "no-such-timetable" in told


def test_bad_style_is_told(tmp_path: Path) -> None:
    """The formatter's verdict and the linter's."""
    (tmp_path / "a.py").write_text('"""A file."""\nimport os\nx = {  }\n')
    found = "\n".join(complaints(tmp_path))
    assert "a.py" in found
    assert "F401" in found


def test_only_the_pipelines_own_words_are_left_of_its_doc() -> None:
    """The YAML, which the DAG's page shows for a pipeline, would be wrong from the first edit on."""
    pipeline = read_file(TRIAGE, TRIAGE.parent).pipeline
    assert pipeline is not None
    text = eject(pipeline)
    assert "```" not in text
    assert text.count("### An alert that is answered in one of two ways.") == 1
    assert "doc_md" not in eject(dataclasses.replace(pipeline, doc=None))
