"""Texts as Python literals, quoted as `ruff format` and Black quote them."""

from __future__ import annotations

import re
import unicodedata

WIDTH = (
    88  # of a line in both tools, unless they are told another; what is broken at it stays so in wider ones
)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_WORDS = re.compile(r"[^ \n]*(?:\n| +|$)")


def quoted(text: str) -> str:
    """Return a literal for a text: between double quotes, unless single ones need fewer backslashes."""
    quote = _quote(text)
    return f"{quote}{_escaped(text, quote)}{quote}"


def text_parts(text: str, width: int) -> list[str]:
    """Return literals that Python joins to one text: one for each of its lines, and for what is too long.

    :param width: of a literal; only a single word makes it longer
    """
    parts = [""]
    for word in _WORDS.findall(text):
        if parts[-1] and (parts[-1].endswith("\n") or columns(quoted(parts[-1] + word)) > width):
            parts.append("")
        parts[-1] += word
    return [quoted(part) for part in parts if part]


def triple_quoted(text: str) -> str:
    """Return a literal that shows a text's lines as they are."""
    shown = [_line(line) for line in text.split("\n")]
    whole = "\n".join(shown)
    if '"""' in whole or whole.endswith('"'):
        whole = whole.replace('"', '\\"')
    return f'"""\\\n{whole}"""'


def columns(line: str) -> int:
    """Return how wide a line is shown."""
    return len(line) if line.isascii() else sum(map(_columns, line))


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _quote(text: str) -> str:
    return "'" if text.count('"') > text.count("'") else '"'


def _escaped(text: str, quote: str) -> str:
    return "".join(f"\\{each}" if each == quote else _shown(each) for each in text)


def _shown(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else repr(character)[1:-1]


def _line(line: str) -> str:
    """Return one line; a blank at its end would be lost on the way through somebody's editor."""
    kept = line.rstrip(" ")
    return "".join(map(_shown, kept)) + "\\x20" * (len(line) - len(kept))
