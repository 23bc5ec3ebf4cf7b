"""Many conversations at once in simulated time, behind the real limiter: the triggerer without its loop."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any, TypeAlias

from airflow_provider_flows.protocol.errors import TransportError
from airflow_provider_flows.protocol.messages import Request, Response, Sleep, Step
from airflow_provider_flows.protocol.pace import Pace
from airflow_provider_flows.protocol.retry import LONGEST_RETRY_AFTER, wished_hold

Answer: TypeAlias = Callable[[Request, float], tuple[float, Response | TransportError]]
Talk: TypeAlias = Generator[Step, Response | None, Any]


class Crowded:
    """Plays conversations until a certain time; what they learn stands in `results`, by their names.

    :param answer: what comes of a request that is sent at some time, and after how many seconds
    :param pace: the limiter; it gets the same clock
    :param begin: the time at first
    """

    def __init__(self, answer: Answer, pace: Pace[int], begin: float = 0.0) -> None:
        self.now = begin
        self.pace = pace
        self.sent: list[tuple[float, Request]] = []
        self.results: dict[str, Any] = {}
        self._answer = answer
        self._numbers = count()
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._waiting: dict[int, tuple[Talk, str, Request]] = {}
        self._wakes: float | None = None

    def clock(self) -> float:
        return self.now

    def begin(self, name: str, talk: Talk, after: float = 0.0) -> None:
        """Begin a conversation."""
        self._later(after, lambda: self._go_on(talk, name, partial(next, talk)))

    def run(self, until: float) -> None:
        """Let time pass."""
        while self._coming and self._coming[0][0] <= until:
            self.now, _, happen = heapq.heappop(self._coming)
            happen()
        self.now = until

    def times(self, purpose: str | None = None) -> list[float]:
        """Return when requests were sent."""
        return [at for at, request in self.sent if purpose in {None, request.purpose}]

    def _later(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (self.now + seconds, next(self._numbers), happen))

    def _go_on(self, talk: Talk, name: str, step: Callable[[], Step]) -> None:
        try:
            wish = step()
        except StopIteration as stop:
            self.results[name] = stop.value
        except Exception as error:  # noqa: BLE001 - what a conversation raises is its result here
            self.results[name] = error
        else:
            self._perform(talk, name, wish)

    def _perform(self, talk: Talk, name: str, wish: Step) -> None:
        if isinstance(wish, Request):
            place = next(self._numbers)
            if self.pace.starts(self.now):
                self._send(talk, name, wish)
                return
            self._waiting[place] = (talk, name, wish)
            self.pace.wait(place, wish.purpose)
            self._let_in()
            return
        go_on = partial(self._go_on, talk, name, lambda: talk.send(None))
        if isinstance(wish, Sleep) and wish.until is not None:
            wish.until.when_set(lambda: self._later(0, go_on))
        else:
            self._later(wish.seconds, go_on)

    def _let_in(self) -> None:
        while (place := self.pace.next_start(self.now)) is not None:
            self._send(*self._waiting.pop(place))
        if (next_at := self.pace.next_at) is not None and next_at != self._wakes:
            self._wakes = next_at
            self._later(max(0.0, next_at - self.now), self._let_in)

    def _send(self, talk: Talk, name: str, request: Request) -> None:
        sent_at = self.now
        self.sent.append((sent_at, request))
        seconds, outcome = self._answer(request, sent_at)
        self._later(seconds, lambda: self._told(talk, name, outcome, sent_at))

    def _told(self, talk: Talk, name: str, outcome: Response | TransportError, sent_at: float) -> None:
        self.pace.end()
        if isinstance(outcome, TransportError):
            outcome.sent_at = sent_at
            self._go_on(talk, name, partial(talk.throw, outcome))
        else:
            self.pace.hold(self.now + wished_hold(outcome, self.now, LONGEST_RETRY_AFTER))
            self._go_on(talk, name, partial(talk.send, replace(outcome, sent_at=sent_at)))
        self._let_in()


def most_in_a_second(instants: list[float]) -> int:
    """Return how many of these instants lie in one second at most, whichever second that is."""
    most = first = 0
    for last, instant in enumerate(instants):
        while instants[first] < instant - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def by_address(requests: list[tuple[float, Request]]) -> Counter[str]:
    """Return how often each address was asked."""
    return Counter(request.url for _, request in requests)
