"""Where a text has its `${…}`. One place for specs and pipelines, so that both read a text alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_BRACE_OR_QUOTED = re.compile(r"""[{}]|(['"`])(?:\\.|(?!\1).)*\1""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hole:
    """One `${…}` of a text: its inside, and where its `$` stands; one that is never closed takes the rest."""

    text: str
    start: int
    is_closed: bool = True


@lru_cache(maxsize=1024)
def split(text: str) -> tuple[str | Hole, ...]:
    """Return a text's plain parts and its `${…}`; `$${` stands for a plain `${`."""
    parts: list[str | Hole] = []
    plain, at = "", 0
    while (start := text.find("${", at)) >= 0:
        if start > at and text[start - 1] == "$":
            plain += text[at : start - 1] + "${"
            at = start + 2
            continue
        plain += text[at:start]
        parts += [plain] if plain else []
        end = _closing_brace(text, start + 2)
        parts.append(Hole(text[start + 2 : end], start, end is not None))
        plain, at = "", len(text) if end is None else end + 1
    plain += text[at:]
    return (*parts, plain) if plain or not parts else tuple(parts)


def _closing_brace(text: str, start: int) -> int | None:
    """Return where the expression ends that begins at `start`; braces inside quotes do not count."""
    depth = 1
    for token in _BRACE_OR_QUOTED.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.start()
    return None
