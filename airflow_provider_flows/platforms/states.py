"""The words that platforms use for how a run stands, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from airflow_provider_flows.protocol.runs import RunState

# No platform but BlinkOps publishes its words. These are the ones that such platforms use: Prefect's states
# (https://docs.prefect.io/concepts/states) and those of a dozen public APIs. A word that waits for a person
# (paused, pending) is a run that goes on. Any other word is unknown, and a setting of the connection maps it.
_WORDS = {
    RunState.SUCCESS: "completed complete succeeded success successful done finished ok",
    RunState.FAILED: "failed failure error errored crashed timeout timedout rejected aborted invalid",
    RunState.CANCELLED: "cancelled canceled stopped terminated revoked killed",
    RunState.SKIPPED: "skipped",
    RunState.QUEUED: "scheduled queued pending created",
    RunState.RUNNING: (
        "running inprogress started active late awaitingretry awaitingconcurrencyslot retrying cancelling "
        "resuming blocked paused suspended waiting waitingforapproval onhold"
    ),
}
VOCABULARY: Mapping[str, RunState] = MappingProxyType(
    {word: state for state, words in _WORDS.items() for word in words.split()}
)
_FILLERS = re.compile(r"[\s_-]+")


def plain(word: Any) -> str:
    """Return a state's word in the spelling that tables use: no case, no spaces, `_` or `-`."""
    if isinstance(word, float) and word.is_integer():
        word = int(word)
    return _FILLERS.sub("", str(word).casefold())


# What people map. Where a word stands in two fields, the later one here wins: better a failure than a false
# success.
SETTABLE = (RunState.RUNNING, RunState.SKIPPED, RunState.SUCCESS, RunState.CANCELLED, RunState.FAILED)


def word_table(spec: Mapping[str, Iterable[Any]], settings: Mapping[str, Any]) -> Mapping[str, RunState]:
    """Return word → state: the connection's `…_states` over the spec's words over the vocabulary."""
    table = dict(VOCABULARY)
    for state, words in spec.items():
        table.update({plain(word): RunState(state) for word in words})
    for each in SETTABLE:
        table.update({plain(word): each for word in settings.get(f"{each.value}_states") or ()})
    return MappingProxyType(table)
