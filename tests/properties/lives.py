"""The lives that are simulated: a task, and what happens to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.link import DROPPED, REFUSED, SWALLOWED
from tests.properties.process import END
from tests.properties.setting import WAYS, Task

CALM = ("calm",)
NOTHING = ("nothing",)


@dataclass(frozen=True, slots=True)
class Act:
    """One scene: something about the world changes, a process goes on to a point, and then something happens.

    :param weather: a word of `WEATHER`
    :param who: `now` for the current attempt, which begins if it has not, or `old` for one that was replaced
    :param to: the point to which its process goes on
    :param then: a word of `DEEDS`
    """

    weather: tuple[Any, ...] = CALM
    who: str = "now"
    to: str = END
    then: tuple[Any, ...] = NOTHING

    def __repr__(self) -> str:
        words = [" ".join(str(part) for part in each) for each in (self.weather, self.then)]
        return f"<{words[0]}; {self.who} to {self.to}; {words[1]}>"


@dataclass(frozen=True, slots=True)
class Life:
    """A task and what happens to it."""

    task: Task
    acts: tuple[Act, ...]


QUIET = (CALM, CALM, CALM)
FLOWS = (
    ("flow", {"outcome": "success"}),
    ("flow", {"outcome": "failed"}),
    ("flow", {"outcome": "failed", "duration": 3.0}),
    ("flow", {"outcome": "never_ends"}),
    ("flow", {"duration": 3.0}),
    ("flow", {"duration": 150.0}),
    ("flow", {"early_404": 2}),
)
STARTS = (
    *(("trouble", "start", trouble, 1) for trouble in (REFUSED, SWALLOWED, DROPPED)),
    ("trouble", "start", REFUSED, 3),  # as often as an attempt tries
    *(("answer", "start", status, after, 1) for status in (500, 503, 408) for after in (False, True)),
    ("answer", "start", 503, False, 4, {"Retry-After": "7"}),
    ("answer", "start", 429, False, 1, {"Retry-After": "40"}),
    ("answer", "start", 429, False, 5),
    ("answer", "start", 400, False, 1),
    ("garbage", "start", 1),
    ("nameless", "start", 1),
    ("hang", "start", 1),
)
SEARCHES = (
    ("trouble", "search", SWALLOWED, 2),
    ("answer", "list", 500, False, 1),
    ("late listing",),
    ("other task",),
)
POLLS = (
    ("trouble", "status", SWALLOWED, 1),
    ("trouble", "status", DROPPED, 12),
    ("answer", "status", 502, False, 2),
    ("answer", "status", 502, False, 40),
    ("answer", "status", 401, False, 2),
    ("garbage", "status", 3),
)
CANCELS = (
    ("trouble", "cancel", DROPPED, 1),
    ("trouble", "cancel", SWALLOWED, 1),
    ("answer", "cancel", 500, False, 1),
    ("answer", "cancel", 500, True, 1),
)
STORES = (("store away", 1), ("store away", 5), ("store mute", 1), ("store mute", 3))
TIMES = (("time", 30.0), ("time", 400.0))
WEATHER = (*QUIET, *FLOWS, *STARTS, *SEARCHES, *POLLS, *CANCELS, *STORES, *TIMES, *[("other inputs",)] * 4)

POINTS = (
    *(END, END, END, "start", "start!", "start!", "read!", "write", "write!", "status!", "sleep"),
    *("cancel", "search!", "result", "report", "xcom"),
)
DEEDS: tuple[tuple[Any, ...], ...] = (
    *(NOTHING, NOTHING, NOTHING),
    *(("dies",), ("dies",), ("dies",), ("told to end",)),
    *(("clear",), ("clear",), ("reset",), ("reset",)),
    *(("mark", "failed"), ("mark", "success"), ("remake",)),
)


def tasks(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Task]:
    """Return every kind of task; some of its traits may be given."""
    traits: dict[str, st.SearchStrategy[Any]] = {
        "way": st.sampled_from(WAYS),
        "retries": st.sampled_from((40, 0, 1, 3)),
        "on_ambiguous_start": st.sampled_from(("fail", "search", "restart")),
        "waits": st.sampled_from((True, True, True, False)),
        "is_deferrable": st.booleans(),
        "limit": st.sampled_from((None, None, 50.0)),
        "keeps_results": st.sampled_from((True, True, True, False)),
        "ends_in_trigger": st.booleans(),
        "reports_success": st.booleans(),
    }
    return st.builds(Task, **{**traits, **known}).filter(_can_be)


def _can_be(task: Task) -> bool:
    """Tell whether the task's attempts would start at all: where nothing is listed, none may search."""
    return task.on_ambiguous_start != "search" or task.way.platform == "blinkops"


def lives() -> st.SearchStrategy[Life]:
    """Return lives of up to ten acts: of everything, and of what makes one hard thing likelier."""
    everything = _lives(tasks(), WEATHER, POINTS, DEEDS)
    return st.one_of(everything, everything, searching_lives(), late_lives(), one_leg_lives())


def searching_lives() -> st.SearchStrategy[Life]:
    """Return lives in which starts get lost, and are looked for."""
    return _lives(
        tasks(
            way=st.sampled_from((WAYS[0], WAYS[3])),
            on_ambiguous_start=st.just("search"),
            waits=st.sampled_from((True,)),
            retries=st.just(40),
        ),
        (CALM, CALM, *STARTS[1:4], STARTS[5], *SEARCHES, *FLOWS[1:3]),
        (END, END, "start!"),
        (NOTHING, NOTHING, ("dies",), ("clear",), ("reset",)),
    )


def late_lives() -> st.SearchStrategy[Life]:
    """Return lives in which the time of runs is up, and nobody can be asked about them."""
    return _lives(
        tasks(
            way=st.sampled_from(WAYS[:2]),
            waits=st.sampled_from((True,)),
            retries=st.just(40),
            limit=st.just(50.0),
        ),
        (*QUIET, *POLLS, *CANCELS, *FLOWS[:4], TIMES[0]),
        (END, END, END, "status!", "cancel", "cancel!"),
        (NOTHING, NOTHING, ("dies",), ("told to end",), ("clear",), ("reset",)),
    )


def one_leg_lives() -> st.SearchStrategy[Life]:
    """Return lives in which triggers end tasks, or come back when others have their place."""
    return _lives(
        tasks(
            way=st.sampled_from(WAYS[:2]),
            waits=st.just(True),  # noqa: FBT003 - a value, not an argument that is on or off
            is_deferrable=st.just(True),  # noqa: FBT003
            ends_in_trigger=st.just(True),  # noqa: FBT003
            retries=st.just(40),
        ),
        (*QUIET, *POLLS[:3], *FLOWS[3:], STORES[1], ("other inputs",)),
        (END, END, "xcom", "xcom", "xcom!", "report", "result", "status!"),
        (NOTHING, NOTHING, ("clear",), ("clear",), ("dies",), ("reset",), ("mark", "success"), ("remake",)),
    )


def _lives(
    of: st.SearchStrategy[Task],
    weather: Iterable[tuple[Any, ...]],
    points: Iterable[str],
    deeds: Iterable[tuple[Any, ...]],
) -> st.SearchStrategy[Life]:
    act = st.builds(
        Act,
        _words(weather),
        st.sampled_from(("now", "now", "now", "old")),
        st.sampled_from(tuple(points)),
        _words(deeds),
    )
    return st.builds(Life, of, st.lists(act, min_size=1, max_size=10).map(tuple))


def _words(words: Iterable[tuple[Any, ...]]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.sampled_from(tuple(words))
