"""`diff`: what changed in pipelines since a revision of a real git repository."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done

Call = Callable[..., Done]
GIT = shutil.which("git") or "git"
NIGHT = """\
flows: pipeline/1
pipeline: night
schedule: "0 3 * * *"
steps:
  look_up:
    run: blinkops/look-up
    with: {host: web-1, depth: 2}
  ticket:
    run: wisebot/open-ticket
    needs: [look_up]
    with: {ticketId: T-1}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a repository, whose subfolder is the current one, with a pipeline in its only commit."""
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "night.flow.yaml").write_text(NIGHT, "utf-8")
    _git(tmp_path, "init", "--quiet")
    _commit(tmp_path)
    monkeypatch.chdir(folder)
    return folder


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run([GIT, "-C", str(folder), *arguments], check=True, capture_output=True)


def _commit(folder: Path) -> None:
    _git(folder, "add", "--all")
    who = ("-c", "user.name=Me", "-c", "user.email=me@example.com", "-c", "commit.gpgsign=false")
    _git(folder, *who, "commit", "--quiet", "--message", "Night")


def test_what_only_looks_different_is_silent(call: Call, repository: Path) -> None:
    """Comments, order of keys and quotes are no changes."""
    text = NIGHT.replace("{host: web-1, depth: 2}", "{depth: 2, host: 'web-1'}  # the same")
    (repository / "night.flow.yaml").write_text(text, "utf-8")
    assert call("diff", "HEAD").out == "no pipeline changed since HEAD\n"


def test_steps_order_and_inputs_are_compared(call: Call, repository: Path) -> None:
    """Each change stands once, in the words of the language."""
    text = NIGHT.replace("depth: 2", "depth: 3").replace("    needs: [look_up]\n", "").replace("0 3", "0 4")
    text += "  report:\n    run: scade/report\n    needs: [ticket]\n"
    text += "    options: {start_node_id: a, end_node_id: b}\n"
    (repository / "night.flow.yaml").write_text(text, "utf-8")
    (repository / "day.flow.yaml").write_text(NIGHT.replace("pipeline: night", "pipeline: day"), "utf-8")
    done = call("diff", "HEAD")
    assert done.code == 0
    assert done.out == (
        "+ day (dags/day.flow.yaml)\n"
        "    + step look_up: blinkops/look-up\n"
        "    + step ticket: wisebot/open-ticket, after look_up\n"
        "~ night (dags/night.flow.yaml)\n"
        '    ~ schedule: "0 3 * * *" → "0 4 * * *"\n'
        "    ~ step look_up: with.depth: 2 → 3\n"
        "    ~ step ticket: waits for look_up → nothing\n"
        "    + step report: scade/report, after ticket\n"
    )


def test_a_changed_default_shows_at_each_step_that_it_touches(call: Call, repository: Path) -> None:
    """A review sees what a line in a file of defaults does."""
    (repository / "flows.defaults.yaml").write_text("flows: defaults/1\ndefaults: {timeout: 2h}\n", "utf-8")
    told = call("diff", "HEAD").out
    assert told.count("timeout") == 2
    assert "~ step look_up" in told
    assert "~ step ticket" in told


def test_steps_that_are_gone_are_told_in_their_order(call: Call, repository: Path) -> None:
    """The same change reads the same, however often it is asked for."""
    (repository / "night.flow.yaml").write_text(
        NIGHT[: NIGHT.index("steps:")] + "steps:\n  new: {run: wisebot/other}\n", "utf-8"
    )
    assert call("diff").out.splitlines()[1:] == [
        "    + step new: wisebot/other",
        "    - step look_up: blinkops/look-up",
        "    - step ticket: wisebot/open-ticket, after look_up",
    ]


def test_a_pipeline_that_is_gone_is_told(call: Call, repository: Path) -> None:
    """Its file is the one it had."""
    (repository / "night.flow.yaml").unlink()
    assert call("diff", "HEAD").out == "- night (dags/night.flow.yaml)\n"


def test_what_looks_like_a_secret_is_not_shown(call: Call, repository: Path) -> None:
    """A review is read by more people than a connection."""
    text = NIGHT.replace("ticketId: T-1", "api_key: sk-live-4242424242424242")
    (repository / "night.flow.yaml").write_text(text, "utf-8")
    assert "4242" not in call("diff", "HEAD").out


def test_nothing_is_left_and_nothing_is_touched(call: Call, repository: Path) -> None:
    """The working tree and the index stay as they are, changes and all."""
    (repository / "night.flow.yaml").write_text(NIGHT.replace("depth: 2", "depth: 3"), "utf-8")
    before = _state(repository)
    call("diff", "HEAD")
    assert _state(repository) == before


def _state(folder: Path) -> str:
    done = subprocess.run(
        [GIT, "-C", str(folder), "status", "--porcelain=v2"], check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD~9", ""])
def test_a_revision_that_is_none_is_an_error(call: Call, repository: Path, revision: str) -> None:
    """Whatever stands there is taken for a revision, never for an option of git."""
    done = call("diff", "--", revision)
    assert done.code == 1
    assert "there is no such revision" in done.err
    assert not (repository / "x").exists()


def test_outside_of_a_repository_it_says_so(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git's own words are enough."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    done = call("diff", "HEAD")
    assert done.code == 1
    assert "not a git repository" in done.err
