"""`sync`: a DAG file beside each pipeline."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from airflow_provider_flows.cli.failures import FAILED, CommandError
from airflow_provider_flows.cli.printing import one_line, print_text
from airflow_provider_flows.cli.stubs import Change, changes, text_in
from airflow_provider_flows.dags.files import files_below, pipeline_files

_DONE = {"write": "wrote", "update": "updated", "remove": "removed"}
_LEFT = {
    "write": "is missing",
    "update": "is out of date",
    "remove": "loads a pipeline that is gone",
    "keep": "was not written by sync, or was changed since: rename it, or the pipeline beside it",
}


def sync(options: Namespace) -> int:
    """Write, update and remove stubs, or only tell what would be; return 1 if something is left to do."""
    folder = Path(options.folder)
    if not folder.is_dir():
        raise CommandError(f"there is no folder {folder}")
    pipelines, python = pipeline_files(folder), files_below(folder, ".py")
    found = list(changes(pipelines, python))
    _warn_of_loaders(python)
    left = [each for each in found if options.check or each.verb == "keep"]
    for each in found:
        if each in left:
            print_text(f"{each.path} {_LEFT[each.verb]}")
        else:
            _carry_out(each)
    count = f"{len(pipelines)} pipeline{'s' * (len(pipelines) != 1)}"
    print_text(f"{count}, {len(found) - len(left)} changed, {len(left)} left to do")
    return FAILED if left else 0


def _carry_out(change: Change) -> None:
    try:
        change.carry_out()
    except OSError as error:
        raise CommandError(f"{change.path} cannot be written: {error.strerror}") from error
    print_text(f"{_DONE[change.verb]} {change.path}")


def _warn_of_loaders(python: list[Path]) -> None:
    """Tell of files that load whole folders, since a pipeline that is loaded twice is two DAGs of one id."""
    for path in python:
        if "load_dags(" in text_in(path):
            text = f"{path} calls load_dags: a pipeline that it loads must have no file of its own"
            print(one_line(text), file=sys.stderr)
