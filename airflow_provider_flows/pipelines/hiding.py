"""Lines to show without the secrets in them; every other character keeps its column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_provider_flows.pipelines.secret_names import is_secret_name
from airflow_provider_flows.pipelines.secret_shapes import (
    is_literal_secret,
    known_forms,
    random_words,
    without_expressions,
)

_KEY = re.compile(r"""(?<![\w.-])["']?([\w.-]{1,60})["']?[ \t]*:[ \t]*""")
_VALUE = re.compile(r"""(?P<closed>"(?:\\.|[^"\\])*|'(?:''|[^'])*|\[[^\]]*)|(?P<inside>[^\s{][^,}\]]*)""")


def hidden(line: str) -> str:
    """Return a line of YAML with dots in place of all that looks like a secret."""
    for start, end in [*known_forms(line), *random_words(line), *_named(line)]:
        line = blotted(line, start, end)
    return line


def hidden_forms(text: str) -> str:
    """Return a text with dots in place of each secret that is known by its form."""
    for start, end in list(known_forms(text)):
        text = blotted(text, start, end)
    return text


def blotted(text: str, start: int, end: int) -> str:
    """Return a text with dots in place of a part of it; blanks and expressions stay."""
    part = text[start:end]
    kept = zip(part, without_expressions(part), strict=True)
    return text[:start] + "".join(old if new == " " else "•" for old, new in kept) + text[end:]


def _named(line: str) -> Iterator[tuple[int, int]]:
    """Give the begin and end of each value under a name that speaks of a secret."""
    for key in _KEY.finditer(line):
        if not is_secret_name(key[1]) or not (value := _VALUE.match(line, key.end())):
            continue
        goes_on = value["closed"] is None and _opened(line[: key.start()]) <= 0
        start, end = value.start(), len(line) if goes_on else value.end()
        if is_literal_secret(key[1], without_expressions(line[start:end]).lstrip("\"'[")):
            yield start, end


def _opened(before: str) -> int:
    """Return how many braces and brackets are open at the end of a text."""
    return sum({"{": 1, "[": 1, "}": -1, "]": -1}.get(each, 0) for each in before)
