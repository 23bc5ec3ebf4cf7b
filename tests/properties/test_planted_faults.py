"""A promise is worth something only if it can be broken: each fault that is planted here breaks one."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, settings

from airflow_provider_flows.journal.attempt import Attempt
from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.journal.entry import Entry, Stage
from airflow_provider_flows.journal.errors import SupersededError
from airflow_provider_flows.operators.book import TaskBook
from airflow_provider_flows.operators.remote import TaskRemote
from airflow_provider_flows.protocol.errors import NotSentError, ResponseLostError
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from tests.link import REFUSED, SWALLOWED
from tests.properties.lives import Act, Life, lives
from tests.properties.platforms import Platforms
from tests.properties.promises import broken
from tests.properties.setting import WAYS, Rules, Task
from tests.properties.simulation import lived

PLATFORMS = Platforms()
FIRST = settings(
    max_examples=3000,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class OpenBook(TaskBook):
    """Lets an attempt pass that was replaced."""

    def fence(self, entry: Entry) -> None:
        with suppress(SupersededError):
            super().fence(entry)


class UnwrittenBook(TaskBook):
    """Writes no intent."""

    def fence(self, entry: Entry) -> None:
        """Do nothing."""


class ForgetfulBook(TaskBook):
    """Forgets the run as soon as it is known."""

    def keep(self, entry: Entry | None) -> None:
        super().keep(None)


class TalkativeBook(TaskBook):
    """Writes down what the connection's password is."""

    def fence(self, entry: Entry) -> None:
        (secret, *_) = PLATFORMS.secrets["blinkops"]
        super().fence(replace(entry, key=f"{entry.key} {secret}"))


def daring(**known: Any) -> Circumstances:
    """Start on doubt, whatever the user has chosen."""
    return Circumstances(**{**known, "on_ambiguous_start": "restart"})


class Obliging(Circumstances):
    """Takes every retry for a person's clear."""

    def follow_clear(self, entry: Entry) -> bool:
        return True


class LightheartedRemote(TaskRemote):
    """Calls a lost answer a request that was never sent."""

    def start(self) -> Run:
        try:
            return TaskRemote.start(self)
        except ResponseLostError as error:
            raise NotSentError(str(error), error.request) from error


class GloomyRemote(TaskRemote):
    """Says that every run has failed."""

    def look(self, handle: RunHandle) -> Run:
        return replace(TaskRemote.look(self, handle), state=RunState.FAILED)


class CarelessAttempt(Attempt):
    """Drops the result that came with the start's answer."""

    def _note(self, intent: Entry, run: Run) -> Entry:
        lost = replace(run, result=None, has_result=False)
        return replace(Attempt._note(self, intent, lost), kept={"result": None})


class ShortsightedBook(TaskBook):
    """Forgets that an earlier start is in doubt."""

    def fence(self, entry: Entry) -> None:
        super().fence(replace(entry, past=tuple(run_id for run_id in entry.past if run_id)))


class CleanBook(TaskBook):
    """Leaves nothing in the journal once a start was turned away."""

    def keep(self, entry: Entry | None) -> None:
        super().keep(None if entry and entry.stage is Stage.WITHDRAWN else entry)


PLANTED: Mapping[str, tuple[str, Rules]] = {
    "a fence that lets replaced attempts pass": ("e", Rules(book=OpenBook)),
    "no intent before the start": ("d", Rules(book=UnwrittenBook)),
    "a run that is forgotten": ("a", Rules(book=ForgetfulBook)),
    "a secret in the journal": ("f", Rules(book=TalkativeBook)),
    "a decision to start on doubt": ("b", Rules(circumstances=daring)),
    "a retry that is taken for a clear": ("a", Rules(circumstances=Obliging)),
    "a lost answer that is called harmless": ("b", Rules(remote=LightheartedRemote)),
    "a good run that is called failed": ("a", Rules(remote=GloomyRemote)),
    "a result that is dropped": ("c", Rules(attempt=CarelessAttempt)),
    "a trigger that asks nobody whose run it watched": ("g", Rules(is_held=lambda *_: True)),
}
BLINKOPS = Task(way=WAYS[0], retries=40)
SEARCHING = replace(BLINKOPS, on_ambiguous_start="search")
FAILS = ("flow", {"outcome": "failed", "duration": 3.0})
SWALLOWED_ONCE = ("trouble", "start", SWALLOWED, 1)
# Lives that broke a promise once; the rules were mended.
ONCE_BROKEN: Mapping[str, tuple[str, Rules, Life]] = {
    "a doubt that is forgotten": (
        "b",
        Rules(book=ShortsightedBook),
        Life(
            SEARCHING,
            (
                Act(FAILS, to="start!", then=("clear",)),
                Act(SWALLOWED_ONCE, to="start!", then=("dies",)),
                Act(),
            ),
        ),
    ),
    "a history that is forgotten": (
        "b",
        Rules(book=CleanBook),
        Life(SEARCHING, (Act(FAILS), Act(("trouble", "start", REFUSED, 3)), Act(SWALLOWED_ONCE))),
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_breaks_its_promise(fault: str) -> None:
    """With this one collaborator changed, a life is found in which the promise does not hold."""
    letter, rules = PLANTED[fault]
    life = find(
        lives(),
        lambda life: letter in broken(lived(PLATFORMS, life, rules)),
        settings=FIRST,
        random=random.Random(3),  # noqa: S311 - the same lives each time
    )
    assert letter not in broken(lived(PLATFORMS, life))


@pytest.mark.parametrize("fault", ONCE_BROKEN)
def test_what_was_mended_stays_mended(fault: str) -> None:
    """A life that broke a promise once breaks it again without what was mended, and not with it."""
    letter, rules, life = ONCE_BROKEN[fault]
    assert letter in broken(lived(PLATFORMS, life, rules))
    assert broken(lived(PLATFORMS, life)) == {}
