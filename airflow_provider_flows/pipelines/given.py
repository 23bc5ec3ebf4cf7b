"""A value together with the place where somebody gave it, which may be in another file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.marks import Marked
from airflow_provider_flows.schemas import Path

UNUSABLE: Final = object()
"""Stands for a value that is known to be wrong already, so that nothing more is said of it."""


class Given(NamedTuple):  # made by the thousand, three times as fast as a frozen dataclass
    """A value as it was given, or as it was merged.

    :param value: JSON data, with `UNUSABLE` for what is wrong already
    :param members: of a mapping that was merged, where each member was given
    """

    value: Any
    marked: Marked
    path: Path = ()
    members: Mapping[str, Given] | None = None

    @classmethod
    def file(cls, marked: Marked, unusable: Collection[Path]) -> Given:
        """Return the whole of a file, but for what is wrong already."""
        return cls(_without(marked.data, unusable), marked)

    def at(self, *path: str | int) -> Given:
        """Return a part of it."""
        here = self
        for part in path:
            here = (
                here.members[str(part)]
                if here.members is not None
                else Given(here.value[part], here.marked, (*here.path, part))
            )
        return here

    def get(self, name: str) -> Given | None:
        """Return a member, None where there is none."""
        return self.at(name) if name in self.names else None

    @property
    def names(self) -> Mapping[str, Any]:
        """The value where it is a mapping, else an empty one."""
        return self.value if isinstance(self.value, dict) else {}

    def each(self) -> Iterator[tuple[str, Given]]:
        """Yield the members of a mapping with their names; none where it is no mapping."""
        if self.members is not None:
            yield from self.members.items()
        elif isinstance(self.value, dict):
            for name, member in self.value.items():
                yield name, Given(member, self.marked, (*self.path, name))

    def items(self) -> Iterator[Given]:
        """Yield the items of a list; none where it is no list."""
        if isinstance(self.value, list):
            for index in range(len(self.value)):
                yield self.at(index)

    @property
    def place(self) -> Place:
        """Where the value stands."""
        return self.marked.place(self.path)

    def found(
        self,
        code: str,
        message: str,
        *notes: str,
        key: bool = False,
        nth: int | None = None,
        is_error: bool = True,
    ) -> Diagnostic:
        """Return what was found wrong with the value, its key or the nth `${` in it."""
        return self.marked.found(self.path, code, message, *notes, key=key, nth=nth, is_error=is_error)

    def over(self, base: Given | None) -> Given:
        """Return this value laid over another one: mappings are merged, all else replaces.

        A null takes away what it is laid over, and is itself where there is nothing.
        """
        if base is None or not isinstance(base.value, dict) or not isinstance(self.value, dict):
            return self
        members = dict(base.each())
        for name, member in self.each():
            if member.value is None and name in members:
                del members[name]
            else:
                members[name] = member.over(members.get(name))
        return Given({name: each.value for name, each in members.items()}, self.marked, self.path, members)


def is_usable(value: Any) -> bool:
    """Tell whether nothing in JSON data is wrong already."""
    if isinstance(value, dict):
        return all(map(is_usable, value.values()))
    if isinstance(value, list):
        return all(map(is_usable, value))
    return value is not UNUSABLE


def _without(data: Any, unusable: Collection[Path]) -> Any:
    """Return a copy of JSON data with `UNUSABLE` at some paths; the data itself where there are none."""
    if not unusable:
        return data
    if () in unusable:
        return UNUSABLE
    if isinstance(data, dict):
        return {name: _without(member, _below(name, unusable)) for name, member in data.items()}
    if isinstance(data, list):
        return [_without(item, _below(index, unusable)) for index, item in enumerate(data)]
    return data


def _below(part: str | int, unusable: Collection[Path]) -> list[Path]:
    return [path[1:] for path in unusable if path[0] == part]
