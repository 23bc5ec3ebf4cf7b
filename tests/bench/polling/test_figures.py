from __future__ import annotations

import pytest

from tests.bench.polling.figures import (
    beside,
    costs,
    lifetimes,
    middle,
    opened_per_thousand,
    over_bare,
    spread,
)
from tests.bench.polling.sides import BARE, FLOWS


def _round(seconds: float, polls: float = 1000, opened: float = 0) -> dict[str, float]:
    return {"seconds": seconds, "polls": polls, "opened": opened, "stall": 0.03, "server_busy": 0.2}


TAKEN = {
    BARE: [_round(0.1), _round(0.3), _round(0.2)],
    FLOWS: [_round(0.25, opened=1), _round(0.9, opened=30), _round(0.2, opened=2)],
}


def test_a_cost_is_the_median_of_the_rounds() -> None:
    """One bad round changes no cost."""
    assert costs(TAKEN) == {BARE: pytest.approx(200), FLOWS: pytest.approx(250)}


def test_ours_is_compared_with_bare() -> None:
    """The ratio is the median of each round's: in the second both were slow."""
    assert over_bare(TAKEN) == pytest.approx(2.5)


def test_connections_count_per_thousand_polls() -> None:
    """Connections are set against the polls of their own round."""
    assert opened_per_thousand([_round(1, polls=500, opened=2)]) == pytest.approx(4)
    assert opened_per_thousand(TAKEN[FLOWS]) == pytest.approx(2)


def test_a_value_is_its_median() -> None:
    """A named value of several rounds is its median."""
    assert middle(TAKEN[BARE], "seconds") == pytest.approx(0.2)


@pytest.mark.parametrize(("seconds", "begun"), [(0, 1), (19.9, 1), (20, 2), (55, 3)])
def test_the_first_lifetime_begins_at_once(seconds: float, begun: int) -> None:
    """A lifetime counts as soon as it begins."""
    assert lifetimes(seconds, 20) == begun


def test_a_spread_tells_how_far_the_rounds_differ() -> None:
    """A reader sees the median, the least and the greatest."""
    assert spread([1234.4, 3.0, 50.0], "µs") == "50 µs (3 to 1,234)"


def test_each_side_is_told() -> None:
    """The notes name every side with its multiple of bare aiohttp."""
    first, second = beside(TAKEN)
    assert first.startswith(f"{BARE}: 200 µs (100 to 300), 1.00 times bare")
    assert second.startswith(f"{FLOWS}: 250 µs (200 to 900), 2.50 times bare; 2.0 connections")
