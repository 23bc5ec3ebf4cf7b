"""`sync`: the DAG file beside each pipeline."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

Call = Callable[..., Done]
PIPELINE = "flows: pipeline/1\npipeline: {name}\nsteps: {{a: {{run: wisebot/f}}}}\n"
STUB = """\
# Written by `airflow flows sync` from one.flow.yaml, which is what to edit. (airflow dag)
from airflow_provider_flows.dags import load_dag

dag = load_dag("one.flow.yaml")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder to stand in, with two pipelines."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "one.flow.yaml").write_text(PIPELINE.format(name="one"), "utf-8")
    (tmp_path / "deep" / "two.flow.yaml").write_text("broken: [", "utf-8")
    return tmp_path


def test_each_pipeline_gets_a_file(call: Call, folder: Path) -> None:
    """Also one with errors, which Airflow then shows; a second time there is nothing to do."""
    assert call("sync") == Done(
        0, "wrote one.py\nwrote deep/two.py\n2 pipelines, 2 changed, 0 left to do\n", ""
    )
    assert (folder / "one.py").read_text("utf-8") == STUB
    assert call("sync", ".") == Done(0, "2 pipelines, 0 changed, 0 left to do\n", "")


def test_airflow_would_look_into_it(call: Call, folder: Path) -> None:
    """Airflow reads only files with these two words in them."""
    call("sync")
    text = (folder / "one.py").read_bytes()
    assert b"airflow" in text
    assert b"dag" in text


def test_check_writes_nothing(call: Call, folder: Path) -> None:
    """It says what is left to do and ends with 1, for CI."""
    (folder / "gone.py").write_text(STUB.replace("one", "gone"), "utf-8")
    (folder / "one.py").write_text(STUB.replace("one", "older"), "utf-8")
    done = call("sync", "--check")
    assert done.code == 1
    assert done.out.splitlines() == [
        "one.py is out of date",
        "deep/two.py is missing",
        "gone.py loads a pipeline that is gone",
        "2 pipelines, 0 changed, 3 left to do",
    ]
    assert not (folder / "deep" / "two.py").exists()
    assert (folder / "gone.py").exists()


def test_a_file_whose_pipeline_is_gone_is_removed(call: Call, folder: Path) -> None:
    """It would only show an error in Airflow."""
    call("sync")
    (folder / "one.flow.yaml").unlink()
    assert call("sync").out == "removed one.py\n1 pipeline, 1 changed, 0 left to do\n"
    assert not (folder / "one.py").exists()


@pytest.mark.parametrize(
    "text", ["print('mine')\n", STUB + "dag.tags.add('mine')\n", STUB.replace("dag =", "it =")]
)
def test_what_somebody_has_written_stays(call: Call, folder: Path, text: str) -> None:
    """A file that is no stub, or more than one, is left as it is, and the code is 1."""
    (folder / "one.py").write_text(text, "utf-8")
    done = call("sync")
    assert done.code == 1
    assert (
        "one.py was not written by sync, or was changed since: delete it, if it was edited by hand; "
        "if it was ejected, delete or move one.flow.yaml\n"
    ) in done.out
    assert done.out.endswith("2 pipelines, 1 changed, 1 left to do\n")
    assert (folder / "one.py").read_text("utf-8") == text


def test_a_hook_fails_whenever_something_was_changed(call: Call, folder: Path) -> None:
    """pre-commit itself sees neither a new file nor that there is one less; all is written all the same."""
    done = call("sync", "--fail-on-change")
    assert (done.code, done.out.splitlines()[-1]) == (1, "2 pipelines, 2 changed, 0 left to do")
    assert (folder / "one.py").read_text("utf-8") == STUB
    assert call("sync", "--fail-on-change").code == 0
    (folder / "one.flow.yaml").unlink()
    assert call("sync", "--fail-on-change").code == 1
    assert not (folder / "one.py").exists()
    assert call("sync", "--fail-on-change").code == 0


def test_a_folder_without_a_pipeline_is_pointed_out(call: Call, tmp_path: Path) -> None:
    """It may be the wrong one; a file of nearly the right name is told with the right one."""
    (tmp_path / "one.flow.yml").write_text(PIPELINE.format(name="one"), "utf-8")
    said = f"{tmp_path}/one.flow.yml is left out: rename it to one.flow.yaml\nno *.flow.yaml in {tmp_path}\n"
    nothing = "0 pipelines, 0 changed, 0 left to do\n"
    assert call("sync", "--check", str(tmp_path)) == Done(0, nothing, said)


def test_a_stub_that_says_the_same_in_another_layout_is_rewritten(call: Call, folder: Path) -> None:
    """An older form is brought up to date."""
    (folder / "one.py").write_text(STUB.replace("\n\n", "\n"), "utf-8")
    assert "updated one.py" in call("sync").out
    assert (folder / "one.py").read_text("utf-8") == STUB


def test_odd_names_are_still_python(call: Call, folder: Path) -> None:
    """Quotes and line breaks in a file's name stay inside of a text."""
    name = 'a"b\\c\nd'
    (folder / f"{name}.flow.yaml").write_text(PIPELINE.format(name="odd"), "utf-8")
    assert call("sync").code == 0
    text = (folder / f"{name}.py").read_text("utf-8")
    found: dict[str, str] = {}
    body = text.replace("from airflow_provider_flows.dags import load_dag", "load_dag = str")
    exec(body, found)  # noqa: S102 - what Airflow would do with it
    assert found["dag"] == f"{name}.flow.yaml"
    assert call("sync", "--check").code == 0


def test_a_loader_is_pointed_out(call: Call, folder: Path) -> None:
    """Two files that load one pipeline would give Airflow two DAGs of one id."""
    (folder / "loader.py").write_text("load_dags(globals())\n", "utf-8")
    assert "loader.py calls load_dags" in call("sync").err


def test_what_is_no_file_stays(call: Call, folder: Path) -> None:
    """A folder or a broken link of the name that a stub would have is somebody's own."""
    (folder / "one.py").symlink_to("/no/such/place.py")
    (folder / "deep" / "two.py").mkdir()
    (folder / "other.py").symlink_to("/no/such/place.py")
    done = call("sync")
    assert done.code == 1
    assert done.out.endswith("2 pipelines, 0 changed, 2 left to do\n")


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_is_told(call: Call) -> None:
    """A folder that isn't there, and a disk that takes no more."""
    assert call("sync", "nowhere").err == "airflow-flows sync: there is no folder nowhere\n"
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most[1]))
    try:
        done = call("sync")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert done == Done(1, "", "airflow-flows sync: one.py cannot be written: File too large\n")


def test_the_examples_are_in_step(call: Call) -> None:
    """The DAG files beside the example pipelines are what sync writes."""
    examples = Path(__file__).parents[2] / "dags_examples"
    done = call("sync", "--check", os.path.relpath(examples))
    assert done.code == 0, done.out
