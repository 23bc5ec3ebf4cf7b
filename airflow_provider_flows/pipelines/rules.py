"""What a value of a pipeline file may be: one class for each type that has more to say than its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from airflow_provider_flows.pipelines.findings import Findings, kind_shown, name_of, shown
from airflow_provider_flows.pipelines.mends import duration_mend, mend
from airflow_provider_flows.pipelines.near import did_you_mean, listed
from airflow_provider_flows.pipelines.secret_shapes import suspicion
from airflow_provider_flows.schemas import Path

Check: TypeAlias = Callable[[Any, Path, Findings], None]
"""Notes what is wrong with a value of the type that it is for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be.

    :param code: the kind of its errors, None where there is none of its own
    :param must: `must be …`, for errors
    :param checks: what looks further at a value, by the value's type; None where the type is enough
    """

    code: str | None
    must: str
    checks: Mapping[type, Check | None]

    def __call__(self, value: Any, path: Path, findings: Findings) -> None:
        """Note what is wrong with a value of any type."""
        if type(value) not in self.checks:
            message = f"{name_of(path)} {self.must}; got {kind_shown(path, value)}"
            accepts = self.text.accepts if self.text else _always
            note = (
                mend(path, value, self.checks, accepts) if path else f"begin it with `flows: {findings.kind}`"
            )
            findings.add(path, self.code or "bad-type", message, *([note] if note else []))
        elif (check := self.checks[type(value)]) is not None:
            check(value, path, findings)

    @property
    def text(self) -> Text | None:
        """What it says about texts."""
        check = self.checks.get(str)
        return check if isinstance(check, Text) else None


@dataclass(frozen=True, slots=True)
class Text:
    """A text that has a pattern or a length, or is one of some words."""

    code: str
    must: str
    pattern: re.Pattern[str]
    words: tuple[str, ...]
    least: int
    most: float

    def __call__(self, value: str, path: Path, findings: Findings) -> None:
        """Note why the text is refused."""
        if not self.accepts(value):
            message, *notes = self._refusal(value, path)
            findings.add(path, self.code, message, *notes)

    def accepts(self, value: object) -> bool:
        """Whether a value is such a text."""
        return (
            isinstance(value, str)
            and self.least <= len(value) <= self.most
            and (not self.words or value in self.words)
            and self.pattern.search(value) is not None
        )

    def _refusal(self, value: str, path: Path) -> list[str]:
        name = name_of(path)
        if self.words:
            guess = did_you_mean(value, self.words)
            return [
                f"{name} can't be {shown(path, value)}{'.' if guess else ''}{guess}",
                f"allowed: {listed(self.words)}",
            ]
        if len(value) < self.least:
            return [f"{name} must not be empty"]
        if self.pattern.search(value):
            return [f"{name} has {len(value):,} characters; {self.most:,} are the most"]
        note = duration_mend(value, self.accepts)
        if value in {"true", "false"} and value in self.must:
            note = "take the quotes away"
        elif value != value.strip() and self.accepts(value.strip()):
            note = "take away the blanks or ends of lines around it; a block begins with `|-` then"
        elif self.code == "bad-name" and not suspicion(path, value):
            note = self._near_name(value)
        return [f"{name} {self.must}; got {shown(path, value)}", *([note] if note else [])]

    def _near_name(self, value: str) -> str | None:
        """Return how to write a name that has some odd characters."""
        name = re.sub(r"[^A-Za-z0-9.-]+", "_", value.replace("/", "."))
        return f"write {name}" if value.isascii() and name.strip("_") and self.accepts(name) else None


@dataclass(frozen=True, slots=True)
class Number:
    """A number that must not be too small."""

    code: str
    least: float

    def __call__(self, value: float, path: Path, findings: Findings) -> None:
        """Note that the number is too small."""
        if value < self.least:
            message = f"{name_of(path)} must be {self.least} or more; got {shown(path, value)}"
            findings.add(path, self.code, message)


@dataclass(frozen=True, slots=True)
class Items:
    """A list whose items are all alike."""

    code: str
    each: Rule
    least: int

    def __call__(self, value: list[Any], path: Path, findings: Findings) -> None:
        """Note what is wrong with the items."""
        if len(value) < self.least:
            findings.add(path, self.code, f"{name_of(path)} must not be empty")
        for index, item in enumerate(value):
            if (here := (*path, index)) not in findings.unusable:
                self.each(item, here, findings)


def _always(text: str) -> bool:  # noqa: ARG001 - a rule without a check takes every text
    return True
