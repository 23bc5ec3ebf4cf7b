"""What happened in a simulated life, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    :param what: `written`, `acknowledged`, `refused` (a write to the journal), `starting` (a start's
        conversation), `sent` (a start's request), `took` (a run, to see it through), `ended` (an attempt)
    :param by: Airflow's id of the attempt
    :param wish: how many wishes (clears) there had been when the attempt began
    :param now: seconds since the epoch
    """

    what: str
    by: str
    wish: int
    now: float
    facts: Mapping[str, Any] = field(default_factory=dict)


class History(list[Event]):
    """Every event of a life."""

    def of(self, *whats: str) -> Iterator[Event]:
        """Return the events of some kinds."""
        return (event for event in self if event.what in whats)

    def before(self, event: Event) -> Iterator[Event]:
        """Return what happened before an event."""
        for each in self:
            if each is event:
                return
            yield each
