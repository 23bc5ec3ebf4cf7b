"""Looking for the run of a start whose answer nobody has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_flows.journal.doubt import in_doubt
from airflow_provider_flows.journal.entry import NAMELESS, Entry, Stage
from airflow_provider_flows.protocol.errors import FlowError, TransportError, UnavailableError
from airflow_provider_flows.protocol.runs import Run

if TYPE_CHECKING:
    from airflow_provider_flows.journal.attempt import Attempt

SEARCH_EVERY = 5.0  # seconds
SEARCH_FOR = 60.0  # seconds in which a run may still turn up in a listing


def sought(attempt: Attempt, intent: Entry, why: str) -> Entry:
    """Return the entry of the one run that the start in doubt has begun.

    Raises `DoubtError` when none turns up in time, when several may be the one, and when nobody can be asked;
    a fault that may pass is raised as it is.
    """
    if intent.fingerprint != attempt.now.fingerprint:
        raise in_doubt(
            intent, attempt.flow, "its inputs were others, so its run could not be told from others"
        )
    if NAMELESS in intent.past:
        raise in_doubt(
            intent, attempt.flow, "an earlier run of it, whose id is not known, could be taken for this one"
        )
    attempt.say(f"Looking for a run of {attempt.flow}: {why}")
    found = _first_found(attempt, intent)
    if len(found) == 1:  # another one could still turn up, or another task could claim this one
        attempt.remote.claim(found[0])
        attempt.pause(SEARCH_EVERY)
        found = attempt.remote.find(intent)
    if not found:
        raise in_doubt(
            intent, attempt.flow, f"no run was found within {SEARCH_FOR:.0f} s that may be the one"
        )
    if len(found) > 1:
        ids = ", ".join(run.handle.run_id for run in found)
        raise in_doubt(intent, attempt.flow, f"more than one run may be the one: {ids}")
    attempt.say(f"Found {found[0].handle}")
    return replace(intent, stage=Stage.RUN, run=found[0], since=intent.at)


def _first_found(attempt: Attempt, intent: Entry) -> Sequence[Run]:
    """Return what the first listing with a run in it tells; raises the last fault if none could be read."""
    until = attempt.clock() + SEARCH_FOR
    fault: FlowError | None = None
    while True:
        try:
            found, fault = attempt.remote.find(intent), None
        except (TransportError, UnavailableError) as error:
            attempt.say(str(error))
            found, fault = (), error
        except FlowError as error:
            raise in_doubt(intent, attempt.flow, str(error)) from error
        if found or attempt.clock() >= until:
            break
        attempt.pause(SEARCH_EVERY)
    if fault is not None:  # the intent stays, so that the next attempt looks again
        raise fault
    return found
