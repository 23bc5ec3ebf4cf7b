"""When a pipeline runs: its schedule, the span in which it holds, and its time zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from airflow_provider_flows.pipelines.dates import is_date, is_zone, moment, near_zone
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.durations import seconds
from airflow_provider_flows.pipelines.given import UNUSABLE, Given
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.model import Schedule
from airflow_provider_flows.pipelines.near import listed

CRON_PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")
PRESETS = ("@once", "@continuous", *CRON_PRESETS)
TIMETABLES: Mapping[str, tuple[str, ...]] = {
    "cron": ("cron", "timezone"),
    "cron_interval": ("cron",),
    "crons": ("crons",),
    "every": ("interval",),
    "every_interval": ("interval",),
    "dates": ("dates",),
}
"""The timetables that have a name of their own, with their arguments; any other is the path of a class."""


def problems(pipeline: Given) -> Iterator[Diagnostic]:
    """Yield what is wrong with when the pipeline runs."""
    if (given := pipeline.get("schedule")) is not None:
        yield from _schedule(given)
    yield from _span(pipeline)
    if (zone := pipeline.get("timezone")) is not None:
        yield from _zone(zone)
    if not is_scheduled(pipeline):
        return
    text, most = pipeline.names.get("schedule"), pipeline.names.get("max_active_runs")
    if text == "@continuous" and isinstance(most, int) and most > 1:
        message = "`schedule: @continuous` has one run at a time, so `max_active_runs` can't be more than 1"
        yield pipeline.at("max_active_runs").found("bad-value", message)
    if pipeline.names.get("catchup") is True and "start" not in pipeline.names:
        message = "`catchup` needs `start`: the time from which on runs that are missing are made up for"
        yield pipeline.at("catchup").found("bad-schedule", message)


def is_scheduled(pipeline: Given) -> bool:
    """Tell whether a pipeline runs by itself."""
    return pipeline.names.get("schedule") not in (None, UNUSABLE)


def schedule(pipeline: Given) -> Schedule:
    """Return the schedule of a pipeline that has no errors."""
    given = pipeline.get("schedule")
    if given is None or given.value is None:
        return Schedule()
    if isinstance(given.value, str):
        return Schedule(text=given.value, place=given.place)
    told = dict(given.value)
    if "assets" in told:
        return Schedule(assets=tuple(told["assets"]), is_any=told.get("match") == "any", place=given.place)
    name = told.pop("timetable")
    if name not in TIMETABLES:
        return Schedule(timetable=name, arguments=told.get("with", {}), place=given.place)
    if "interval" in told:
        told["interval"] = seconds(told["interval"])
    return Schedule(timetable=name, arguments=told, place=given.place)


def asset_problems(given: Given) -> Iterator[Diagnostic]:
    """Yield why Airflow would refuse an asset of this URI."""
    uri = given.value
    if not isinstance(uri, str):
        return
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        yield given.found("bad-value", f"the asset's URI is malformed: {error}")
        return
    if uri.isspace() or uri in {"self", "context"}:
        yield given.found("bad-value", f"an asset can't be called {uri!r}")
    elif parts.scheme.lower() == "airflow":
        yield given.found(
            "bad-value", "an asset's URI can't begin with `airflow:`, which Airflow keeps for itself"
        )
    elif parts.password:
        yield given.found("secret", "the asset's URI holds a password", "keep secrets in the connection")


def _schedule(given: Given) -> Iterator[Diagnostic]:
    if isinstance(given.value, str):
        yield from _cron(given, PRESETS)
        return
    if (assets := given.get("assets")) is not None:
        for each in assets.items():
            yield from asset_problems(each)
    for name in ("cron", "timezone"):
        if (part := given.get(name)) is not None and given.names.get("timetable") in TIMETABLES:
            yield from _cron(part) if name == "cron" else _zone(part)
    for name in ("crons", "dates"):
        if (parts := given.get(name)) is not None:
            for each in parts.items():
                yield from _cron(each) if name == "crons" else _moment(each)


def _cron(given: Given, presets: Sequence[str] = CRON_PRESETS) -> Iterator[Diagnostic]:
    """Yield why a text is neither a cron expression nor a preset."""
    text = given.value
    if not isinstance(text, str) or text in presets:
        return
    if text.startswith("@"):
        message = guessed(f"no schedule is called `{text}`", text, presets)
        yield given.found("bad-schedule", message, f"allowed: {listed(presets)}")
    elif problem := _cron_problem(text):
        note = (
            'a cron expression has minute, hour, day of the month, month and day of the week: "0 6 * * 1-5"'
        )
        preset = f"@{text.lower()}"
        guess = f". Did you mean `{preset}`?" if preset in presets else ""
        notes = [f"write {{timetable: every, interval: {text}}}"] if _is_interval(given, text) else [note]
        yield given.found("bad-schedule", f"{text!r} is no cron expression: {problem}{guess}", *notes)


def _is_interval(given: Given, text: str) -> bool:
    """Tell whether somebody has written how often the pipeline runs in place of its schedule."""
    try:
        return given.path == ("schedule",) and seconds(text) > 0
    except ValueError:
        return False


@lru_cache(maxsize=512)
def _cron_problem(text: str) -> str | None:
    from croniter import CroniterBadDateError, CroniterError, croniter  # 120 ms, where Airflow hasn't paid it

    fields = text.split()
    if len(fields) not in {5, 6}:
        count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
        return f"it has {count}, not 5 (or 6, with seconds last)"
    try:
        found = croniter(text)
        if fields[3] != "*" and any(day in fields[2] for day in ("29", "30", "31")):
            found.get_next()
    except CroniterBadDateError:
        return "no such day ever comes"
    except (CroniterError, ValueError) as error:
        said = str(error).removeprefix(f"[{text}] ").removeprefix("is not acceptable").strip(" ,")
        return said or "one of its fields means nothing"
    return None


def _span(pipeline: Given) -> Iterator[Diagnostic]:
    """Yield what is wrong with `start` and `end`."""
    found: dict[str, datetime] = {}
    for name in ("start", "end"):
        if (given := pipeline.get(name)) is not None and isinstance(given.value, str):
            problem = next(_moment(given), None)
            if problem is not None:
                yield problem
            else:
                found[name] = moment(given.value)
    start, end = found.get("start"), found.get("end")
    if start and end and (start.tzinfo is None) is (end.tzinfo is None) and end < start:
        note = f"`start` is {pipeline.names['start']}"
        yield pipeline.at("end").found("bad-date", "`end` is before `start`", note)


def _moment(given: Given) -> Iterator[Diagnostic]:
    if isinstance(given.value, str):
        try:
            moment(given.value)
        except ValueError:  # whose text is another one in each Python
            kind = "time" if is_date(given.value[:10]) else "day"
            yield given.found("bad-date", f"there is no such {kind}: {given.value}")


def _zone(given: Given) -> Iterator[Diagnostic]:
    name = given.value
    if name is UNUSABLE or is_zone(name):
        return
    near = near_zone(name)
    guess = f". Did you mean `{near}`?" if near else ""
    note = "the time zone database has names such as Europe/Zurich, and UTC"
    yield given.found("bad-timezone", f"no time zone is called `{name}`{guess}", note)
