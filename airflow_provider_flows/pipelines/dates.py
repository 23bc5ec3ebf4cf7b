"""Dates, times and time zones, as Airflow will take them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from airflow_provider_flows.pipelines.near import near

# More than Python 3.10 reads by itself, and the same on every Python.
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(?:(Z)|([+-]\d\d):?(\d\d))?)?", re.ASCII
)


def moment(text: str) -> datetime:
    """Return an ISO date or time, with a zone only where the text has one; raises `ValueError`."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no date such as 2026-01-01, and no time such as 2026-01-01T06:00")
    day, minute, second, fraction, zulu, hours, minutes = found.groups()
    zone = "+00:00" if zulu else f"{hours}:{minutes}" if hours else ""
    return datetime.fromisoformat(
        f"{day}T{minute or '00:00'}:{second or '00'}.{(fraction or '0').ljust(6, '0')}{zone}"
    )


def is_date(text: str) -> bool:
    """Tell whether a text is a day of the calendar, or a time on one."""
    try:
        moment(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Tell whether the time zone database has a zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # also the name of one of its folders, or of a file elsewhere
        return False
    return True


def near_zone(name: str) -> str | None:
    """Return the zone that somebody may have meant."""
    zones = available_timezones()
    by_city = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones, reverse=True)}
    return by_city.get(name.strip().replace(" ", "_").casefold()) or near(name, zones)
