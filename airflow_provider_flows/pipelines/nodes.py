"""From YAML's events to plain data, with the place of every value and all that is wrong with it as YAML.

Events, not `yaml.compose`: libyaml's composer recurses, so that a file of brackets ends the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from airflow_provider_flows.pipelines.plain import Trap, plain
from airflow_provider_flows.pipelines.source import Fault, Source, UnreadableError
from airflow_provider_flows.platforms.forms import LOADER
from airflow_provider_flows.schemas import Path

DEEPEST = 100  # levels of lists and mappings
MOST_COPIES = 20_000  # values that aliases stand for: a few lines of them can stand for billions
MOST_FAULTS = 1000
_MERGE = "<<"
_KINDS = {yaml.SequenceStartEvent: "a list", yaml.MappingStartEvent: "a mapping"}


class Mark(NamedTuple):
    """Where a value stands in the text, as indices of characters.

    :param key: where its key begins; of an item and of the whole file the same as `start`
    :param origin: for an alias, where the value that it names begins and ends
    """

    key: int
    start: int
    end: int
    origin: tuple[int, int] | None = None


class _Open:
    """Stands for the value of an anchor that is not at its end yet."""


@dataclass(slots=True)
class Nodes:
    """Builds the data of one text.

    :param marks: the place of every value, by its path
    :param unusable: paths of values that mean nothing, since a fault is about them
    """

    source: Source
    loader: Any = LOADER
    marks: dict[Path, Mark] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unusable: set[Path] = field(default_factory=set)
    _events: Iterator[Any] = field(default=iter(()))
    _anchors: dict[str, tuple[Any, Path]] = field(default_factory=dict)
    _copies: int = 0

    def read(self) -> Any:
        """Return the text's data; raises `yaml.YAMLError` or `UnreadableError` where it can't be read on."""
        loader = self.loader(self.source.text)
        try:
            self._events = iter(loader.get_event, None)
            next(self._events)  # the stream's start
            if type(next(self._events)) is yaml.StreamEndEvent:
                return None
            data = self._value(next(self._events), (), None)
            next(self._events)  # the document's end
            if type(another := next(self._events)) is not yaml.StreamEndEvent:
                message = "a second document begins here, but a file holds one"
                self._fault(another, "yaml-syntax", message, "put it into a file of its own")
            return data
        finally:
            loader.dispose()

    def _value(self, event: Any, path: Path, key: int | None) -> Any:
        kind = type(event)
        start = event.start_mark.index
        self.marks[path] = Mark(start if key is None else key, start, event.end_mark.index)
        if kind is yaml.ScalarEvent:
            data = self._scalar(event, path)
        elif kind is yaml.AliasEvent:
            return self._alias(event, path)
        else:
            data = self._collection(event, path)
        if event.tag is not None:
            self._fault(event, "tag", *_about_tag(event.tag), path=path)
        if event.anchor is not None:
            self._anchors[event.anchor] = (data, path)
        return data

    def _scalar(self, event: Any, path: Path) -> Any:
        found = plain(event.value) if event.implicit[0] else event.value
        if type(found) is not Trap:
            return found
        self._fault(event, found.code, found.message, found.note, path=path)
        return event.value

    def _collection(self, event: Any, path: Path) -> Any:
        self._check_depth(event, len(path))
        if event.anchor is not None:
            self._anchors[event.anchor] = (_Open, path)
        if type(event) is yaml.SequenceStartEvent:
            return self._sequence(path)
        if not self.source.text.startswith("{{", event.start_mark.index):
            return self._mapping(path)
        self._skip(event)
        message = "`{{` begins a mapping in a mapping here, as YAML reads it"
        self._fault(event, "yaml-syntax", message, 'put quotes around the text: "{{ … }}"', path=path)
        return None

    def _sequence(self, path: Path) -> list[Any]:
        data: list[Any] = []
        here = path
        while type(event := next(self._events)) is not yaml.SequenceEndEvent:
            here = (*path, len(data))
            data.append(self._value(event, here, None))
        self._close(event, path, here)
        return data

    def _mapping(self, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        first: dict[str, int] = {}
        merged: list[Any] = []
        here = path
        while type(event := next(self._events)) is not yaml.MappingEndEvent:
            key = self._key(event, path)
            here = (*path, key)
            if key == _MERGE and event.implicit[0]:
                note = "use `templates` and `extends`"
                self._fault(
                    event, "merge-key", "`<<` takes over another mapping, which YAML 1.2 does not know", note
                )
                merged.append((self._value(next(self._events), here, event.start_mark.index), here))
                continue
            if key in data:
                line = self.source.place(first[key]).line
                message = f"`{key}` is given twice; YAML keeps only the last"
                self._fault(event, "duplicate-key", message, f"first given on line {line}")
            first.setdefault(key, event.start_mark.index)
            data[key] = self._value(next(self._events), here, event.start_mark.index)
        self._close(event, path, here)
        for value, origin in merged:
            self._merge(value, origin, data, path)
        return data

    def _key(self, event: Any, path: Path) -> str:
        """Return a key's text; what stands under a key that is no text is unusable."""
        if type(event) is not yaml.ScalarEvent:
            start = event.start_mark.index
            key = self.source.text[start : self._skip(event).end_mark.index]
            kind = _KINDS.get(type(event), "an alias")
            note = "write the text itself, in quotes where need be"
            self._fault(event, "yaml-syntax", f"a key must be a text, not {kind}", note, path=(*path, key))
            return key
        key = str(event.value)
        if event.anchor is not None:
            self._anchors[event.anchor] = (key, path)
        found = plain(key) if event.implicit[0] else key
        if type(found) is Trap:
            self._fault(event, found.code, found.message, f'write "{key}"', path=(*path, key))
        elif event.tag is not None:
            self._fault(event, "tag", *_about_tag(event.tag), path=(*path, key))
        elif not isinstance(found, str):
            message = f"the key `{key}` must be a text" if key else "a key is missing before this `:`"
            self._fault(event, "bad-type", message, f'write "{key}"', path=(*path, key))
        return key

    def _alias(self, event: Any, path: Path) -> Any:
        name = event.anchor
        if name not in self._anchors:
            self._fault(event, "yaml-syntax", f"nothing above is called `&{name}`", path=path)
            return None
        value, origin = self._anchors[name]
        if value is _Open:
            self._fault(event, "yaml-syntax", f"`*{name}` stands inside of what it names", path=path)
            return None
        mark, named = self.marks[path], self.marks[origin]
        value = self._copy(value, origin, path, mark.start)
        self.marks[path] = mark._replace(origin=named.origin or (named.start, named.end))
        return value

    def _merge(self, value: Any, origin: Path, data: dict[str, Any], path: Path) -> None:
        """Take over what `<<` names, so that nothing is said to be missing on top of it."""
        members = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, member in members:
            here = (*origin, key)
            if isinstance(key, int):
                self._merge(member, here, data, path)
            elif key not in data:
                data[key] = self._copy(member, here, (*path, key), self.marks[origin].start)

    def _copy(self, value: Any, origin: Path, path: Path, index: int) -> Any:
        self._copies += 1
        if self._copies > MOST_COPIES:
            raise UnreadableError(
                Fault(index, "too-large", f"aliases stand for more than {MOST_COPIES:,} values")
            )
        self.marks[path] = self.marks[origin]
        if origin in self.unusable:
            self.unusable.add(path)
        if isinstance(value, dict):
            return {key: self._copy(each, (*origin, key), (*path, key), index) for key, each in value.items()}
        if isinstance(value, list):
            return [self._copy(each, (*origin, at), (*path, at), index) for at, each in enumerate(value)]
        return value

    def _skip(self, event: Any) -> Any:
        """Pass over a node and return its last event."""
        depth = _depth(event)
        while depth:
            event = next(self._events)
            depth += _depth(event)
            self._check_depth(event, depth)
        return event

    def _close(self, event: Any, path: Path, last: Path) -> None:
        """Note where a collection ends: at its bracket, else with its last value."""
        end = event.end_mark.index
        is_flow = end > event.start_mark.index
        self.marks[path] = self.marks[path]._replace(end=end if is_flow else self.marks[last].end)

    def _check_depth(self, event: Any, depth: int) -> None:
        if depth > DEEPEST:
            index, message = event.start_mark.index, f"more than {DEEPEST} levels of lists and mappings"
            raise UnreadableError(Fault(index, "too-large", message))

    def _fault(self, event: Any, code: str, message: str, *notes: str, path: Path | None = None) -> None:
        index = event.start_mark.index
        if len(self.faults) == MOST_FAULTS:
            message = f"more than {MOST_FAULTS:,} things are wrong; mend those above first"
            raise UnreadableError(Fault(index, "too-large", message))
        self.faults.append(Fault(index, code, message, notes))
        if path is not None:
            self.unusable.add(path)


def _about_tag(tag: str) -> tuple[str, str]:
    short = tag.replace("tag:yaml.org,2002:", "!!")[:60]
    return f"`{short}` is a tag, and tags mean nothing here", 'take it away; a text can stand in quotes: "…"'


def _depth(event: Any) -> int:
    return isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
