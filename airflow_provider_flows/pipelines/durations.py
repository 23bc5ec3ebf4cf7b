"""Durations as people write them: `90s`, `15m`, `4h`, `1d`, `1h30m`."""

from __future__ import annotations

import re
from functools import lru_cache

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
# So few digits that a time may be moved by it and stay between the years 1 and 9999.
_DURATION = re.compile(r"(?=[0-9])(?:([0-9]{1,5})d)?(?:([0-9]{1,7})h)?(?:([0-9]{1,8})m)?(?:([0-9]{1,9})s)?")
_LOOSE = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,3}))?\s*([a-z]*)", re.IGNORECASE)
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
    """Return the duration that somebody may have meant by `90`, `1 hour`, `5 Min` or `1.5h`, else None."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = _LOOSE.fullmatch(str(value).strip())
    unit = _UNITS.get(found[3].lower()) if found else None
    if found is None or unit is None:
        return None
    decimals = found[2]
    return _in_whole_units(found[1], decimals, unit) if decimals else f"{found[1]}{unit}"


def _in_whole_units(whole: str, decimals: str, unit: str) -> str | None:
    """Return a decimal number of a unit as a duration, None where it ends in a part of a second."""
    rest, part = divmod(int(whole + decimals) * _SECONDS[unit], 10 ** len(decimals))
    if part:
        return None
    parts = []
    for each, length in _SECONDS.items():
        count, rest = divmod(rest, length)
        parts += [f"{count}{each}"] if count else []
    return "".join(parts) or "0s"
