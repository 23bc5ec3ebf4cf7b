"""Durations as people write them: `90s`, `15m`, `4h`, `1d`, `1h30m`."""

from __future__ import annotations

import re
from functools import lru_cache

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
# So few digits that a time may be moved by it and stay between the years 1 and 9999.
_DURATION = re.compile(r"(?=[0-9])(?:([0-9]{1,5})d)?(?:([0-9]{1,7})h)?(?:([0-9]{1,8})m)?(?:([0-9]{1,9})s)?")
_LOOSE = re.compile(r"([0-9]{1,4})\s*([a-z]*)", re.IGNORECASE)
_UNITS = {
    **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
}


@lru_cache(maxsize=256)  # a file says few of them, and many times
def seconds(text: str) -> int:
    """Return a duration in seconds; raises `ValueError` for a text that is none."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration such as 90s, 15m, 4h or 1d")
    return sum(
        int(number or 0) * unit for number, unit in zip(found.groups(), _SECONDS.values(), strict=True)
    )


def near_duration(value: object) -> str | None:
    """Return the duration that somebody may have meant by `90`, `1 hour` or `5 Min`, else None."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = _LOOSE.fullmatch(str(value).strip())
    unit = _UNITS.get(found[2].lower()) if found else None
    return f"{found[1]}{unit}" if found and unit else None
