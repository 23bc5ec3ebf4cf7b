"""Telling which of a flow's runs a start whose answer was lost can have begun."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.protocol.runs import Run, RunOrder

CLOCK_SLACK = 60.0  # seconds by which the platform's clock may differ from ours


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that a listing told of.

    `started_at` is when the platform says that it took the run on, in seconds since the epoch. It is None
    where the platform doesn't say, and so are `inputs` and `name`.
    """

    run: Run
    started_at: float | None
    inputs: Mapping[str, Any] | None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Quest:
    """The run that is looked for.

    :param order: what the attempt whose start is in doubt asked for; `task["key"]` is that attempt's
    :param since: when that attempt wrote its intent, in seconds since the epoch
    :param until: the latest instant at which its start can have arrived
    :param correlation_input: the input whose value only the run of this task has
    :param claimed: ids of runs that are known to be somebody else's, or this task's own earlier ones
    """

    order: RunOrder
    since: float
    until: float
    correlation_input: str | None = None
    claimed: frozenset[str] = frozenset()


def match(quest: Quest, candidates: Iterable[Candidate], name: str | None = None) -> list[Candidate]:
    """Return the candidates that can be the run that is looked for.

    Such a run is of the same flow, was begun in the time in question, is nobody else's, and had the same
    inputs, or the same value of the correlation input. `name` is what the start called the run, where a
    platform lets us name runs: a run of another name is another run, and a name that holds the attempt's key
    tells enough, whatever else the platform says or doesn't say. What isn't told is never taken to be equal.
    """
    fits = _fits_by_name if _is_unique(name, quest) else _fits
    return [each for each in candidates if _can_be(quest, each, name) and fits(quest, each)]


def _is_unique(name: str | None, quest: Quest) -> bool:
    key = str(quest.order.task.get("key") or "")
    return bool(key) and key in (name or "")


def _can_be(quest: Quest, candidate: Candidate, name: str | None) -> bool:
    handle = candidate.run.handle
    is_of_flow = handle.flow_id == quest.order.flow_id
    return is_of_flow and handle.run_id not in quest.claimed and name in (None, candidate.name)


def _fits_by_name(quest: Quest, candidate: Candidate) -> bool:
    return candidate.started_at is None or _is_in_time(quest, candidate.started_at)


def _fits(quest: Quest, candidate: Candidate) -> bool:
    if candidate.started_at is None or not _is_in_time(quest, candidate.started_at):
        return False
    return candidate.inputs is not None and _has_the_inputs(quest, candidate.inputs)


def _is_in_time(quest: Quest, instant: float) -> bool:
    return quest.since - CLOCK_SLACK <= instant <= quest.until + CLOCK_SLACK


def _has_the_inputs(quest: Quest, inputs: Mapping[str, Any]) -> bool:
    wanted, key = quest.order.inputs, quest.correlation_input
    if key is None:
        return _canonical(inputs) == _canonical(wanted)
    if wanted.get(key) is None:  # a key without a value tells no run from another
        return False
    return key in inputs and _canonical(inputs[key]) == _canonical(wanted[key])


def _canonical(value: Any) -> str:
    """Return the one text of a JSON value: no order of members, and 1.0 is 1."""
    return json.dumps(_plain(value), sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
