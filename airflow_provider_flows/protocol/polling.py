"""When to ask again how a run stands: often at first and toward the deadline, less and less in between."""

from __future__ import annotations

from collections.abc import Callable

FIRST = 1.0  # seconds between the first two questions, unless told otherwise
LONGEST = 300.0  # seconds between any two, unless told otherwise
# Ends are to be noticed after 0.5 s + 3 % of the run's length, on average. An end comes amid a pause, half of
# which is then still to pass, so a pause may be 1 s + 6 % of the age.
_GROWTH = 0.06
# Chance takes a part of that, a little less than all on average: ends fall into long pauses more often.
_DRAWN = (0.85, 1.05)
# The first range is wide, so that runs that began together are not asked for together.
_DRAWN_FIRST = (0.3, 1.0)


def longest_pause(first: float, longest: float | None, name: str = "poll_interval") -> float:
    """Return the longest pause in seconds, where none was said as well: 300, or `first` when that is more.

    Raises `ValueError` for one that is shorter than the first, which users know by `name`.
    """
    if longest is None:
        return max(LONGEST, first)
    if longest < first:
        raise ValueError(
            f"max_poll_interval ({longest:g} s) is below {name} ({first:g} s), from which the time between "
            f"two questions grows: raise it, lower {name}, or give both the same value for a fixed interval"
        )
    return longest


def next_pause(age: float, left: float, first: float, longest: float, jitter: Callable[[], float]) -> float:
    """Return how many seconds to wait before the next question; all times are in seconds.

    The pause depends on the run's age alone, not on how often it was asked for: whoever takes a wait over
    goes on where the last one was.

    :param age: since the run began
    :param left: until the deadline, when the last question is due; infinite where there is none
    :param first: the pause of a new run
    :param longest: no pause is longer; where it equals `first`, every pause is just that
    :param jitter: gives numbers from 0 to 1, evenly
    """
    if first >= longest:
        return min(longest, left)
    steady = min(longest, first + _GROWTH * max(0.0, min(age, left)))
    least, most = _DRAWN_FIRST if age < first else _DRAWN
    return min(steady * (least + (most - least) * jitter()), longest, left)
