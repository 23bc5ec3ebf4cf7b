"""Texts that are refused before a YAML reader sees them: no text, or made to keep it busy for hours."""

from __future__ import annotations

import re

from airflow_provider_flows.pipelines.source import Fault, Source, UnreadableError

LONGEST = 2_000_000  # characters; Airflow could not store such a DAG
MOST_DIRECTIVES = 100  # libyaml compares each with all before it
# One set for both takes longer to compile than all the rest of this package takes to import.
_FORBIDDEN = (
    re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"),
    re.compile(r"[\ud800-\udfff\ufffe\uffff]"),
)
_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")


def check_readable(source: Source) -> None:
    """Raise `UnreadableError` for a text that no YAML reader should be given."""
    text = source.text
    if len(text) > LONGEST:
        message = f"the file has {len(text):,} characters; {LONGEST:,} are the most"
        raise UnreadableError(Fault(0, "too-large", message))
    if text.startswith(_UTF_16):
        raise UnreadableError(Fault(0, "yaml-syntax", "the file is UTF-16", ("save it as UTF-8",)))
    if forbidden := [found.start() for each in _FORBIDDEN if (found := each.search(text))]:
        first = min(forbidden)
        raise UnreadableError(Fault(first, "yaml-syntax", *_about(text[first])))
    if text.count("\n%") > MOST_DIRECTIVES:
        raise UnreadableError(Fault(0, "too-large", f"more than {MOST_DIRECTIVES} lines begin with `%`"))


def _about(character: str) -> tuple[str, tuple[str, ...]]:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"the byte 0x{code - 0xDC00:02X} is no UTF-8", ("save the file as UTF-8",)
    mend = f'in double quotes it is "\\x{code:02x}"' if code < 0x100 else "take it out"
    return f"the character U+{code:04X} can't stand in YAML", (mend,)
