"""What the law of polling promises, by the bench's own measurement with fewer waits."""

from __future__ import annotations

import pytest

from airflow_provider_flows.protocol.polling import FIRST, LONGEST
from tests.bench.law import MOST_POLLS, seen


@pytest.mark.parametrize("length", [2, 3, 4, 7, 10, 30, 60, 400, 3600, 14_400, 43_200])
def test_ends_are_noticed_soon_and_by_few_questions(length: float) -> None:
    """The mean delay is at most 0.5 s + 3 % of the run's length, and a question costs its time."""
    found = seen(length, FIRST, LONGEST, waits=30)
    assert 0 < found.delay <= found.limit
    assert found.polls <= MOST_POLLS.get(length, 300)
    assert found.polls >= 3


def test_a_fixed_interval_asks_as_often_as_it_says() -> None:
    """The comparison of the bench is fair: five seconds are 720 questions in an hour."""
    found = seen(3600, 5.0, 5.0, waits=1)
    assert found.polls == pytest.approx(721, abs=1)
    assert found.delay == pytest.approx(2.5, abs=0.1)
