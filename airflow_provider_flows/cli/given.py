"""What a person gives a command: pairs, JSON, files."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.pipelines.durations import near_duration, seconds
from airflow_provider_flows.pipelines.secret_shapes import suspicion

_PLAIN = re.compile(r"[A-Za-z0-9][\w .:/@-]{0,60}")  # what is meant as a text, and not as JSON


def pairs(flag: str, given: Iterable[str] | None) -> dict[str, Any]:
    """Return NAME=VALUE pairs, each value a text, and NAME:=VALUE pairs, each value JSON.

    Raises `CommandError` for what is no pair, without repeating it, and for a name that is given twice.
    """
    found: dict[str, Any] = {}
    for position, text in enumerate(given or (), 1):
        name, separator, value = text.partition("=")
        is_json = name.endswith(":")
        name = name.removesuffix(":")
        if not separator or not name:
            raise CommandError(f"{flag} takes NAME=VALUE, and number {position} of them is something else")
        if name in found:
            raise CommandError(f"{flag} gives {name!r} twice")
        found[name] = parsed(f"{flag} {name}", value, "or use =") if is_json else value
    return found


def parsed(what: str, text: str, *ways: str) -> Any:
    """Return the value of a JSON text; raises `CommandError` with the place of what is wrong.

    :param what: the flag, and the name where there is one
    :param ways: how to give a text besides in quotes
    """
    try:
        return _read_json(what, text)
    except CommandError as error:
        if not _PLAIN.fullmatch(text):
            raise
        shown = "…" if suspicion((what.rpartition(" ")[2],), text) else text
        raise CommandError(", ".join([f"{error}; a text needs quotes: '\"{shown}\"'", *ways])) from error


def mapping(flag: str, given: str | None) -> dict[str, Any]:
    """Return the JSON object that is given as it is, in a file (@FILE), or on the standard input (-)."""
    if given is None:
        return {}
    value = _read_json(flag, _text(given))
    if not isinstance(value, dict):
        raise CommandError(f"{flag} must be a JSON object of names and values, not {type(value).__name__}")
    return value


def duration(flag: str, text: str) -> float:
    """Return a duration such as 90s or 1h30m in seconds; raises `CommandError` for any other text."""
    try:
        found = seconds(text)
    except ValueError as error:
        near = near_duration(text)
        raise CommandError(f"{flag}: {error}" + (f"; write {near}" if near else "")) from error
    if not found:
        raise CommandError(f"{flag} must be more than no time at all")
    return found


def read_text(path: str | Path) -> str:
    """Return a file's text; raises `CommandError` when it can't be read."""
    with reading(str(path)):
        return Path(path).read_text(encoding="utf-8")


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what may go wrong while a file is read into a `CommandError` that names it."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not UTF-8: {error.reason} at byte {error.start}") from error
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror or error}") from error


def _read_json(what: str, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{what} is not JSON: {error}") from error


def _text(given: str) -> str:
    if given == "-":
        with reading("the standard input"):
            return sys.stdin.read()
    return read_text(given[1:]) if given.startswith("@") else given


def _no_constant(name: str) -> Any:
    raise ValueError(f"JSON has no {name}")
