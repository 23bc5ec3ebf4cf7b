"""What a simulated life is about: a platform, a task, and the rules that its attempts live by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.journal.attempt import Attempt
from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.operators.book import TaskBook
from airflow_provider_flows.operators.remote import TaskRemote
from airflow_provider_flows.triggers.ending import is_held

FLOW = "the-flow"
POLL_INTERVAL, TIMEOUT, UNREACHABLE = 20.0, 200.0, 100.0


@dataclass(frozen=True, slots=True)
class Way:
    """A platform and a variant of it, with the options that a start needs there."""

    platform: str
    variant: str | None = None
    options: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return self.platform + (f" {self.variant}" if self.variant else "")


WAYS = (
    Way("blinkops"),
    Way("scade", options={"start_node_id": "start", "end_node_id": "end"}),
    Way("wisebot"),
    Way("blinkops", "sync"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the user has written in the DAG, and what holds for the whole life."""

    way: Way
    retries: int = 3
    on_ambiguous_start: str = "fail"
    waits: bool = True
    is_deferrable: bool = False
    limit: float | None = None  # seconds that an attempt may take
    keeps_results: bool = True
    ends_in_trigger: bool = False
    reports_success: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """The collaborators of an attempt; a test may plant others, to see what a promise is worth."""

    book: Callable[..., TaskBook] = TaskBook
    remote: Callable[..., TaskRemote] = TaskRemote
    circumstances: Callable[..., Circumstances] = Circumstances
    attempt: Callable[..., Attempt] = Attempt
    is_held: Callable[..., bool] = is_held
