"""The `${…}` in values, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.findings import cut
from airflow_provider_flows.pipelines.given import Given
from airflow_provider_flows.pipelines.secret_shapes import suspicion
from airflow_provider_flows.pipelines.uses import Uses, uses
from airflow_provider_flows.platforms.holes import Hole, split

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LONGEST = 80


class Spoken(NamedTuple):
    """One `${…}` of a text.

    :param given: the text
    :param is_key: whether the text is a mapping's key, in which nothing is ever filled
    """

    given: Given
    hole: Hole
    text: str
    is_key: bool = False

    @property
    def uses(self) -> Uses:
        """What the expression speaks of."""
        return uses(self.hole.text)

    @property
    def is_in_jinja(self) -> bool:
        """Whether it stands inside of Airflow's own `{{ }}`."""
        if not _JINJA.search(self.text):
            return False
        plain = list(self.text)
        for each in split(self.text):
            if isinstance(each, Hole):
                end = each.start + len(each.text) + 3
                plain[each.start : end] = " " * len(plain[each.start : end])
        return any(found.start() < self.hole.start < found.end() for found in _JINJA.finditer("".join(plain)))

    @property
    def nth(self) -> int:
        """How many `${` stand before it in the text."""
        return self.text.count("${", 0, self.hole.start)

    @property
    def place(self) -> Place:
        """Where its `$` stands."""
        return self.given.marked.expression_place(self.given.path, self.nth)

    def found(self, code: str, message: str, *notes: str, is_error: bool = True) -> Diagnostic:
        """Return what was found wrong with it."""
        nth = None if self.is_key else self.nth
        return self.given.found(code, message, *notes, key=self.is_key, nth=nth, is_error=is_error)

    def __str__(self) -> str:
        text = f"${{{self.hole.text}{'}' if self.hole.is_closed else ''}"
        return "`${…}`" if suspicion((), self.hole.text) else f"`{cut(text, _LONGEST)}`"


def spoken(given: Given) -> Iterator[Spoken]:
    """Yield every `${…}` in a value, from the first on."""
    value = given.value
    if not speaks(value):
        return
    if isinstance(value, str):
        yield from _in_text(value, given)
    for name, member in given.each():
        yield from _in_text(name, member, is_key=True)
        yield from spoken(member)
    for item in given.items():
        yield from spoken(item)


def speaks(value: Any) -> bool:
    """Tell whether a value has a `${`: most have none, and finding that out is cheap."""
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, dict):
        return any(map(speaks, value.values())) or any(map(speaks, value))
    return isinstance(value, list) and any(map(speaks, value))


def _in_text(text: str, given: Given, *, is_key: bool = False) -> Iterator[Spoken]:
    if "${" in text:
        for part in split(text):
            if isinstance(part, Hole):
                yield Spoken(given, part, text, is_key)
