"""When a pipeline runs, as Airflow is told it.

https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/timetable.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from airflow_provider_flows.pipelines.calls import Call, as_json, duration, instant
from airflow_provider_flows.pipelines.model import Pipeline, Schedule

_WITHOUT_ZONE = ("@once", "@continuous")


def schedule(pipeline: Pipeline) -> Any:
    """Return DAG's argument `schedule`: None, a text, assets or a timetable.

    Airflow takes a DAG's time zone from its start. Where there is none, a cron expression gets its zone from
    the timetable that Airflow would choose for it.
    """
    told, zone = pipeline.schedule, pipeline.timezone
    if told.assets:
        assets = [Call("airflow.sdk.Asset", (uri,)) for uri in told.assets]
        return Call("airflow.sdk.AssetAny", tuple(assets)) if told.is_any else assets
    if told.timetable is not None:
        return _timetable(told.timetable, told, zone or "UTC")
    if zone and told.text and pipeline.start is None and told.text not in _WITHOUT_ZONE:
        return Call("airflow.sdk.CronTriggerTimetable", (told.text,), {"timezone": zone})
    return told.text


def _timetable(name: str, told: Schedule, zone: str) -> Call:
    if name not in _TIMETABLES:
        return Call(name, keywords=as_json(told.arguments), register="timetables", place=told.place)
    return _TIMETABLES[name](told.arguments, told.arguments.get("timezone") or zone)


def _dates(arguments: Mapping[str, Any], zone: str) -> Call:
    dates = sorted((instant(each, zone) for each in arguments["dates"]), key=lambda date: date.positional)
    # what Airflow 3.3.2 stores of the one in `airflow.sdk` it cannot read again
    return Call("airflow.timetables.events.EventsTimetable", (), {"event_dates": dates})


_TIMETABLES: Mapping[str, Callable[[Mapping[str, Any], str], Call]] = {
    "cron": lambda told, zone: Call("airflow.sdk.CronTriggerTimetable", (told["cron"],), {"timezone": zone}),
    "cron_interval": lambda told, zone: Call(
        "airflow.sdk.CronDataIntervalTimetable", (told["cron"],), {"timezone": zone}
    ),
    "crons": lambda told, zone: Call(
        "airflow.sdk.MultipleCronTriggerTimetable", tuple(told["crons"]), {"timezone": zone}
    ),
    "every": lambda told, _: Call("airflow.sdk.DeltaTriggerTimetable", (duration(told["interval"]),)),
    "every_interval": lambda told, _: Call(
        "airflow.sdk.DeltaDataIntervalTimetable", (duration(told["interval"]),)
    ),
    "dates": _dates,
}
OLDER = {
    f"airflow.sdk.{name}": f"airflow.timetables.{module}.{name}"
    for module, names in {
        "trigger": ("CronTriggerTimetable", "DeltaTriggerTimetable", "MultipleCronTriggerTimetable"),
        "interval": ("CronDataIntervalTimetable", "DeltaDataIntervalTimetable"),
    }.items()
    for name in names
}
"""Where Airflow 3.1 has what 3.2 and later have in `airflow.sdk`."""
