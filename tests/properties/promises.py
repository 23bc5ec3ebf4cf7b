"""The seven promises, as questions to a life that is over; each tells how it was broken, if it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from airflow_provider_flows.journal.errors import ChangedError, DoubtError
from tests.properties.history import Event, History
from tests.properties.leg import Ending, KeptError
from tests.properties.simulation import Simulation

ILL = frozenset({"failed", "cancelled", "timed_out", "crashed"})
EXPLAINED = {DoubtError, ChangedError, KeptError}


def no_second_run_without_a_wish(life: Simulation) -> Iterator[str]:
    """A second run starts only after a clear, a run that did not do well, or a doubt that may be repeated."""
    history = life.history
    for start in history.of("sent"):
        if start.facts["run_id"] is None:
            continue
        for run_id in _runs_of_the_wish(history, start):
            state = start.facts["states"].get(run_id, "not there")
            is_doubt = run_id not in _noted(history, start) or not start.facts["is_current"]
            is_forgiven = is_doubt and life.task.on_ambiguous_start == "restart"
            if state not in ILL and not is_forgiven:
                yield f"{start.by} started {start.facts['run_id']} while {run_id} was {state}"


def no_doubt_is_repeated(life: Simulation) -> Iterator[str]:
    """A start in doubt is never repeated unless the user chose restart or cleared the task."""
    if life.task.on_ambiguous_start == "restart":
        return
    for start in life.history.of("sent"):
        for earlier in life.history.before(start):
            if earlier.what != "sent" or earlier.wish != start.wish or earlier.facts["is_turned_away"]:
                continue
            run_id = earlier.facts["run_id"]
            if run_id is None or run_id not in _noted(life.history, start):
                yield f"{start.by} started again what {earlier.by} may have started ({run_id})"
    wishes = {event.by: event.wish for event in life.history}
    for write in life.history.of("written"):
        replaced = write.facts["replaced_intent_of"]
        if write.facts["is_intent"] and replaced != write.by and wishes.get(replaced) == write.wish:
            yield f"{write.by} wrote its intent over that of {replaced}"


def no_result_is_lost(life: Simulation) -> Iterator[str]:
    """A run that did well ends its task well, or with an error that says why not, if the world lets it."""
    airflow, runs = life.airflow, life.runs()
    endings = [event for event in life.history.of("ended") if event.facts["was_current"]]
    for event in endings:
        ending: Ending = event.facts["ending"]
        if ending.error is None:
            yield from _unbacked(life, ending, runs)
    if not endings or endings[-1].wish != airflow.wish or airflow.state != "failed":
        return
    last: Ending = endings[-1].facts["ending"]
    if last.error is None or airflow.is_marked:
        return
    good = [run_id for run_id in _runs_of_the_wish(life.history, endings[-1]) if runs[run_id] == "success"]
    had_time = life.task.retries > 3
    if good and (last.is_for_good or had_time) and not EXPLAINED & {last.cause, last.error}:
        yield f"{', '.join(good)} did well, and the task failed with {last}"


def one_start_for_each_intent(life: Simulation) -> Iterator[str]:
    """No start's request is sent that has no acknowledged intent of its own attempt before it."""
    free: dict[str, int] = {}
    for event in life.history:
        if event.what == "acknowledged" and event.facts["is_intent"]:
            free[event.by] = 1
        elif event.what == "starting":
            free[event.by] = free.get(event.by, 0) - 1
        elif event.what == "sent" and free.get(event.by, -1) < 0:
            yield f"{event.by} sent a start without an intent"


def no_start_behind_a_fence(life: Simulation) -> Iterator[str]:
    """An attempt whose write was refused before its start sends none."""
    refused: set[str] = set()
    for event in life.history:
        if event.what == "refused":
            refused.add(event.by)
        elif event.what == "starting" and event.by in refused:
            yield f"{event.by} started a run though it was replaced"


def no_secret_is_written(life: Simulation) -> Iterator[str]:
    """What is written holds none of the connection's secrets, and reads back as it was written."""
    for write in life.history.of("written"):
        if write.facts["leaks"]:
            yield f"{write.by} wrote {len(write.facts['leaks'])} secrets"
        if not write.facts["reads_back"]:
            yield f"{write.by} wrote what does not read back"


def what_is_left_is_the_runs(life: Simulation) -> Iterator[str]:
    """What a task that did well left in XCom is the result of the run that its last attempt saw through."""
    endings = [event for event in life.history.of("ended") if event.facts["was_current"]]
    if not endings or life.airflow.state != "success" or life.airflow.is_marked or not life.task.waits:
        return
    last: Ending = endings[-1].facts["ending"]
    left = life.airflow.xcom.get("return_value")
    if last.error is None and last.handle is not None and left != (last.handle.run_id, last.value):
        yield f"the task ended with {last.handle} and {last.value!r}, and left {left!r}"


PROMISES: dict[str, Callable[[Simulation], Iterator[str]]] = {
    "a": no_second_run_without_a_wish,
    "b": no_doubt_is_repeated,
    "c": no_result_is_lost,
    "d": one_start_for_each_intent,
    "e": no_start_behind_a_fence,
    "f": no_secret_is_written,
    "g": what_is_left_is_the_runs,
}


def broken(life: Simulation) -> dict[str, list[str]]:
    """Return how each promise was broken, for those that were."""
    found = {letter: list(promise(life)) for letter, promise in PROMISES.items()}
    return {letter: how for letter, how in found.items() if how}


def _runs_of_the_wish(history: History, event: Event) -> list[str]:
    """Return the runs that were started, or taken over, by attempts of an event's wish before it."""
    found: dict[str, None] = {}
    for earlier in history.before(event):
        if earlier.wish == event.wish and earlier.what in ("sent", "took"):
            run_id: Any = earlier.facts["run_id"]
            if run_id:  # one that was never told is that of a start
                found[run_id] = None
    return list(found)


def _noted(history: History, event: Event) -> set[str]:
    """Return the runs that stood in the journal before an event."""
    return {earlier.facts["run_id"] for earlier in history.before(event) if earlier.what == "written"}


def _unbacked(life: Simulation, ending: Ending, runs: dict[str, str]) -> Iterator[str]:
    """Tell what is wrong with a success: it is not that of a run of the task that did well."""
    handle = ending.handle
    if handle is None or handle.run_id not in {*runs, ""}:
        yield f"the task succeeded with a run that is not its own: {handle}"
    elif life.task.waits and runs.get(handle.run_id, "success") != "success":
        yield f"the task succeeded while {handle} was {runs[handle.run_id]}"
    elif life.task.waits and ending.value not in ({"echo": {"sample": 1}}, {"echo": {"sample": 2}}):
        yield f"the task returned {ending.value!r} for {handle}"
