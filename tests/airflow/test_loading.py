"""Pipeline files in a DAG folder: what Airflow finds, what it shows of errors, and what a worker makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog import get_logger

from airflow_provider_flows.dags import load_dag, load_dags
from airflow_provider_flows.dags.files import pipeline_files, read_file

GOOD = "flows: pipeline/1\npipeline: {}\nsteps:\n  a: {{run: vishwa/probe}}\n"
BAD = 'flows: pipeline/1\npipeline: bad\nschedul: "@daily"\nsteps:\n  a: {run: vishwo/x}\n'
STUB = "# airflow dag\nfrom airflow_provider_flows.dags import load_dag\ndag = load_dag('{}.flow.yaml')\n"
LOADER = "# airflow dag\nfrom airflow_provider_flows.dags import load_dags\nload_dags(globals(), {!r})\n"
Bagged = Callable[[Mapping[str, str]], Any]


@pytest.fixture
def bagged(tmp_path: Path) -> Bagged:
    """Return a function that writes files into a folder and lets Airflow look for DAGs there."""

    def look(files: Mapping[str, str]) -> Any:
        try:
            from airflow.dag_processing.dagbag import DagBag
        except ImportError:  # Airflow 3.1
            from airflow.models.dagbag import DagBag  # type: ignore[no-redef]

        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return DagBag(str(tmp_path), bundle_path=tmp_path)

    return look


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], tuple[list[str], dict[str, str]]]:
    """Be Airflow's DAG processor; return what it stores of a bag: ids, and errors by file."""
    from airflow.dag_processing.processor import _serialize_dags
    from airflow.sdk.execution_time import task_runner

    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", SimpleNamespace(), raising=False)

    def store(bag: Any) -> tuple[list[str], dict[str, str]]:
        stored, errors = _serialize_dags(bag, get_logger())
        return sorted(dag.dag_id for dag in stored), {**bag.import_errors, **errors}

    return store


def test_a_stub_gives_the_dag_of_its_pipeline(bagged: Bagged) -> None:
    """The DAG belongs to the stub, as Airflow sees it."""
    bag = bagged({"plates.flow.yaml": GOOD.format("plates"), "plates.py": STUB.format("plates")})
    assert bag.import_errors == {}
    [dag] = bag.dags.values()
    assert (dag.dag_id, dag.task_ids, dag.relative_fileloc) == ("plates", ["a"], "plates.py")


def test_a_broken_file_is_an_import_error_of_its_stub(bagged: Bagged, processor: Any) -> None:
    """The error begins with the place, tells everything, and takes nothing from the stub beside it."""
    files = {f"{name}.flow.yaml": text for name, text in {"bad": BAD, "good": GOOD.format("good")}.items()}
    ids, errors = processor(bagged({**files, "bad.py": STUB.format("bad"), "good.py": STUB.format("good")}))
    assert ids == ["good"]
    assert list(errors) == ["bad.py"]
    text = errors["bad.py"]
    assert text.startswith("bad.flow.yaml:3:1: error[unknown-key] `schedul` is not a key of a pipeline. Did")
    assert '\n     3 | schedul: "@daily"\n       | ^\n       = allowed: ' in text
    assert "\n\nbad.flow.yaml:5:12: error[unknown-platform] no platform is called `vishwo`." in text


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        (None, "x.flow.yaml:1:1: error[unreadable] the file can't be read: No such file or directory"),
        ("flows: pipeline/1\npipeline: x\nsteps: {a: [", "x.flow.yaml:3:"),
        (
            GOOD.format("x") + "on_failure: [{notifier: NoSuch}]\n",
            "x.flow.yaml:5:",
        ),
    ],
    ids=["absent", "no YAML", "refused when built"],
)
def test_whatever_is_wrong_with_a_file_its_stub_tells(bagged: Bagged, text: str | None, begins: str) -> None:
    """Reading, checking and building all tell their errors in the same way."""
    files = {"x.py": STUB.format("x"), **({"x.flow.yaml": text} if text is not None else {})}
    bag = bagged(files)
    assert not bag.dags
    assert bag.import_errors["x.py"].startswith(begins)


def test_what_is_no_text_can_be_shown_all_the_same(bagged: Bagged, tmp_path: Path) -> None:
    """Bytes that are no UTF-8, in a file and in its name, are question marks in Airflow's database."""
    (tmp_path / "a\udcff.flow.yaml").write_bytes(b"flows: pipeline/1\npipeline: \xff\n")
    text = bagged({"loader.py": LOADER.format(".")}).import_errors["loader.py"]
    assert text.startswith("a?.flow.yaml:2:11: error[yaml-syntax] ")
    assert text.encode()


def test_one_loader_gives_all_dags_of_a_folder(bagged: Bagged, processor: Any) -> None:
    """Files in folders below count too, hidden ones don't; good ones live beside bad ones."""
    files = {
        "loader.py": LOADER.format("flows"),
        "flows/one.flow.yaml": GOOD.format("one"),
        "flows/sub/two.flow.yaml": GOOD.format("two"),
        "flows/sub/bad.flow.yaml": BAD,
        "flows/worse.flow.yaml": "flows: pipeline/1\n",
        "flows/a b.flow.yaml": "flows: pipeline/1\n",
        f"flows/{'x' * 240}.flow.yaml": "flows: pipeline/1\n",
        "flows/a-b.flow.yaml": "flows: pipeline/1\n",
        "flows/.hidden/no.flow.yaml": GOOD.format("no"),
        "flows/other.yaml": "no pipeline",
    }
    ids, errors = processor(bagged(files))
    assert ids == ["one", "two"]
    assert sorted(errors) == [
        "flows/a b.flow.yaml",
        "flows/a-b.flow.yaml",
        "flows/sub/bad.flow.yaml",
        "flows/worse.flow.yaml",
        f"flows/{'x' * 240}.flow.yaml",
    ]
    text = errors["flows/sub/bad.flow.yaml"]
    assert text.startswith("sub/bad.flow.yaml:3:1: error[unknown-key] `schedul` is not a key of a pipeline.")
    assert "sub/bad.flow.yaml:5:12: error[unknown-platform]" in text


def test_a_folder_that_is_not_there_is_an_import_error(bagged: Bagged) -> None:
    """A slip in its name must not look like a folder without pipelines."""
    bag = bagged({"loader.py": LOADER.format("nosuchfolder"), "flows/one.flow.yaml": GOOD.format("one")})
    assert not bag.dags
    assert list(bag.import_errors) == ["loader.py"]
    text = bag.import_errors["loader.py"]
    assert "load_dags finds no folder " in text
    assert "/nosuchfolder': give its path from the folder of loader.py" in text


def test_a_file_of_nearly_the_right_name_is_an_error_of_its_own(bagged: Bagged, processor: Any) -> None:
    """It takes nothing from the good ones, and says how it must be called."""
    files = {"flows/one.flow.yaml": GOOD.format("one"), "flows/two.flow.yml": GOOD.format("two")}
    ids, errors = processor(bagged({"loader.py": LOADER.format("flows"), **files}))
    assert ids == ["one"]
    assert list(errors) == ["flows/two.flow.yml"]
    assert errors["flows/two.flow.yml"].startswith("two.flow.yml:1:1: error[misnamed] ")


def test_outside_the_dag_processor_the_loader_has_all_errors(bagged: Bagged) -> None:
    """Where nothing is stored, as in tests and commands, errors are import errors of the loader."""
    files = {"a.flow.yaml": BAD, "b.flow.yaml": "flows: pipeline/1\n", "c.flow.yaml": GOOD.format("c")}
    bag = bagged({"loader.py": LOADER.format("."), **files})
    assert list(bag.dags) == ["c"]
    assert list(bag.import_errors) == ["loader.py"]
    text = bag.import_errors["loader.py"]
    assert text.startswith("a.flow.yaml:3:1: error[unknown-key]")
    assert "\n\nb.flow.yaml:1:1: error[missing-key]" in text


def test_of_two_files_with_one_id_one_lives(bagged: Bagged, processor: Any, tmp_path: Path) -> None:
    """That is the one named for the id; the other one is told."""
    files = {
        "loader.py": LOADER.format("."),
        "a.flow.yaml": GOOD.format("plates"),
        "plates.flow.yaml": GOOD.format("plates").replace("a:", "own:"),
    }
    bag = bagged(files)
    ids, errors = processor(bag)
    assert ids == ["plates"]
    assert bag.dags["plates"].task_ids == ["own"]
    assert list(errors) == ["a.flow.yaml"]
    assert errors["a.flow.yaml"].startswith("a.flow.yaml:2:11: error[duplicate-pipeline] another file has")
    (tmp_path / "a.flow.yaml").write_text(GOOD.format("other"))
    assert processor(bagged({})) == (["other", "plates"], {})


@pytest.mark.parametrize("written", ["plates", '"plates"  # by hand', "'plates'"])
def test_a_worker_makes_the_dag_that_it_runs_alone(
    bagged: Bagged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """Other files aren't even read, wherever the pipeline's own file lies and whatever it is called."""
    (tmp_path / "3.flow.yaml").symlink_to(tmp_path / "gone")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "plates")
    others = {f"n{number}.flow.yaml": BAD for number in range(3)}
    longer = {"0.flow.yaml": GOOD.format("plates-2"), "1.flow.yaml": "# pipeline: plates\n" + BAD}
    others["2.flow.yaml"] = "# not pipeline: plates\n" + GOOD.format("other")
    own = {"sub/x.flow.yaml": GOOD.format(written)}
    bag = bagged({"loader.py": LOADER.format("."), **others, **longer, **own})
    assert list(bag.dags) == ["plates"]
    assert bag.import_errors == {}
    bag = bagged({"z/plates.flow.yaml": GOOD.format("plates").replace("a:", "own:")})
    assert bag.dags["plates"].task_ids == ["own"]


def test_a_worker_is_told_why_its_dag_is_not_there(
    bagged: Bagged,
    processor: Any,  # noqa: ARG001 - a worker can ask the supervisor too
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The file that may be the one it wants tells its errors there as well."""
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "bad")
    bag = bagged({"loader.py": LOADER.format("."), "x.flow.yaml": BAD, "y.flow.yaml": GOOD.format("y")})
    assert not bag.dags
    assert bag.import_errors["loader.py"].startswith("x.flow.yaml:3:1: error[unknown-key]")
    (tmp_path / "a.flow.yaml").symlink_to(tmp_path / "gone")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "python_dag")
    bag = bagged({})
    assert (bag.dags, bag.import_errors) == ({}, {})


def test_a_pipelines_id_harms_no_name_of_the_loader(tmp_path: Path) -> None:
    """DAGs stand under their ids, but for those that something else has."""
    for name in ("__file__", "plates"):
        (tmp_path / f"{name}.flow.yaml").write_text(GOOD.format(name))
    namespace: dict[str, Any] = {"__file__": str(tmp_path / "loader.py")}
    dags = load_dags(namespace)
    assert sorted(dags) == ["__file__", "plates"]
    assert namespace["__file__"] == str(tmp_path / "loader.py")
    assert namespace["plates"] is dags["plates"]
    assert namespace["the DAG __file__"] is dags["__file__"]
    assert dags["plates"].fileloc == namespace["__file__"]


def test_a_path_is_taken_from_the_file_that_calls(tmp_path: Path) -> None:
    """Neither the working folder nor ours matters; a whole path is what it says."""
    path = tmp_path / "plates.flow.yaml"
    path.write_text(GOOD.format("plates"))
    assert load_dag(path).dag_id == "plates"
    here = load_dag("plates.flow.yaml")
    assert here.dag_id == "errors-in-plates.flow.yaml"
    assert here.fileloc == __file__


DEFAULTS = "flows: defaults/1\nroot: {}\ndefaults: {}\n"


def test_a_folders_defaults_hold_for_its_files(tmp_path: Path) -> None:
    """The nearest wins; the one that is the root ends the search; errors name each file from one folder."""
    folder = tmp_path / "team" / "lab"
    folder.mkdir(parents=True)
    path = folder / "x.flow.yaml"
    path.write_text(GOOD.format("x"))
    (tmp_path / "flows.defaults.yaml").write_text("flows: defaults/1\nnonsense: 1\n")
    team, lab = (each / "flows.defaults.yaml" for each in (folder.parent, folder))
    team.write_text(DEFAULTS.format("true", json.dumps({"retries": 1, "pool": "team"})))
    lab.write_text(DEFAULTS.format("false", json.dumps({"retries": 2})))
    reading = read_file(path, folder)
    assert reading.diagnostics == ()
    assert reading.pipeline is not None
    assert reading.pipeline.steps[0].settings == {"retries": 2, "pool": "team"}
    team.write_text(DEFAULTS.format("false", "{}"))
    [error] = read_file(path, folder).errors
    assert error.headline.startswith("../../flows.defaults.yaml:2:1: error[unknown-key] `nonsense` is not")
    lab.write_text(DEFAULTS.format("true", json.dumps({"retries": "2"})))
    [error] = read_file(path, tmp_path).errors
    assert error.headline.startswith("team/lab/flows.defaults.yaml:3:")


def test_files_that_cannot_be_opened_are_errors(tmp_path: Path) -> None:
    """A folder by the name of a file, or bytes that are no text, are told as any other error."""
    (tmp_path / "a.flow.yaml").write_bytes(b"flows: pipeline/1\npipeline: \xff\n")
    (tmp_path / "c.flow.yaml").symlink_to(tmp_path / "gone")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path)  # leads back
    assert [path.name for path in pipeline_files(tmp_path)] == ["a.flow.yaml", "c.flow.yaml"]
    [error] = read_file(tmp_path / "a.flow.yaml", tmp_path).errors
    assert str(error.place) == "a.flow.yaml:2:11"
    [error] = read_file(tmp_path / "c.flow.yaml", tmp_path).errors
    assert (
        error.headline
        == "c.flow.yaml:1:1: error[unreadable] the file can't be read: No such file or directory"
    )


def test_a_mark_at_the_files_beginning_is_no_part_of_it(tmp_path: Path) -> None:
    """Windows' editors write one before UTF-8 text."""
    path = tmp_path / "x.flow.yaml"
    path.write_text("\ufeff" + GOOD.format("x"), "utf-8")
    reading = read_file(path, tmp_path)
    assert reading.pipeline is not None
    assert reading.pipeline.source == GOOD.format("x")
