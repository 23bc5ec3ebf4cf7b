"""The platforms that did not come with the package, as they were found; this layer looks for none itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Outside:
    """A sound spec from elsewhere.

    :param file: what errors call it
    """

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    :param sound: the specs by the platform's name
    :param faulty: why a platform of this name is not there, in one line
    """

    sound: Mapping[str, Outside] = field(default_factory=dict)
    faulty: Mapping[str, str] = field(default_factory=dict)


Finder: TypeAlias = Callable[[], Found]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Let this one look for platforms, once, when somebody asks for one of another origin."""
    _finders[:] = [finder]
    found.cache_clear()


@contextmanager
def beside(name: str, spec: Outside) -> Iterator[None]:
    """Let one more spec count for a while, whatever else is called so."""
    before, known = list(_finders), found()
    register(lambda: Found({**known.sound, name: spec}, known.faulty))
    try:
        yield
    finally:
        _finders[:] = before
        found.cache_clear()


@cache
def found() -> Found:
    """Return what there is beside the package's own."""
    return _finders[0]() if _finders else Found()
