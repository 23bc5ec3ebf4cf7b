"""The platforms that did not come with the package, as they were found; `outside` looks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache


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


_BESIDE: dict[str, Outside] = {}


@contextmanager
def beside(name: str, spec: Outside) -> Iterator[None]:
    """Let one more spec count for a while, whatever else is called so."""
    _BESIDE[name] = spec
    found.cache_clear()
    try:
        yield
    finally:
        del _BESIDE[name]
        found.cache_clear()


@cache
def found() -> Found:
    """Return what there is beside the package's own; it is looked for once, when somebody asks."""
    from airflow_provider_flows import outside

    seen = outside.found()
    return Found({**seen.sound, **_BESIDE}, seen.faulty)
