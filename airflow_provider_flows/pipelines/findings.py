"""What a check of a file's shape has found so far, told in a person's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.marks import Marked
from airflow_provider_flows.pipelines.secret_shapes import suspicion
from airflow_provider_flows.schemas import Path, path_text

_LONGEST_VALUE = 60
_LONGEST_NAME = 120


@dataclass(slots=True)
class Findings:
    """Collects what is wrong with a file's values.

    :param kind: what the file is to be, though it may not say it
    :param unusable: paths whose value means nothing, so that nothing further is said about it
    """

    marked: Marked
    kind: str = "pipeline/1"
    diagnostics: list[Diagnostic] = field(default_factory=list)
    unusable: set[Path] = field(default_factory=set)

    def add(self, path: Path, code: str, message: str, *notes: str, key: bool = False) -> None:
        """Note an error about a key, or about a value, which is then unusable."""
        self.diagnostics.append(self.marked.found(path, code, message, *notes, key=key))
        if not key:
            self.unusable.add(path)


def name_of(path: Path) -> str:
    """Return what errors call a value."""
    text = path_text(path).removeprefix(".") if path else ""
    return f"`{cut(text, _LONGEST_NAME)}`" if text else "the file"


def shown(path: Path, value: Any) -> str:
    """Return what errors call what somebody wrote; nothing that looks like a secret is repeated."""
    if isinstance(value, str):
        return "a text" if suspicion(path, value) else f"'{cut(value, _LONGEST_VALUE)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return cut(str(value), _LONGEST_VALUE)
    return {dict: "a mapping", list: "a list", NoneType: "nothing"}[type(value)]


def kind_shown(path: Path, value: Any) -> str:
    """Return the same with the value's type, where a text could be taken for something else."""
    text = shown(path, value)
    if isinstance(value, str) and text.startswith("'"):
        return f"the text {text}"
    return f"the number {text}" if isinstance(value, int | float) and not isinstance(value, bool) else text


def cut(text: str, longest: int) -> str:
    """Return a text on one line, cut short."""
    line = " ".join(text.split()) if "\n" in text or "\r" in text else text
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def either(words: Iterable[str]) -> str:
    """Return words as a choice: `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
