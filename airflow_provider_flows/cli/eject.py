"""`eject`: a pipeline as Python."""

from __future__ import annotations

import sys
from argparse import Namespace
from importlib.metadata import version
from pathlib import Path

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.printing import one_line, print_file
from airflow_provider_flows.cli.reading import read_pipeline
from airflow_provider_flows.cli.stubs import is_stub, is_stub_of
from airflow_provider_flows.pipelines import eject as python
from airflow_provider_flows.pipelines.calls import Call
from airflow_provider_flows.pipelines.model import Pipeline
from airflow_provider_flows.pipelines.plan import plan
from airflow_provider_flows.pipelines.timetables import OLDER


def eject(options: Namespace) -> int:
    """Print Python that builds the same DAG, or write it into a new file or in place of its own stub."""
    text = python_of(read_pipeline(options.file))
    if options.output is None:
        print_file(text)
        return 0
    pipeline, output = Path(options.file), Path(options.output)
    is_own_stub = is_stub_of(pipeline, output)
    try:
        with output.open("w" if is_own_stub else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        whose = " and loads another pipeline" if is_stub(output) else ""
        raise CommandError(f"{output} is there already{whose}; nothing was written") from error
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from error
    if is_own_stub:
        advice = f"{output} stands alone now: delete or move {pipeline}, else `sync` ends with 1"
        print(one_line(advice), file=sys.stderr)
    return 0


def python_of(pipeline: Pipeline) -> str:
    """Return Python for the installed Airflow; raises `CommandError` for a notifier that it hasn't."""
    paths = {each.path: _path(each) for each in python.calls(plan(pipeline))}
    return python.eject(pipeline, paths)


def _path(call: Call) -> str:
    """Return where to import from; only a notifier's name alone needs Airflow to be told."""
    if call.register == "notifications" and "." not in call.path:
        return _notifier(call)
    return OLDER.get(call.path, call.path) if _is_before_3_2() else call.path


def _notifier(call: Call) -> str:
    from airflow_provider_flows.dags.registers import UnknownNameError, notifier_path

    try:
        return notifier_path(call.path)
    except UnknownNameError as error:
        raise CommandError(f"{call.place}: {'; '.join([str(error), *error.notes])}") from error


def _is_before_3_2() -> bool:
    return tuple(map(int, version("apache-airflow").split(".")[:2])) < (3, 2)
