"""Finds platforms that did not come with the package: specs in other packages, and in a folder.

Never raises. A faulty spec costs nothing but itself: it is logged once in each process, and
`airflow flows platforms` shows all that is wrong with it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from configparser import ConfigParser, Error
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.platforms import registry
from airflow_provider_flows.platforms.forms import SUFFIX

GROUP = "airflow_provider_flows.platforms"
"""Entry points: the platform's name, and the package in which its file lies."""
SECTION, OPTION = "flows", "platforms_folder"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A spec that was found.

    :param origin: where, for people
    :param file: what errors call it
    :param text: None where it can't be read
    :param diagnostics: what is wrong with it
    """

    name: str
    origin: str
    file: str
    text: str | None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether the platform can be used."""
        return self.text is not None and not any(each.is_error for each in self.diagnostics)


def found() -> registry.Found:
    """Return what was found, and log what is faulty."""
    every = candidates()
    for each in every:
        if not each.is_sound:
            log.error("The platform %r cannot be used: %s", each.name, _reason(each))
    return registry.Found(
        {each.name: registry.Outside(each.file, each.text) for each in every if each.is_sound and each.text},
        {each.name: _reason(each) for each in every if not each.is_sound},
    )


@cache
def candidates() -> tuple[Candidate, ...]:
    """Return every spec that lies where specs are sought, by name; of two with one name the first counts."""
    first: dict[str, Candidate] = {}
    every = []
    for each in sorted((*_in_packages(), *_in_folder()), key=lambda each: each.name):
        checked = _checked(each)
        if each.name in first:
            message = f"another spec has the platform `{each.name}` too"
            where = f"the first is {first[each.name].file}, from {first[each.name].origin}"
            twice = Diagnostic(
                place=Place(each.file), code="duplicate-platform", message=message, notes=(where,)
            )
            checked = Candidate(each.name, each.origin, each.file, None, (twice, *checked.diagnostics))
        first.setdefault(each.name, checked)
        every.append(checked)
    return tuple(every)


def folder() -> str | None:
    """Return the folder that Airflow's option names, None where it names none.

    Airflow's own `conf` can't be asked: for the option's default it asks all providers, and so comes back
    here while they are being asked already. Nor does lint need Airflow.
    """
    home = os.environ.get("AIRFLOW_HOME", "~/airflow")
    told = os.environ.get(f"AIRFLOW__{SECTION.upper()}__{OPTION.upper()}")
    if told is None:
        told = _configured(Path(os.environ.get("AIRFLOW_CONFIG") or f"{home}/airflow.cfg").expanduser())
    return os.path.expandvars(Path(told.replace("{AIRFLOW_HOME}", home)).expanduser()) if told else None


def _configured(file: Path) -> str | None:
    try:
        text = file.read_text("utf-8")
        if OPTION not in text:
            return None
        parser = ConfigParser(interpolation=None, strict=False)
        parser.read_string(text)
        return parser.get(SECTION, OPTION, fallback=None)
    except (OSError, UnicodeDecodeError, Error):  # whatever is wrong with it Airflow itself tells
        return None


def _in_packages() -> Iterator[Candidate]:
    for point in entry_points(group=GROUP):
        origin = f"package {point.dist.name} {point.dist.version}" if point.dist else f"package {point.value}"
        try:
            yield _in_package(point, origin)
        except Exception as error:  # noqa: BLE001 - importing somebody's package may do anything
            what = f"{type(error).__name__}: {error}"
            why = f"the entry point `{point.name} = {point.value}` leads to no file: {what}"
            yield Candidate(point.name, origin, point.value, None, (_unreadable(point.value, why),))


def _in_package(point: EntryPoint, origin: str) -> Candidate:
    name = f"{point.name}{SUFFIX}"
    shown = f"{point.value.replace('.', '/')}/{name}"
    file = files(point.value) / name
    if not file.is_file():
        why = f"the package {point.value} has no file {name}: it must be called so, and be package data"
        return Candidate(point.name, origin, shown, None, (_unreadable(shown, why),))
    return Candidate(point.name, origin, shown, _text(file.read_bytes()))


def _in_folder() -> Iterator[Candidate]:
    where = folder()
    if where is None:
        return
    origin = f"folder {where}"
    try:
        names = sorted(name for name in os.listdir(where) if name.endswith(SUFFIX))  # noqa: PTH208 - names are wanted
    except OSError as error:
        why = f"[{SECTION}] {OPTION} names a folder that can't be read: {error.strerror or error}"
        yield Candidate("*", origin, where, None, (_unreadable(where, why),))
        return
    for name in names:
        shown = f"{where}/{name}"
        try:
            yield Candidate(name.removesuffix(SUFFIX), origin, shown, _text(Path(where, name).read_bytes()))
        except OSError as error:
            why = f"the file can't be read: {error.strerror or error}"
            yield Candidate(name.removesuffix(SUFFIX), origin, shown, None, (_unreadable(shown, why),))


def _checked(candidate: Candidate) -> Candidate:
    if candidate.text is None:
        return candidate
    from airflow_provider_flows.authoring.check import check_spec

    try:
        diagnostics = check_spec(candidate.text, candidate.file)
    except Exception as error:  # Airflow asks for platforms while it starts: nothing may break that
        log.exception("Checking %s broke", candidate.file)
        diagnostics = (_unreadable(candidate.file, f"checking it broke: {type(error).__name__}: {error}"),)
    return Candidate(candidate.name, candidate.origin, candidate.file, candidate.text, diagnostics)


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig", "surrogateescape")


def _unreadable(file: str, message: str) -> Diagnostic:
    return Diagnostic(place=Place(file), code="unreadable", message=message)


def _reason(candidate: Candidate) -> str:
    """Return the first error in one line, and how many there are."""
    errors = [each for each in candidate.diagnostics if each.is_error]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0].place}: {errors[0].message}{more}; `airflow flows platforms` tells all"
