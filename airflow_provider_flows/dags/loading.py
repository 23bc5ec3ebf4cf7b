"""From pipeline files to DAGs, for the DAG file that asks for them; errors become DAGs that tell of them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from airflow.sdk import DAG, get_parsing_context

from airflow_provider_flows.dags.broken import BrokenBesideOthers, BrokenDag
from airflow_provider_flows.dags.build import build
from airflow_provider_flows.dags.files import MISNAMED, SUFFIX, files_below, misnamed, paths_below, read_file
from airflow_provider_flows.dags.refusals import RefusedError
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.model import Pipeline, Reading
from airflow_provider_flows.pipelines.read import same_ids


def dag_of(caller: Path, path: Path) -> DAG:
    """Return the DAG of one file, or one that tells Airflow what is wrong with it.

    :param caller: the DAG file that asks
    """
    loaded = _loaded(read_file(path, path.parent))
    return _of_caller(loaded.dag or BrokenDag.of(path.name, loaded.found), caller)


def dags_of(caller: Path, folder: Path) -> dict[str, DAG]:
    """Return the DAGs of a folder's files by their ids; on a worker only the one that is to run.

    A file with errors gives a DAG that tells Airflow of them. Where two files have one id, that of the file
    that is named for it counts, or else the first one's. Raises `FileNotFoundError` where there is no such
    folder, which Airflow shows as an import error of the DAG file.
    """
    if not folder.is_dir():
        message = f"load_dags finds no folder {str(folder)!r}: give its path from the folder of {caller.name}"
        raise FileNotFoundError(message)
    asked = get_parsing_context().dag_id
    readings = _readings(folder) if asked is None else _reading_of(asked, folder)
    twice = _found_twice(readings.values())
    loaded = {path: _loaded(reading, twice) for path, reading in readings.items()}
    everything = [each for one in loaded.values() if one.dag is None for each in one.found]
    dags: dict[str, DAG] = {}
    for path, one in loaded.items():
        name = path.relative_to(folder).as_posix()
        dag = one.dag or (
            BrokenBesideOthers.beside(name, one.found, path)
            if asked is None and _is_processor()
            else BrokenDag.of(name, everything)  # of several errors of one DAG file, Airflow keeps the last
        )
        dags[dag.dag_id] = _of_caller(dag, caller)
    return dags


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What became of one file: its DAG, or the errors that stand in its way."""

    dag: DAG | None
    found: tuple[Diagnostic, ...] = ()


def _loaded(reading: Reading, twice: dict[str, Diagnostic] | None = None) -> _Loaded:
    pipeline = reading.pipeline
    if pipeline is None:
        # the first one names the error in Airflow
        return _Loaded(None, tuple(sorted(reading.diagnostics, key=lambda each: not each.is_error)))
    if twice and pipeline.file in twice:
        return _Loaded(None, (twice[pipeline.file],))
    try:
        return _Loaded(build(pipeline))
    except RefusedError as error:
        return _Loaded(None, error.found)


def _is_processor() -> bool:
    """Tell whether this is Airflow's DAG processor, and not a command or a test: it stores what it loads."""
    runner = sys.modules.get("airflow.sdk.execution_time.task_runner")
    return hasattr(runner, "SUPERVISOR_COMMS")


def _of_caller(dag: DAG, caller: Path) -> DAG:
    dag.fileloc = str(caller)
    return dag


def _readings(folder: Path) -> dict[Path, Reading]:
    return {path: _reading(path, folder) for path in files_below(folder, (SUFFIX, *MISNAMED))}


def _reading(path: Path, folder: Path) -> Reading:
    wrong_name = misnamed(path, folder)
    return read_file(path, folder) if wrong_name is None else Reading(None, (wrong_name,))


def _found_twice(readings: Iterable[Reading]) -> dict[str, Diagnostic]:
    """Return the error for each file whose id another one has already."""
    pipelines = [reading.pipeline for reading in readings if reading.pipeline is not None]
    return {each.place.file: each for each in same_ids(_owners_first(pipelines))}


def _reading_of(asked: str, folder: Path) -> dict[Path, Reading]:
    """Return the file whose pipeline a worker asks for; those that may be it, where none can be read."""
    broken: dict[Path, Reading] = {}
    for path in _candidates(asked, folder):
        reading = read_file(path, folder)
        if reading.pipeline is None:
            broken[path] = reading
        elif reading.pipeline.id == asked:
            return {path: reading}
    return broken


def _candidates(asked: str, folder: Path) -> Iterator[Path]:
    """Give the files that are named for a pipeline, then those that speak of it."""
    own = folder / f"{asked}{SUFFIX}"
    if own.is_file():  # and nearly always is the one, so that a worker needn't look for others
        yield own
    others = [path for path in paths_below(folder, SUFFIX) if path != str(own)]
    named = [path for path in others if path.endswith(f"{os.sep}{own.name}")]
    yield from map(Path, named)
    wanted = asked.encode()
    speaks = re.compile(rb"""\bpipeline["']?\s*:\s*["']?%s(?![\w.-])""" % re.escape(wanted))
    for path in others:
        with suppress(OSError):  # a link to nowhere is an error of its own, where all files are read
            text = _bytes_of(path)
            if wanted in text and speaks.search(text) and path not in named:
                yield Path(path)


def _bytes_of(path: str) -> bytes:
    # A worker may look into hundreds: Path's own method takes twice as long.
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - see above
        return file.read()


def _owners_first(pipelines: list[Pipeline]) -> list[Pipeline]:
    return sorted(pipelines, key=lambda each: PurePosixPath(each.file).name != f"{each.id}{SUFFIX}")
