"""What the bench calls within its limit, and what it does not."""

from __future__ import annotations

from tests.bench_declarative.ratios import Ratio, Side, last_line

OTHER = Side("other", [1.0, 9.0, 2.0])


def ratio(*ours: float, limit: float = 2.0) -> Ratio:
    """Make a ratio against a median of two seconds."""
    return Ratio("a", tuple(Side("ours", [0.0, seconds, 99.0]) for seconds in ours), OTHER, limit)


def test_the_medians_are_compared() -> None:
    """One slow or quick repeat changes nothing."""
    assert ratio(3.0).value == 1.5


def test_the_slowest_case_of_ours_counts() -> None:
    """No case may be over the limit."""
    assert ratio(3.0, 4.0).holds
    assert not ratio(3.0, 4.1).holds
    assert "OVER the limit of 2" in ratio(4.1).lines()[0]


def test_the_last_line_counts_what_is_within() -> None:
    """One that is over does not count."""
    assert last_line([ratio(3.0), ratio(5.0)]) == "bench-declarative: 1 of 2 within their limits"
