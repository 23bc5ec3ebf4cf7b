"""Whether triggers and workers leave the same."""

from __future__ import annotations

from collections.abc import Iterator

from tests.oneleg.left import Left

PAIRS = (("ends_by_trigger", "ends_by_worker"), ("starts_by_trigger", "starts_by_worker"))
# The tasks that need no worker to end; all others must have had one.
ENDED = {
    "ends_by_trigger": {"plain", "part", "number", "nothing", "mapped[0]", "mapped[1]", "mapped[2]",
                        "watching", "mended"},
    "ends_by_worker": set[str](),
    "starts_by_trigger": {"by_handle", "by_json", "by_id", "with_options", "mapped[0]", "mapped[1]",
                          "crashing"},
    "starts_by_worker": set[str](),
}  # fmt: skip
STARTED = {"by_handle", "by_json", "by_id", "with_options"}  # which no worker ever had


def shortcomings(one: Left, other: Left, name: str, others_name: str) -> Iterator[str]:
    """Say what differs, what a trigger ended that it should not have, and what it did not end."""
    yield from _differences(name, one, other)
    for name_of, each in ((name, one), (others_name, other)):
        if wrong := each.ended_here - ENDED[name_of]:
            yield f"{name_of}: a trigger ended {', '.join(sorted(wrong))}"
        if left := (ENDED[name_of] & (each.deferred | STARTED)) - each.ended_here:
            yield f"{name_of}: a worker ended {', '.join(sorted(left))}"
        if len(each.ended_here) < len(ENDED[name_of]) / 2:
            yield f"{name_of}: triggers ended {len(each.ended_here)} tasks only: a busy machine?"
        backwards = (task for task, seconds in each.durations.items() if (seconds or 0) < 0)
        yield from (f"{name_of}.{task} ended before it began" for task in backwards)
    had = [task for task in STARTED if one.legs.get(task)]
    yield from (f"{name}.{task} had a worker" for task in had)


def _differences(name: str, one: Left, other: Left) -> Iterator[str]:
    for what in ("states", "xcoms", "assets"):
        mine, theirs = getattr(one, what), getattr(other, what)
        if mine == theirs:
            continue
        if isinstance(mine, list):
            yield f"{name}: {what} {mine} instead of {theirs}"
            continue
        for task in sorted(mine.keys() | theirs.keys()):
            if mine.get(task) != theirs.get(task):
                yield f"{name}.{task}: {what} {mine.get(task)} instead of {theirs.get(task)}"
    for task, fields in other.rendered.items():
        if task not in STARTED and one.rendered.get(task) != fields:
            yield f"{name}.{task}: rendered {one.rendered.get(task)} instead of {fields}"
