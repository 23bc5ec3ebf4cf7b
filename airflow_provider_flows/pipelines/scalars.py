"""The raw text of a scalar: where each `${` of its value stands, in whatever quotes and escapes."""

from __future__ import annotations

import re

_PROPERTY = re.compile(r"[&!]\S*\s+")  # an anchor or a tag before the value
_BLOCK_HEADER = re.compile(r"[|>][^\r\n]*")  # may end with a comment
_OPENING = re.compile(r"\$\{")
# One character of a value in double quotes; an escaped end of line stands for none.
_DOUBLE_QUOTED = re.compile(
    r"\\(?:(?P<nothing>(?:\r\n|\r|\n)[ \t]*)"
    r"|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|.)|[^\\]",
    re.DOTALL,
)


def openings(text: str, start: int, end: int) -> list[int]:
    """Return the index of each `${` of the scalar that stands between two indices."""
    while (found := _PROPERTY.match(text, start, end)) is not None:
        start = found.end()
    if found := _BLOCK_HEADER.match(text, start, end):
        start = found.end()
    if text[start : start + 1] == '"':
        return _in_double_quotes(text, start + 1, end)
    return [each.start() for each in _OPENING.finditer(text, start, end)]


def _in_double_quotes(text: str, start: int, end: int) -> list[int]:
    found: list[int] = []
    dollar: int | None = None
    for each in _DOUBLE_QUOTED.finditer(text, start, end):
        if each["nothing"] is not None:
            continue
        code = each["x"] or each["u"] or each["U"]
        character = chr(int(code, 16)) if code else each[0]
        if character == "{" and dollar is not None:
            found.append(dollar)
        dollar = each.start() if character == "$" else None
    return found
