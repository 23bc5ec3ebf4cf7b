"""Diagnostics of many files: as text for people, as JSON for programs, and as code hosts show them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import quote

from airflow_provider_flows.pipelines.codes import CODES
from airflow_provider_flows.pipelines.diagnostics import Diagnostic, in_order

Format: TypeAlias = Callable[[Sequence[Diagnostic], int], str]
"""Makes one text of diagnostics, by place, and the number of files that were read."""

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def formatted(found: Iterable[Diagnostic], form: str, *, files: int) -> str:
    """Return the diagnostics of so many files as one text; `form` is one of `FORMATS`."""
    return FORMATS[form](in_order(found), files)


def summary(found: Iterable[Diagnostic], files: int) -> str:
    """Return how many files were read and what came of it, such as `3 files, 1 error, 2 warnings`."""
    kinds = [each.is_error for each in found]
    errors, warnings = kinds.count(True), kinds.count(False)
    parts = [_counted(files, "file"), _counted(errors, "error")]
    return ", ".join([*parts, _counted(warnings, "warning")] if warnings else parts)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _text(found: Sequence[Diagnostic], files: int) -> str:
    return "\n\n".join([*(each.text() for each in found), summary(found, files)])


def _json(found: Sequence[Diagnostic], files: int) -> str:
    errors = sum(each.is_error for each in found)
    counts = {"files": files, "errors": errors, "warnings": len(found) - errors}
    return json.dumps({**counts, "diagnostics": [_as_data(each) for each in found]}, indent=2)


def _as_data(each: Diagnostic) -> dict[str, Any]:
    return {
        "file": each.place.file,
        "line": each.place.line,
        "column": each.place.column,
        "severity": each.severity,
        "code": each.code,
        "message": each.message,
        "notes": list(each.notes),
        "excerpt": each.excerpt,
    }


def _github(found: Sequence[Diagnostic], files: int) -> str:
    """Return workflow commands, which GitHub shows beside the lines of a pull request.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    return "\n".join([*map(_annotation, found), summary(found, files)])


def _annotation(each: Diagnostic) -> str:
    place = each.place
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": each.code}
    head = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in properties.items())
    return f"::{each.severity} {head}::{_escaped(_whole_message(each))}"


def _escaped(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _whole_message(each: Diagnostic) -> str:
    return "\n".join([each.message, *each.notes])


def _sarif(found: Sequence[Diagnostic], files: int) -> str:  # noqa: ARG001 - SARIF does not count files
    """Return a log for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""
    codes = sorted({each.code for each in found})
    rules = [{"id": code, "shortDescription": {"text": CODES.get(code, code)}} for code in codes]
    driver = {"name": "airflow-flows", "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes.index(each.code)) for each in found],
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(each: Diagnostic, rule: int) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": each.place.line, "startColumn": each.place.column}
    if each.excerpt:
        region["snippet"] = {"text": each.excerpt}
    artifact = {"uri": _uri(each.place.file)}
    return {
        "ruleId": each.code,
        "ruleIndex": rule,
        "level": each.severity,
        "message": {"text": _whole_message(each)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="surrogateescape")


FORMATS: Mapping[str, Format] = MappingProxyType(
    {"text": _text, "json": _json, "github": _github, "sarif": _sarif}
)
