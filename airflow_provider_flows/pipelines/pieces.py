"""The calls of a plan and their arguments, as pieces of Python source."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.pipelines.calls import Call, Output
from airflow_provider_flows.pipelines.imports import Imports
from airflow_provider_flows.pipelines.layout import Brackets, Chain, Member, Piece, Text
from airflow_provider_flows.pipelines.literals import quoted


@dataclass(frozen=True, slots=True)
class Pieces:
    """Turns values into source.

    :param imports: what the file calls the things that are called
    :param variables: the variable that holds each task, by the task's id
    """

    imports: Imports
    variables: Mapping[str, str]

    def call(self, call: Call, *more: Member) -> Brackets:
        """Return a call with further arguments after its own."""
        return self._called(self.imports[call.path], call, more)

    def mapped(self, call: Call, mapped: Mapping[str, Any]) -> Chain:
        """Return the call of an operator that is expanded."""
        partial = self._called(f"{self.imports[call.path]}.partial", call, ())
        return Chain(partial, Brackets(".expand(", self._keywords(mapped), ")"))

    def of(self, value: Any) -> Piece:
        """Return any argument."""
        if isinstance(value, Call):
            return self.call(value)
        if isinstance(value, Output):
            return f"{self.variables[value.task_id]}.output"
        if isinstance(value, str):
            return Text(value)
        if isinstance(value, Mapping):
            pairs = (Member(self.of(each), f"{quoted(key)}: ") for key, each in value.items())
            return Brackets("{", tuple(pairs), "}")
        if isinstance(value, list):
            return Brackets("[", tuple(Member(self.of(each)) for each in value), "]")
        return repr(value).replace("e+", "e")  # as both tools write 1e+16

    def _called(self, name: str, call: Call, more: tuple[Member, ...]) -> Brackets:
        positional = tuple(Member(self.of(each)) for each in call.positional)
        return Brackets(f"{name}(", (*positional, *self._keywords(call.keywords), *more), ")")

    def _keywords(self, keywords: Mapping[str, Any]) -> tuple[Member, ...]:
        """Return the keywords; those that Python can't spell so, such as `$ref`, as one mapping."""
        odd = {name: value for name, value in keywords.items() if not _is_spelt(name)}
        plain = (Member(self.of(value), f"{name}=") for name, value in keywords.items() if name not in odd)
        return (*plain, *((Member(self.of(odd), "**"),) if odd else ()))


def parts(value: Any) -> Iterator[Call | Output]:
    """Yield what is called, and the tasks whose outputs are named, in a value."""
    if isinstance(value, Output):
        yield value
    elif isinstance(value, Call):
        yield value
        yield from parts([*value.positional, *value.keywords.values()])
    elif isinstance(value, Mapping):
        yield from parts([*value.values()])
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


def _is_spelt(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
