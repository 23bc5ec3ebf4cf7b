"""Pipeline files on disk: which there are, and the defaults of the folders around them. Needs no Airflow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.files import read_defaults
from airflow_provider_flows.pipelines.model import Reading
from airflow_provider_flows.pipelines.read import read_pipeline

SUFFIX = ".flow.yaml"
DEFAULTS = "flows.defaults.yaml"


def pipeline_files(folder: Path) -> list[Path]:
    """Return the pipeline files in a folder and below it, by name; hidden folders are left out."""
    return files_below(folder, SUFFIX)


def files_below(folder: Path, ending: str) -> list[Path]:
    """Return the files with an ending in a folder and below it, by name; hidden folders are left out."""
    return [Path(each) for each in paths_below(folder, ending)]


def paths_below(folder: Path, ending: str) -> list[str]:
    """Return the same as texts, which are made and compared in a fraction of the time."""
    found: list[str] = []
    seen: set[str] = set()
    for where, folders, names in os.walk(folder, followlinks=True):
        if (here := os.path.realpath(where)) in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(here)
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        found += [f"{where}{os.sep}{name}" for name in sorted(names) if name.endswith(ending)]
    return found


def read_file(path: Path, base: Path) -> Reading:
    """Read a pipeline file with the defaults of its folders; errors name files from the folder `base`.

    A file that cannot be opened is an error of its own, with the code `unreadable`.
    """
    opened = path
    try:
        text = text_of(path)
        defaults = []
        for opened in _defaults_around(path):
            defaults.append((text_of(opened), shown(opened, base)))
            given = read_defaults(*defaults[-1]).given
            if given is not None and given.names.get("root") is True:
                break
    except OSError as error:
        why = f"the file can't be read: {error.strerror or error}"
        place = Place(shown(opened, base))
        return Reading(None, (Diagnostic(place=place, code="unreadable", message=why),))
    return read_pipeline(text, shown(path, base), defaults[::-1])


def text_of(path: Path) -> str:
    """Return a file's text; what is no UTF-8 in it is left to the reader, who says where it stands."""
    return path.read_text("utf-8-sig", errors="surrogateescape")


def shown(path: Path, base: Path) -> str:
    """Return how errors name a file: from the folder `base`."""
    return Path(os.path.relpath(path, base)).as_posix()


def _defaults_around(path: Path) -> Iterator[Path]:
    """Give the files with defaults, the nearest first."""
    # Path's own methods take twice as long, and every parse of a DAG file looks into all folders above it.
    folder, inner = os.path.split(path.absolute())
    while inner:
        if os.path.isfile(candidate := os.path.join(folder, DEFAULTS)):  # noqa: PTH113, PTH118 - see above
            yield Path(candidate)
        folder, inner = os.path.split(folder)
