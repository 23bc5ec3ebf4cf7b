"""Durations: what they are in seconds, and that schema and reader agree on what one is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.durations import near_duration, seconds
from airflow_provider_flows.schemas import schema

LONGEST = "99999d9999999h99999999m999999999s"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("90s", 90),
        ("15m", 900),
        ("4h", 14_400),
        ("1d", 86_400),
        ("1h30m", 5_400),
        ("1d2h3m4s", 93_784),
        ("0s", 0),
    ],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, number: int) -> None:
    """Each part is a whole number with its unit, the longest unit first."""
    assert seconds(text) == number


@given(
    st.tuples(
        st.integers(0, 99_999), st.integers(0, 9_999_999), st.integers(0, 99), st.integers(0, 10**9 - 1)
    )
)
def test_parts_add_up_as_python_adds_them(parts: tuple[int, int, int, int]) -> None:
    """Leading zeros change nothing."""
    days, hours, minutes, rest = parts
    wanted = timedelta(days=days, hours=hours, minutes=minutes, seconds=rest).total_seconds()
    assert seconds(f"{days}d{hours}h{minutes:02}m{rest}s") == wanted


@given(st.from_regex(r"\A([0-9]{0,10}[dhms]){0,3}\n?\Z") | st.text("0123456789dhms .-٣\n", max_size=8))
def test_the_schema_and_the_reader_agree_on_what_a_duration_is(text: str) -> None:
    """What an editor takes can be read, and nothing else."""
    definitions = schema("pipeline")["$defs"]
    taken = bool(re.search(definitions["duration_or_null"]["pattern"], text))
    assert (_read(text) is not None) == taken
    for name in ("positive_duration", "positive_duration_or_null"):
        assert bool(re.search(definitions[name]["pattern"], text)) == bool(_read(text))


def test_the_longest_duration_leaves_every_date_in_reach() -> None:
    """Airflow takes a timeout from the time of day; a date before the year 1 would end its scheduler."""
    with pytest.raises(ValueError, match="is no duration"):
        seconds(f"1{LONGEST}")
    longest = timedelta(seconds=seconds(LONGEST))
    today = datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert today - longest < today < today + longest


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (90, "90s"),
        ("90", "90s"),
        ("1 hour", "1h"),
        (" 5 Min ", "5m"),
        ("2days", "2d"),
        ("30 secs", "30s"),
        ("1 week", None),
        ("1.5h", "1h30m"),
        ("0.25 days", "6h"),
        ("0.0h", "0s"),
        ("1.5s", None),
        ("soon", None),
        (True, None),
        (1.5, None),
        (None, None),
        (-5, None),
        (10**40, None),
    ],
)
def test_what_was_meant_is_told_where_it_is_clear(value: Any, meant: str | None) -> None:
    """The mend is a duration itself."""
    assert near_duration(value) == meant
    assert meant is None or seconds(meant) >= 0


def _read(text: str) -> int | None:
    try:
        return seconds(text)
    except ValueError:
        return None
