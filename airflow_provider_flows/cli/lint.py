"""`lint`: everything that is wrong in pipeline files and platform specs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path

from airflow_provider_flows.authoring.check import check_spec
from airflow_provider_flows.authoring.examples import run_examples
from airflow_provider_flows.cli.failures import FAILED, CommandError
from airflow_provider_flows.cli.given import reading
from airflow_provider_flows.cli.printing import print_text
from airflow_provider_flows.cli.sync import warn_of_nothing
from airflow_provider_flows.contracts.against import step_problems
from airflow_provider_flows.contracts.lock import NAME as LOCK
from airflow_provider_flows.contracts.lock import Lock, read_lock
from airflow_provider_flows.contracts.python_calls import OPERATOR, call_problems
from airflow_provider_flows.dags.files import (
    DEFAULTS,
    MISNAMED,
    files_around,
    files_below,
    misnamed,
    pipeline_files,
    read_file,
    right_name,
    shown,
    text_of,
)
from airflow_provider_flows.hooks.hatch import make_platform
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.formats import formatted
from airflow_provider_flows.pipelines.model import Pipeline
from airflow_provider_flows.pipelines.read import Check, read_defaults_file, same_ids
from airflow_provider_flows.platforms.forms import SUFFIX as SPEC


def lint(options: Namespace) -> int:
    """Print what is wrong in files and folders, and return 1 if an error is among it."""
    found, files = found_in(map(Path, options.paths or ["."]))
    print_text(formatted(found, options.format, files=files))
    return FAILED if any(each.is_error for each in found) else 0


def found_in(paths: Iterable[Path]) -> tuple[list[Diagnostic], int]:
    """Return what is wrong in files and folders, and how many files there are."""
    files = list(dict.fromkeys(_files(paths)))
    return list(_found(files, Path.cwd())), len(files)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Give files, and those in and below folders; raises `CommandError` for what isn't there."""
    for path in paths:
        if path.is_dir():
            if not (pipelines := pipeline_files(path)):
                warn_of_nothing(path)
            yield from pipelines
            yield from files_below(path, (DEFAULTS, SPEC, LOCK, *MISNAMED))
            yield from _python_files(path)
        elif path.exists():
            yield path
        else:
            raise CommandError(f"there is no file or folder {path}")


def _found(files: Iterable[Path], base: Path) -> Iterator[Diagnostic]:
    pipelines: list[Pipeline] = []
    lock_around = cache(_lock_around)
    for path in files:
        if (wrong_name := misnamed(path, base)) is not None:
            yield wrong_name
        if (right_name(path) or path.name) == DEFAULTS:
            with reading(str(path)):
                yield from read_defaults_file(text_of(path), shown(path, base))
            continue
        if path.name.endswith(SPEC):
            yield from _in_spec(path, base)
            continue
        if path.name == LOCK:
            with reading(str(path)):
                yield from read_lock(text_of(path), shown(path, base))[1]
            continue
        if path.suffix == ".py":
            if (lock := lock_around(path.parent)) is not None:
                yield from call_problems(lock, text_of(path), shown(path, base))
            continue
        read = read_file(path, base, _held_against(lock_around(path.parent)))
        yield from read.diagnostics
        pipelines += [read.pipeline] if read.pipeline is not None else []
    yield from same_ids(pipelines)


def _held_against(lock: Lock | None) -> Check | None:
    """Return what holds a pipeline's steps against a lock file, None without one."""
    return None if lock is None else partial(step_problems, lock)


def _lock_around(folder: Path) -> Lock | None:
    """Return what the nearest lock file says; what is wrong with it is told where it is linted itself."""
    for file in files_around(folder / LOCK, LOCK):
        with reading(str(file)):
            return read_lock(text_of(file), str(file))[0]
    return None


def _python_files(folder: Path) -> Iterator[Path]:
    """Give the Python files that make operators of ours, where there is a lock file to hold them against."""
    for path in files_below(folder, ".py"):
        if any(True for _ in files_around(path, LOCK)) and OPERATOR in text_of(path):
            yield path


def _in_spec(path: Path, base: Path) -> Iterator[Diagnostic]:
    """Give what is wrong with a platform's spec, and which of its examples it doesn't keep."""
    with reading(str(path)):
        text, name = text_of(path), shown(path, base)
        found = check_spec(text, name)
        yield from found
        if not any(each.is_error for each in found):
            yield from run_examples(text, name, make_platform).diagnostics
