"""`sync`: a DAG file beside each pipeline."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from airflow_provider_flows.cli.failures import FAILED, CommandError
from airflow_provider_flows.cli.printing import one_line, print_text
from airflow_provider_flows.cli.stubs import Change, changes, text_in
from airflow_provider_flows.dags.files import MISNAMED, SUFFIX, files_below, pipeline_files, right_name

_DONE = {"write": "wrote", "update": "updated", "remove": "removed"}
_LEFT = {
    "write": "is missing",
    "update": "is out of date",
    "remove": "loads a pipeline that is gone",
    "keep": (
        "was not written by sync, or was changed since: delete it, if it was edited by hand; "
        "if it was ejected, delete or move {pipeline}"
    ),
}


def sync(options: Namespace) -> int:
    """Write, update and remove stubs, or only tell what would be; return 1 if something is left to do.

    With `--fail-on-change` it returns 1 as well where it has changed something, for hooks before a commit.
    """
    folder = Path(options.folder)
    if not folder.is_dir():
        raise CommandError(f"there is no folder {folder}")
    pipelines, python = pipeline_files(folder), files_below(folder, ".py")
    found = list(changes(pipelines, python))
    _warn_of_loaders(python)
    _warn_of_names(folder)
    if not pipelines:
        warn_of_nothing(folder)
    left = [each for each in found if options.check or each.verb == "keep"]
    for each in found:
        if each in left:
            print_text(f"{each.path} {_LEFT[each.verb].format(pipeline=each.pipeline)}")
        else:
            _carry_out(each)
    count = f"{len(pipelines)} pipeline{'s' * (len(pipelines) != 1)}"
    print_text(f"{count}, {len(found) - len(left)} changed, {len(left)} left to do")
    return FAILED if left or (found and options.fail_on_change) else 0


def warn_of_nothing(folder: Path) -> None:
    """Tell of a folder without a pipeline: its name may be mistyped, and then nothing is ever checked."""
    print(one_line(f"no *{SUFFIX} in {folder}"), file=sys.stderr)


def _carry_out(change: Change) -> None:
    try:
        change.carry_out()
    except OSError as error:
        raise CommandError(f"{change.path} cannot be written: {error.strerror}") from error
    print_text(f"{_DONE[change.verb]} {change.path}")


def _warn_of_names(folder: Path) -> None:
    for path in files_below(folder, tuple(MISNAMED)):
        print(one_line(f"{path} is left out: rename it to {right_name(path)}"), file=sys.stderr)


def _warn_of_loaders(python: list[Path]) -> None:
    """Tell of files that load whole folders, since a pipeline that is loaded twice is two DAGs of one id."""
    for path in python:
        if "load_dags(" in text_in(path):
            text = f"{path} calls load_dags: a pipeline that it loads must have no file of its own"
            print(one_line(text), file=sys.stderr)
