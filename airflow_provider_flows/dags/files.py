"""Pipeline files on disk: which there are, and the defaults of the folders around them. Needs no Airflow."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.files import read_defaults
from airflow_provider_flows.pipelines.model import Reading
from airflow_provider_flows.pipelines.read import Check, read_pipeline

SUFFIX = ".flow.yaml"
DEFAULTS = "flows.defaults.yaml"
MISNAMED: Mapping[str, str] = MappingProxyType({".flow.yml": SUFFIX, "flows.defaults.yml": DEFAULTS})
"""How files end that somebody means to be read, and that nobody reads; and how they must end."""


def pipeline_files(folder: Path) -> list[Path]:
    """Return the pipeline files in a folder and below it, by name; hidden folders are left out."""
    return files_below(folder, SUFFIX)


def files_below(folder: Path, ending: str | tuple[str, ...]) -> list[Path]:
    """Return files with an ending, or one of several, in and below a folder; hidden folders are left out."""
    return [Path(each) for each in paths_below(folder, ending)]


def paths_below(folder: Path, ending: str | tuple[str, ...]) -> list[str]:
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


def right_name(path: Path) -> str | None:
    """Return how a file must be called so that it is read, None where nothing is wrong with its name."""
    name = path.name
    return next(
        (name.removesuffix(each) + end for each, end in MISNAMED.items() if name.endswith(each)), None
    )


def misnamed(path: Path, base: Path) -> Diagnostic | None:
    """Return what is wrong with a file's name, None where nothing is."""
    if (name := right_name(path)) is None:
        return None
    message = f"nothing reads a file of this name: rename it to {name}"
    return Diagnostic(place=Place(shown(path, base)), code="misnamed", message=message)


def read_file(path: Path, base: Path, more: Check | None = None) -> Reading:
    """Read a pipeline file with the defaults of its folders; errors name files from the folder `base`.

    A file that cannot be opened is an error of its own, with the code `unreadable`.

    :param more: what else to look for in each step
    """
    opened = path
    try:
        text = text_of(path)
        defaults = []
        for opened in files_around(path, DEFAULTS):
            defaults.append((text_of(opened), shown(opened, base)))
            given = read_defaults(*defaults[-1]).given
            if given is not None and given.names.get("root") is True:
                break
    except OSError as error:
        why = f"the file can't be read: {error.strerror or error}"
        place = Place(shown(opened, base))
        return Reading(None, (Diagnostic(place=place, code="unreadable", message=why),))
    return read_pipeline(text, shown(path, base), defaults[::-1], more)


def text_of(path: Path) -> str:
    """Return a file's text; what is no UTF-8 in it is left to the reader, who says where it stands."""
    return path.read_text("utf-8-sig", errors="surrogateescape")


def shown(path: Path, base: Path) -> str:
    """Return how errors name a file: from the folder `base`."""
    return Path(os.path.relpath(path, base)).as_posix()


def files_around(path: Path, name: str) -> Iterator[Path]:
    """Give the files of a name in the folder of a path and in those above it, the nearest first."""
    # Path's own methods take twice as long, and every parse of a DAG file looks into all folders above it.
    folder, inner = os.path.split(path.absolute())
    while inner:
        if os.path.isfile(candidate := os.path.join(folder, name)):  # noqa: PTH113, PTH118 - see above
            yield Path(candidate)
        folder, inner = os.path.split(folder)
