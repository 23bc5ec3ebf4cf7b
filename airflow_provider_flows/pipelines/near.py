"""Names that are near to one that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 100  # comparing takes time by the square of the length, and nobody mistypes such a name


def near(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like this one, in any case of letters; None where none is."""
    if len(name) > _LONGEST:
        return None
    by_folded = {each.casefold(): each for each in reversed(list(known))}
    found = get_close_matches(name.casefold(), by_folded, 1, 0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean …?` to end a message with, empty where no name is near."""
    found = near(name, known)
    return f" Did you mean `{found}`?" if found is not None else ""


def listed(names: Iterable[str], most: int = 20) -> str:
    """Return names as a list for a note, cut short."""
    every = list(names)
    return ", ".join(every[:most]) + (", …" if len(every) > most else "")
