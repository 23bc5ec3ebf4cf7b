"""A YAML file as plain data that knows where in the text each value stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.nodes import Mark, Nodes
from airflow_provider_flows.pipelines.scalars import openings
from airflow_provider_flows.pipelines.secret_shapes import suspicion
from airflow_provider_flows.pipelines.source import Fault, Source, UnreadableError
from airflow_provider_flows.pipelines.syntax import syntax_fault
from airflow_provider_flows.pipelines.unreadable import check_readable
from airflow_provider_flows.platforms.forms import LOADER
from airflow_provider_flows.schemas import Path


@dataclass(frozen=True)  # without slots, since it remembers its source
class Marked:
    """A file's data, as JSON would have it, with the mark of each value by its path.

    :param unusable: paths of values that mean nothing as YAML; what is wrong with them has been told
    """

    file: str
    text: str
    data: Any
    marks: Mapping[Path, Mark]
    unusable: frozenset[Path] = frozenset()

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Return where a value stands, or its key; of a path that is not there the nearest parent's key."""
        return self._source.place(self._index(path, key=key))

    def expression_place(self, path: Path, nth: int) -> Place:
        """Return where the nth `${` of a text stands.

        :param nth: from 0; every `${` of the value counts, those of `$${` and inside expressions too:
            `value.count("${", 0, offset)`
        """
        return self._source.place(self._expression_index(path, nth))

    def found(
        self,
        path: Path,
        code: str,
        message: str,
        *notes: str,
        key: bool = False,
        nth: int | None = None,
        is_error: bool = True,
    ) -> Diagnostic:
        """Return what was found wrong with a value, with its key, or with the nth `${` in it.

        Secrets in the excerpt are hidden, and those of a well-known form in the message and the notes.
        """
        index = self._index(path, key=key) if nth is None else self._expression_index(path, nth)
        fault = Fault(index, code, message, notes)
        return self._source.diagnostic(fault, is_error=is_error, secrets=self.secrets)

    def texts(self) -> list[tuple[Path, str]]:
        """Return every text of the data with its path."""
        found: list[tuple[Path, str]] = []
        _add_texts(found, self.data, ())
        return found

    @cached_property
    def secrets(self) -> list[tuple[int, int]]:
        """Where texts begin and end that look like secrets, to hide them in what is shown of the file."""
        marks = (self.marks[path] for path, text in self.texts() if suspicion(path, text))
        return [mark.origin or (mark.start, mark.end) for mark in marks]

    @cached_property
    def _source(self) -> Source:
        return Source(self.file, self.text)

    @cached_property
    def _openings(self) -> dict[tuple[int, int], list[int]]:
        return {}

    def _index(self, path: Path, *, key: bool) -> int:
        if (mark := self.marks.get(path)) is not None:
            return mark.key if key else mark.start
        parents = (self.marks.get(path[:end]) for end in range(len(path) - 1, -1, -1))
        return next((mark.key for mark in parents if mark is not None), 0)

    def _expression_index(self, path: Path, nth: int) -> int:
        if (mark := self.marks.get(path)) is None:
            return self._index(path, key=False)
        place = mark.origin or (mark.start, mark.end)
        if place not in self._openings:
            self._openings[place] = openings(self.text, *place)
        found = self._openings[place]
        return found[nth] if nth < len(found) else mark.start


def read_marked(text: str, file: str, loader: Any = LOADER) -> tuple[Marked | None, list[Diagnostic]]:
    """Read YAML that holds plain JSON data; what is wrong with it as YAML comes beside it. Never raises.

    None in place of the data means that the text can't be read to its end. A caller reads the file's bytes as
    `bytes.decode("utf-8", "surrogateescape")`: bytes that are no UTF-8 are then an error with a place too.

    :param loader: one of PyYAML's
    """
    source = Source(file, text.removeprefix("\ufeff"))
    nodes = Nodes(source, loader)
    marked = None
    try:
        check_readable(source)
        data = nodes.read()
        marked = Marked(file, source.text, data, nodes.marks, frozenset(nodes.unusable))
    except UnreadableError as error:
        nodes.faults.append(error.fault)
    except yaml.YAMLError as error:
        nodes.faults.append(syntax_fault(error, source))
    secrets = marked.secrets if marked and nodes.faults else []
    return marked, [source.diagnostic(fault, secrets=secrets) for fault in dict.fromkeys(nodes.faults)]


def _add_texts(found: list[tuple[Path, str]], value: Any, path: Path) -> None:
    if isinstance(value, str):
        found.append((path, value))
    elif isinstance(value, dict):
        for key, member in value.items():
            _add_texts(found, member, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _add_texts(found, item, (*path, index))
