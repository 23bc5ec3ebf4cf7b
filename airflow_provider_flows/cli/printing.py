"""Texts on their way to a person's terminal: none may move its cursor, and none may break the output."""

from __future__ import annotations

import json
import sys
from typing import Any

from airflow_provider_flows.cli.failures import CommandError


def one_line(text: str) -> str:
    """Return a text as one line without control characters: parts of it come from platforms and files."""
    return "".join(map(_harmless, " ".join(text.split())))


def block(text: str) -> str:
    """Return a text of several lines without control characters other than tabs."""
    return "\n".join(
        "".join(each if each == "\t" else _harmless(each) for each in line) for line in text.split("\n")
    )


def print_text(text: str) -> None:
    """Print a text of several lines; what the output has no character for is spelled out."""
    encoding = sys.stdout.encoding or "ascii"
    print(block(text.rstrip("\n")).encode(encoding, "backslashreplace").decode(encoding))


def print_file(text: str) -> None:
    """Print what may become a file: as it is, but for a terminal."""
    if sys.stdout.isatty():
        print_text(text)
        return
    try:
        print(text, end="")
    except UnicodeEncodeError as error:
        raise CommandError(
            f"the output has no {error.object[error.start]!a}: set PYTHONIOENCODING=utf-8"
        ) from error


def print_json(value: Any) -> None:
    """Print a value as JSON, in characters that the output can show."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if not text.replace("\n", "").isprintable():
        text = "".join(
            each if each == "\n" or each.isprintable() else json.dumps(each)[1:-1] for each in text
        )
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    print(text)


def _harmless(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
