"""Texts of files in which `¦` stands before the character that something is about."""

from __future__ import annotations

import re

from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.marks import Marked, read_marked

FILE = "x.flow.yaml"


def split(text: str) -> tuple[str, Place]:
    """Return a text without its sign, and the place of the sign as an editor tells it."""
    before, sign, after = text.partition("¦")
    assert sign, text
    lines = re.split(r"\r\n|\r|\n", before.removeprefix("\ufeff"))
    return before + after, Place(FILE, len(lines), len(lines[-1]) + 1)


def marked(text: str) -> Marked:
    """Read a text that is right as YAML."""
    found, diagnostics = read_marked(text, FILE)
    assert found is not None, diagnostics
    assert diagnostics == []
    return found
