"""A checked pipeline as plain values: all is merged, named and typed, and every text with `${…}` is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place

_NOWHERE = Place("")
DURATIONS = frozenset(
    {
        "timeout",
        "execution_timeout",
        "retry_delay",
        "max_retry_delay",
        "poll_interval",
        "max_poll_interval",
        "defer_after",
        "unreachable_timeout",
    }
)
"""The settings of a step that are times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Whom to tell of a failure: a notifier that an installed provider brings, and its arguments.

    :param notifier: the class's name, such as `SmtpNotifier`, or its whole path
    """

    notifier: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    place: Place = _NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a pipeline runs: at most one of the parts is set, and none where it runs by hand only.

    :param text: a cron expression or a preset such as `@daily`
    :param timetable: a timetable's name; see `schedules.TIMETABLES`
    :param arguments: of the timetable, times in seconds
    :param assets: URIs of assets
    :param is_any: whether one new asset is enough, instead of all
    """

    text: str | None = None
    timetable: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    assets: tuple[str, ...] = ()
    is_any: bool = False
    place: Place = _NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: a flow to run, with what it takes and how it is run.

    :param variant: the platform's other way to start, None for the plain one
    :param flow: the flow's id; may hold `${…}` and `{{ }}`, as may every text in `inputs`, `options`, `files`
    :param inputs: by name, or a text that is one `${…}` and gives them all
    :param connection: the id of the Airflow connection
    :param needs: names of the steps that come before, those of the references too, by the file's order
    :param condition: `if`: a text that is one `${…}`, or a boolean; None where the step always runs
    :param for_each: the items, or a text that is one `${…}`; None where the step runs once
    :param label: a text with `${…}` that names each item's run in Airflow
    :param group: names of the task groups around the step, from the outside in
    :param settings: keywords of the operator, by its own names: timeout, retries, retry_delay, poll_interval,
        pool, trigger_rule, deferrable …; times in seconds; only what the file, its defaults or templates say
    :param places: where each value of the step was given, by its key in the step, for `render`
    """

    name: str
    platform: str
    variant: str | None
    flow: str
    connection: str
    inputs: Mapping[str, Any] | str = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    condition: str | bool | None = None
    for_each: tuple[Any, ...] | str | None = None
    label: str | None = None
    max_parallel: int | None = None
    group: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    outlets: tuple[str, ...] = ()
    on_failure: tuple[Notice, ...] = ()
    doc: str | None = None
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One pipeline file, checked.

    :param id: Airflow's `dag_id`
    :param start: an ISO date or time in `timezone`, None for none
    :param run_timeout: seconds that one run of the pipeline may take
    :param params: a JSON Schema by name, with `default` in it
    :param source: the file's text
    """

    id: str
    file: str
    source: str
    steps: tuple[Step, ...]
    title: str | None = None
    description: str | None = None
    doc: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    schedule: Schedule = Schedule()
    start: str | None = None
    end: str | None = None
    timezone: str | None = None
    catchup: bool = False
    max_active_runs: int | None = None
    run_timeout: float | None = None
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    on_failure: tuple[Notice, ...] = ()

    def step(self, name: str) -> Step:
        """Return a step by its name; raises `KeyError` where there is none."""
        return {each.name: each for each in self.steps}[name]


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a file gave: all that was found wrong, and the pipeline unless an error is among it."""

    pipeline: Pipeline | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What keeps the pipeline from being built."""
        return tuple(each for each in self.diagnostics if each.is_error)
