"""`lint`: files, folders, formats and codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

Call = Callable[..., Done]
GOOD = "flows: pipeline/1\npipeline: {name}\nsteps: {{a: {{run: wisebot/f}}}}\n"
BAD = "flows: pipeline/1\npipeline: bad\nschedul: '@daily'\nsteps:\n  a: {run: wisebot/f, wth: {}}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder to stand in, with two good files and a bad one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "one.flow.yaml").write_text(GOOD.format(name="one"), "utf-8")
    (tmp_path / "deep" / "two.flow.yaml").write_text(GOOD.format(name="two"), "utf-8")
    (tmp_path / "deep" / "bad.flow.yaml").write_text(BAD, "utf-8")
    (tmp_path / ".hidden" / "bad.flow.yaml").write_text(BAD, "utf-8")
    (tmp_path / "other.yaml").write_text("not: ours\n", "utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_folder_is_read_with_all_in_it(call: Call) -> None:
    """Every error is told with its place from here, hidden folders and other files are left alone."""
    done = call("lint")
    assert done.code == 1
    assert done.out.startswith(
        "deep/bad.flow.yaml:3:1: error[unknown-key] `schedul` is not a key of a pipeline."
    )
    assert "\n     3 | schedul: '@daily'\n       | ^\n" in done.out
    assert "\ndeep/bad.flow.yaml:5:23: error[unknown-key] `wth`" in done.out
    assert done.out.endswith("\n\n3 files, 2 errors\n")
    assert done.err == ""


@pytest.mark.usefixtures("folder")
def test_good_files_end_with_0(call: Call) -> None:
    """Files and folders may be named, also twice."""
    assert call("lint", "one.flow.yaml", "deep/two.flow.yaml", "one.flow.yaml") == Done(
        0, "2 files, 0 errors\n", ""
    )


def test_two_files_with_one_id_are_told(call: Call, folder: Path) -> None:
    """That is an error of the later one."""
    (folder / "deep" / "bad.flow.yaml").write_text(GOOD.format(name="one"), "utf-8")
    done = call("lint", ".")
    assert done.code == 1
    assert "error[duplicate-pipeline] another file has the pipeline `one` too" in done.out


def test_defaults_are_read_too(call: Call, folder: Path) -> None:
    """Their errors are told once, under their own name, whether a pipeline uses them or not."""
    (folder / "deep" / "bad.flow.yaml").unlink()
    text = "flows: defaults/1\ndefaults: {retrys: 2}\n"
    (folder / "flows.defaults.yaml").write_text(text, "utf-8")
    done = call("lint")
    assert done.code == 1
    assert done.out.count("error[") == 1
    assert done.out.startswith("flows.defaults.yaml:2:12: error[unknown-key] `retrys`")
    assert done.out.endswith("\n3 files, 1 error\n")
    assert call("lint", "flows.defaults.yaml").out.endswith("\n1 file, 1 error\n")


def test_warnings_alone_end_with_0(call: Call, folder: Path) -> None:
    """They are shown and counted."""
    text = GOOD.format(name="one").replace("run: wisebot/f", "run: wisebot/f, max_parallel: 2")
    (folder / "one.flow.yaml").write_text(text, "utf-8")
    done = call("lint", "one.flow.yaml")
    assert done.code == 0
    assert "warning[bad-value]" in done.out
    assert done.out.endswith("\n1 file, 0 errors, 1 warning\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", ["json", "sarif"])
def test_programs_get_json(call: Call, form: str) -> None:
    """The output is one document, and the code is the same."""
    done = call("lint", "--format", form)
    found = json.loads(done.out)
    assert done.code == 1
    if form == "json":
        assert (found["files"], found["errors"], found["diagnostics"][0]["line"]) == (3, 2, 3)
    else:
        assert [each["ruleId"] for each in found["runs"][0]["results"]] == ["unknown-key"] * 2


@pytest.mark.usefixtures("folder")
def test_github_gets_annotations(call: Call) -> None:
    """Each is a workflow command on a line of its own."""
    lines = call("lint", "--format", "github").out.splitlines()
    assert lines[0].startswith("::error file=deep/bad.flow.yaml,line=3,col=1,title=unknown-key::")
    assert lines[-1] == "3 files, 2 errors"


def test_what_is_not_there_is_told(call: Call) -> None:
    """A slip in a path must not look like a clean lint."""
    done = call("lint", "/no/such")
    assert (done.code, done.out) == (1, "")
    assert done.err == "airflow-flows lint: there is no file or folder /no/such\n"


def test_a_folder_without_a_pipeline_is_pointed_out(call: Call, tmp_path: Path) -> None:
    """It is no error, but nobody takes it for a check either."""
    done = call("lint", str(tmp_path))
    assert done == Done(0, "0 files, 0 errors\n", f"no *.flow.yaml in {tmp_path}\n")


@pytest.mark.parametrize("given", [".", "three.flow.yml"])
def test_a_file_that_nothing_would_load_is_an_error(call: Call, folder: Path, given: str) -> None:
    """It looks like a pipeline and never becomes a DAG."""
    (folder / "three.flow.yml").write_text(GOOD.format(name="three"), "utf-8")
    done = call("lint", given)
    assert done.code == 1
    wanted = (
        "three.flow.yml:1:1: error[misnamed] nothing reads a file of this name: rename it to three.flow.yaml"
    )
    assert wanted in done.out


def test_a_file_cannot_write_to_the_terminal(call: Call, folder: Path) -> None:
    """Control characters and bytes that are no text are spelled out, in excerpts too."""
    (folder / "one.flow.yaml").write_bytes(b"flows: pipeline/1\npipelin: \xc2\x9b31m\x1b]0;x\x07 \xff\n")
    done = call("lint", "one.flow.yaml")
    assert done.code == 1
    assert set(filter(lambda each: not each.isprintable(), done.out)) == {"\n"}


def test_the_hook_for_pre_commit_calls_what_is_there() -> None:
    """Each entry is one of our commands with arguments that it takes."""
    import shlex

    import yaml

    from airflow_provider_flows.cli.main import NAME, _parser

    hooks = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert {hook["id"] for hook in hooks} == {"airflow-flows-lint", "airflow-flows-sync"}
    for hook in hooks:
        name, *arguments = shlex.split(hook["entry"])
        assert name == NAME
        assert _parser().parse_args([*arguments, *hook.get("args", [])]).command in hook["id"]
        assert hook["language"] == "python"
        assert hook["pass_filenames"] is False


def test_the_hook_that_writes_runs_always_and_fails_on_a_change() -> None:
    """pre-commit skips a hook that has no files, as after a deletion, and sees no file unknown to git."""
    import yaml

    hooks = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text("utf-8"))
    [hook] = [each for each in hooks if each["id"] == "airflow-flows-sync"]
    assert hook["always_run"] is True
    assert "--fail-on-change" in hook["entry"].split()
