"""`lint`: everything that is wrong in pipeline files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path

from airflow_provider_flows.cli.failures import FAILED, CommandError
from airflow_provider_flows.cli.given import reading
from airflow_provider_flows.cli.printing import print_text
from airflow_provider_flows.cli.sync import warn_of_nothing
from airflow_provider_flows.dags.files import (
    DEFAULTS,
    MISNAMED,
    files_below,
    misnamed,
    pipeline_files,
    read_file,
    right_name,
    shown,
    text_of,
)
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.formats import formatted
from airflow_provider_flows.pipelines.model import Pipeline
from airflow_provider_flows.pipelines.read import read_defaults_file, same_ids


def lint(options: Namespace) -> int:
    """Print what is wrong in files and folders, and return 1 if an error is among it."""
    files = list(dict.fromkeys(_files(map(Path, options.paths or ["."]))))
    found = list(_found(files, Path.cwd()))
    print_text(formatted(found, options.format, files=len(files)))
    return FAILED if any(each.is_error for each in found) else 0


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Give files, and those in and below folders; raises `CommandError` for what isn't there."""
    for path in paths:
        if path.is_dir():
            if not (pipelines := pipeline_files(path)):
                warn_of_nothing(path)
            yield from pipelines
            yield from files_below(path, (DEFAULTS, *MISNAMED))
        elif path.exists():
            yield path
        else:
            raise CommandError(f"there is no file or folder {path}")


def _found(files: Iterable[Path], base: Path) -> Iterator[Diagnostic]:
    pipelines: list[Pipeline] = []
    for path in files:
        if (wrong_name := misnamed(path, base)) is not None:
            yield wrong_name
        if (right_name(path) or path.name) == DEFAULTS:
            with reading(str(path)):
                yield from read_defaults_file(text_of(path), shown(path, base))
            continue
        read = read_file(path, base)
        yield from read.diagnostics
        pipelines += [read.pipeline] if read.pipeline is not None else []
    yield from same_ids(pipelines)
