"""When a pipeline runs: schedule, span and time zone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.dates import moment
from airflow_provider_flows.pipelines.model import Schedule
from airflow_provider_flows.pipelines.schedules import PRESETS, TIMETABLES
from airflow_provider_flows.schemas import schema
from tests.pipelines.told import cases, heads, pipeline, read

STEPS = "steps: {a: {run: wisebot/w}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null", Schedule()),
        ('"0 6 * * 1-5"', Schedule(text="0 6 * * 1-5")),
        ('"0 6 * * 1-5 30"', Schedule(text="0 6 * * 1-5 30")),
        ('"0 0 29 2 *"', Schedule(text="0 0 29 2 *")),
        ('"0 0 31 * MON"', Schedule(text="0 0 31 * MON")),
        ('"0 0 L * *"', Schedule(text="0 0 L * *")),
        ("{assets: [s3://b/k, name]}", Schedule(assets=("s3://b/k", "name"))),
        ("{assets: [a], match: any}", Schedule(assets=("a",), is_any=True)),
        ("{assets: [a], match: all}", Schedule(assets=("a",))),
        (
            "{timetable: cron, cron: '@daily', timezone: Asia/Tokyo}",
            Schedule(timetable="cron", arguments={"cron": "@daily", "timezone": "Asia/Tokyo"}),
        ),
        (
            "{timetable: cron_interval, cron: 0 6 * * *}",
            Schedule(timetable="cron_interval", arguments={"cron": "0 6 * * *"}),
        ),
        (
            "{timetable: crons, crons: [0 6 * * *, 0 7 * * 0]}",
            Schedule(timetable="crons", arguments={"crons": ["0 6 * * *", "0 7 * * 0"]}),
        ),
        ("{timetable: every, interval: 6h}", Schedule(timetable="every", arguments={"interval": 21600})),
        (
            "{timetable: every_interval, interval: 1d}",
            Schedule(timetable="every_interval", arguments={"interval": 86400}),
        ),
        (
            "{timetable: dates, dates: [2026-01-01, '2026-02-01T06:00']}",
            Schedule(timetable="dates", arguments={"dates": ["2026-01-01", "2026-02-01T06:00"]}),
        ),
        (
            "{timetable: my.own.Table, with: {x: 1d}}",
            Schedule(timetable="my.own.Table", arguments={"x": "1d"}),
        ),
        ("{timetable: my.Table}", Schedule(timetable="my.Table")),
        *((f'"{preset}"', Schedule(text=preset)) for preset in PRESETS),
    ],
)
def test_a_schedule_is_read(text: str, expected: Schedule) -> None:
    """Every form that the language has, with times in seconds."""
    found = pipeline(f"schedule: {text}\n{STEPS}").schedule
    assert found.place.line == (3 if text != "null" else 1)
    assert (found.text, found.timetable, found.arguments, found.assets, found.is_any) == (
        expected.text,
        expected.timetable,
        expected.arguments,
        expected.assets,
        expected.is_any,
    )


@pytest.mark.parametrize(("head", "said"), cases("schedules"))
def test_what_airflow_would_refuse_is_told(head: str, said: list[str]) -> None:
    """Each fault at its place; what Airflow would say only when the DAG is built is said here."""
    assert heads(f"{head}\n{STEPS}") == said


def test_an_assets_password_is_a_secret() -> None:
    """It is told, and not shown."""
    reading = read(f"schedule: {{assets: ['x://me:hunter2hunter2@h/p']}}\n{STEPS}")
    assert {each.code for each in reading.errors} == {"secret"}
    assert "hunter2" not in "\n".join(each.message for each in reading.diagnostics)


@pytest.mark.parametrize(
    "head",
    [
        "catchup: true",
        'schedule: "@daily"\ncatchup: true\nstart: 2026-01-01',
        'schedule: "@daily"\ncatchup: false',
        'schedule: "@continuous"\nmax_active_runs: 1',
        "max_active_runs: 5",
        "start: 2026-01-01\nend: 2026-01-01",
        "start: 2026-01-01T00:00Z\nend: 2025-01-01",
        "timezone: UTC",
    ],
)
def test_all_of_this_goes_together(head: str) -> None:
    """What is no fault is not told."""
    pipeline(f"{head}\n{STEPS}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T06:00", "2026-01-01T06:00:00"),
        ("2026-01-01 06:00:30.5", "2026-01-01T06:00:30.500000"),
        ("2026-01-01T06:00Z", "2026-01-01T06:00:00+00:00"),
        ("2026-01-01T06:00-0530", "2026-01-01T06:00:00-05:30"),
    ],
)
def test_a_start_is_given_on_as_every_python_reads_it(text: str, expected: str) -> None:
    """Times in one form, dates as they are."""
    found = pipeline(f'start: "{text}"\n{STEPS}').start
    assert found == expected
    assert datetime.fromisoformat(found) == moment(text)


@given(
    st.datetimes(
        timezones=st.none() | st.just(timezone.utc) | st.just(timezone(timedelta(hours=-3, minutes=-30)))
    )
)
def test_every_time_is_read_as_it_was_written(time: datetime) -> None:
    """What Python writes is read, whatever its zone."""
    assert moment(time.isoformat()) == time


@pytest.mark.parametrize(
    "text", ["", "2026", "26-01-01", "2026-1-1", "2026-01-01T", "2026-01-01T06", "٢٠٢٦-01-01"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """Only whole dates and times are some."""
    with pytest.raises(ValueError, match="is no date"):
        moment(text)


def test_the_named_timetables_are_those_of_the_schema() -> None:
    """What an editor offers is what is read."""
    shapes = schema("pipeline")["$defs"]["schedule"]["oneOf"]
    named = {
        shape["properties"]["timetable"]["const"]: tuple(
            name for name in shape["properties"] if name != "timetable"
        )
        for shape in shapes
        if "const" in shape.get("properties", {}).get("timetable", {})
    }
    assert named == TIMETABLES


@settings(deadline=None)  # the first call imports croniter
@given(
    st.lists(
        st.sampled_from(["*", "1", "31", "60", "1-5", "*/2", "MON", "L", "?", "#", "x"]),
        min_size=5,
        max_size=6,
    )
)
def test_a_cron_expression_is_airflows_to_judge(fields: list[str]) -> None:
    """What croniter takes is taken, unless its day never comes; what it refuses is refused."""
    text = " ".join(fields)
    reading = read(f"schedule: {text!r}\n{STEPS}")
    is_valid = croniter.is_valid(text)
    assert (reading.pipeline is not None) is is_valid or "no such day" in reading.diagnostics[0].message
