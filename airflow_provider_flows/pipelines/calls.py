"""Objects as the calls that make them: data that `dags` carries out and `eject` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from airflow_provider_flows.pipelines.dates import moment
from airflow_provider_flows.pipelines.diagnostics import Place

Register: TypeAlias = Literal["notifications", "timetables"]
"""Which of Airflow's registers must hold a class: that of the providers, or that of the plugins."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call; its arguments may hold other calls, in lists and mappings too.

    :param path: the whole path of what is called, such as `airflow.sdk.DAG`
    :param register: where the path must be registered before it is imported, since the file names it; a path
        among the notifications may be a class's name alone
    :param place: where the file asks for it
    """

    path: str
    positional: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    register: Register | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """What another task returns, once it has run."""

    task_id: str


@lru_cache(maxsize=256)
def duration(seconds: float) -> Call:
    """Return the call for a length of time, in the units that people would write."""
    length = timedelta(seconds=seconds)
    hours, rest = divmod(length.seconds, 3600)
    last = rest % 60 + length.microseconds / 1_000_000
    units = {
        "days": length.days,
        "hours": hours,
        "minutes": rest // 60,
        "seconds": int(last) if last.is_integer() else last,
    }
    return Call(
        "datetime.timedelta", keywords={name: unit for name, unit in units.items() if unit} or {"seconds": 0}
    )


def instant(text: str, zone: str | None) -> Call:
    """Return the call for an ISO date or time; without a zone it is left to Airflow's own."""
    found = moment(text)
    if found.tzinfo is not None:
        zone = zone or "UTC"
        found = found.astimezone(ZoneInfo(zone))
    parts = [found.year, found.month, found.day, found.hour, found.minute, found.second, found.microsecond]
    while len(parts) > 3 and not parts[-1]:
        parts.pop()
    if zone is None:
        return Call("datetime.datetime", tuple(parts))
    return Call("pendulum.datetime", tuple(parts), {"tz": zone})


def as_json(value: Any) -> Any:
    """Return JSON data made of nothing but dicts and lists, so that equal data look equal."""
    if isinstance(value, Mapping):
        return {key: as_json(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(member) for member in value]
    return value
