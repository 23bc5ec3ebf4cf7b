"""Instants in the spellings that platforms use."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.platforms.instants import instant

NOON = 1_700_049_600.0  # 2023-11-15T12:00:00Z


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (1_700_049_600, NOON),
        (1_700_049_600.25, NOON + 0.25),
        (1_700_049_600_250, NOON + 0.25),
        ("1700049600", NOON),
        (" 1700049600250 ", NOON + 0.25),
        ("1700049600.5", NOON + 0.5),
        ("2023-11-15T12:00:00Z", NOON),
        ("2023-11-15T12:00:00z", NOON),
        ("2023-11-15 12:00:00", NOON),
        ("2023-11-15T12:00:00.25", NOON + 0.25),
        ("2023-11-15T12:00:00.250000+00:00", NOON + 0.25),
        ("2023-11-15T12:00:00.250000999Z", NOON + 0.25),
        ("2023-11-15T14:30:00+02:30", NOON),
        ("2023-11-15T07:00:00-0500", NOON),
        ("9999-12-31T23:59:59Z", 253402300799.0),
    ],
)
def test_an_instant_is_read_in_every_usual_spelling(written: Any, seconds: float) -> None:
    """Seconds, milliseconds, ISO 8601 with and without a zone, more or fewer digits of the second."""
    assert instant(written) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "written",
    [
        None, True, False, [], {}, "", "soon", "2023-11-15", "12:00:00", 0, 0.0, -1, "0", "-5",
        float("inf"), float("nan"), 10**400, "9" * 400, "2023-13-45T12:00:00Z", "2023-11-15T25:00:00Z",
        "2023-11-15T12:00:00+99:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+10:00",
        "1970-01-01T00:00:00Z", "\uff12\uff10\uff12\uff13-11-15T12:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_none(written: Any) -> None:
    """Zero is how some say "not yet", and a malformed text breaks nothing."""
    assert instant(written) is None


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(4000, 1, 1)),  # noqa: DTZ001 - hypothesis wants them so
    st.integers(-14 * 60, 14 * 60),
)
def test_every_instant_survives_its_spellings(naive: datetime, minutes: int) -> None:
    """An instant is the same in any zone, and in milliseconds."""
    moment = naive.replace(tzinfo=timezone.utc)
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert instant(elsewhere.isoformat()) == pytest.approx(moment.timestamp(), abs=1e-3)
    assert instant(round(moment.timestamp() * 1000)) == pytest.approx(moment.timestamp(), abs=1e-2)
