"""Instants as platforms write them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_MILLISECONDS_FROM = 1e11  # as seconds the year 5138, as milliseconds 1973
_END_OF_TIME = 1e15
_NUMBER = re.compile(r"\d{1,16}(?:\.\d+)?", re.ASCII)
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)


def instant(value: Any) -> float | None:
    """Return an instant in seconds since the epoch, None for what is none.

    Takes ISO 8601 (UTC where no zone is given), and a number of seconds or milliseconds. Zero, with which
    some platforms say "not yet", is none.
    """
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _END_OF_TIME:
        return None
    return value / 1000 if value >= _MILLISECONDS_FROM else float(value)


def _from_text(text: str) -> float | None:
    if _NUMBER.fullmatch(text):
        return instant(float(text))
    found = _ISO.fullmatch(text)
    if not found:
        return None
    date, time, fraction, zone = found.groups()
    zone = "+00:00" if not zone or zone in "Zz" else zone[:3] + ":" + zone[-2:]
    try:  # in the one form that every Python reads
        read = datetime.fromisoformat(f"{date}T{time}.{(fraction or '').ljust(6, '0')}{zone}")
    except ValueError:
        return None
    seconds = read.timestamp()
    return seconds if seconds > 0 else None
