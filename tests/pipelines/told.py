"""Whole pipeline files in which `¦` stands before whatever is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.model import Pipeline, Reading
from airflow_provider_flows.pipelines.read import read_pipeline

FILE = "x.flow.yaml"
FOLDER = "flows.defaults.yaml"
CASES = Path(__file__).with_name("cases")
HEAD = "flows: pipeline/1\npipeline: x\n"
DEFAULTS = "flows: defaults/1\n"


def cases(name: str) -> list[object]:
    """Return the cases of `cases/<name>.txt`: lines of a file, then what is said of it, each after `> `."""
    return [_case(text) for text in (CASES / f"{name}.txt").read_text("utf-8").split("\n\n")]


def _case(text: str) -> object:
    lines = text.strip("\n").split("\n")
    body = "\n".join(line for line in lines if not line.startswith("> "))
    said = [line[2:] for line in lines if line.startswith("> ")]
    assert body, text
    assert said, text
    return pytest.param(body, said, id=body)


def places(text: str, file: str) -> tuple[str, list[Place]]:
    """Return a text without its signs, and the places of the signs."""
    found, clean = [], ""
    for part in text.split("¦")[:-1]:
        clean += part
        found.append(Place(file, clean.count("\n") + 1, len(clean) - clean.rfind("\n")))
    return text.replace("¦", ""), found


def read(body: str, *folders: str) -> Reading:
    """Read a pipeline of which the head is given, below folders with defaults."""
    files = [(DEFAULTS + each, f"{'../' * place}{FOLDER}") for place, each in enumerate(reversed(folders))]
    return read_pipeline(HEAD + body, FILE, files[::-1])


def pipeline(body: str, *folders: str) -> Pipeline:
    """Return a pipeline without errors and warnings."""
    reading = read(body, *folders)
    assert reading.diagnostics == (), "\n".join(each.text() for each in reading.diagnostics)
    assert reading.pipeline is not None
    return reading.pipeline


def told(body: str, *folders: str) -> Sequence[Diagnostic]:
    """Return what is said of a pipeline, which is said at the signs and nowhere else."""
    clean, expected = places(HEAD + body, FILE)
    outer = []
    for place, each in enumerate(reversed(folders)):
        text, more = places(DEFAULTS + each, f"{'../' * place}{FOLDER}")
        outer.append((text, f"{'../' * place}{FOLDER}"))
        expected += more
    reading = read_pipeline(clean, FILE, outer[::-1])
    assert [each.place for each in reading.diagnostics] == sorted(expected), "\n".join(
        each.text() for each in reading.diagnostics
    )
    assert (reading.pipeline is None) is any(each.is_error for each in reading.diagnostics)
    return reading.diagnostics


def heads(body: str, *folders: str) -> list[str]:
    """Return the same as `code: message`, with `warning` before what is no error."""
    return [
        f"{'' if each.is_error else 'warning '}{each.code}: {each.message}" for each in told(body, *folders)
    ]
