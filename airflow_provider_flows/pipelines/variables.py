"""What the variables of a Python file are called."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable

_LONGEST = 36  # characters, so that an arrow between any two has room in a line
_TAKEN = frozenset({*dir(builtins), *keyword.kwlist, "l"})  # `l` looks like `1`
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def variables(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Return a variable for each name, in lower case with underscores.

    :param names: such as ids of tasks
    :param taken: what else the file calls so
    """
    found: dict[str, str] = {}
    for name in names:
        found[name] = free(_snake(name), {*taken, *found.values()})
    return found


def free(name: str, taken: Collection[str]) -> str:
    """Return the name, with something at its end where it means something else already."""
    if name not in taken and name not in _TAKEN:
        return name
    more = ("_", *(f"_{number}" for number in range(2, len(taken) + 3)))
    return next(each for end in more if (each := f"{name}{end}") not in taken)


def _snake(name: str) -> str:
    return re.sub("__+", "_", _HUMPS.sub("_", name)).lower()[:_LONGEST]
