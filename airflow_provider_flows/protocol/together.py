"""Asking for many runs of one flow in one request, while their questions wait for their turns to be sent.

The first question that waits opens a room for its flow; those that come while it waits enter the room instead
of the queue. When its turn comes and somebody is in the room, the flow's runs are listed instead, and the
listing answers all whom it shows. Whoever it doesn't show asks alone, and looks on the next page next time.
Where nobody has to wait for a turn, each question is asked alone, as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from airflow_provider_flows.protocol.errors import FlowError, OversizedError, TransportError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Signal, happened
from airflow_provider_flows.protocol.platform import FlowPlatform
from airflow_provider_flows.protocol.retry import PASSING
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState

Send: TypeAlias = Callable[[Request], Exchange[Response]]
SHUT_FOR = (
    600.0  # seconds without a listing of a flow, after listings have cost more requests than they saved
)
_MOST_SAVED = 4  # requests that later listings may cost in vain
_WEATHER = PASSING | {401, 429}  # what the question itself would have been answered, too
_MOST_MISSES = 4  # listings in a row that don't show a run, after which it is always asked for alone


@dataclass(slots=True)
class Room:
    """Where questions wait for a listing that one of them will ask for.

    :param waiting: ids of the runs that are asked for, besides that of whoever opened it
    :param is_sent: whether its turn has come; else it was given up, and somebody else must open another one
    :param is_listing: whether a listing was asked for
    :param runs: what the listing showed, by the run's id; None where it came to nothing
    :param next_place: how many runs to skip to see those that it doesn't show
    """

    waiting: list[str] = field(default_factory=list)
    end: Signal = field(default_factory=Signal)
    is_sent: bool = False
    is_listing: bool = False
    runs: dict[str, Run] | None = None
    next_place: int = 0


class Together:
    """The flows of one connection whose runs are asked for; all who talk on it share one."""

    def __init__(self, platform: FlowPlatform, clock: Callable[[], float]) -> None:
        self._platform = platform
        self._clock = clock
        self._flows: dict[Hashable, _Flow] = {}

    def member(self, handle: RunHandle, question: Request) -> Member | None:
        """Return who asks for a run, None where a listing couldn't answer the question."""
        key = handle.flow_id, *sorted(handle.context.items())
        if (flow := self._flows.get(key)) is None:
            flow = self._flows[key] = _Flow(self._platform, handle, self._clock)
        try:
            listing = flow.listing(0)
        except FlowError:  # say, its path needs an option that the handle doesn't hold
            return None
        fits = listing is not None and (listing.headers, listing.file) == (question.headers, question.file)
        return Member(flow, handle) if fits else None


class Member:
    """Asks for one run, perhaps together with others.

    After a question, `run` is what a listing of its own said of the run; None where it was asked for alone.
    """

    __slots__ = ("_flow", "_handle", "_is_alone", "_misses", "_place", "_room", "run")

    def __init__(self, flow: _Flow, handle: RunHandle) -> None:
        self.run: Run | None = None
        self._flow = flow
        self._handle = handle
        self._place = 0
        self._misses = 0
        self._is_alone = False  # while one question lasts
        self._room: Room | None = None  # that is its own

    def told(self) -> Exchange[Run | None]:
        """Begin a question; return what a listing that another one asks for says, None to ask oneself."""
        self.run, self._is_alone = None, self._misses >= _MOST_MISSES or self._flow.is_shut
        while not self._is_alone and (room := self._flow.rooms.get(self._place)) is not None:
            room.waiting.append(self._handle.run_id)
            try:
                yield from happened(room.end)
            finally:
                room.waiting.remove(self._handle.run_id)
            if room.is_sent:
                return self._shown(room)
        return None

    def send(self, question: Request, send: Send) -> Exchange[Response]:
        """Send the question, or a listing instead; where that shows the run, `run` holds what it says."""
        if self._is_alone or self._place in self._flow.rooms:
            return (yield from send(question))
        room = self._room = self._flow.rooms[self._place] = Room()
        response: Response | None = None
        try:
            response = yield from send(question)
            if room.is_listing:
                self._flow.read(room, response, self._place, self._handle)
                self.run = self._shown(room)
        except TransportError as error:
            if room.is_listing:
                self._flow.note_failure(is_passing=not isinstance(error, OversizedError))
            if not room.is_listing or not isinstance(error, OversizedError):
                raise
        finally:
            self._close(room)
        if response is not None and (self.run or not room.is_listing or response.status in _WEATHER):
            return response
        return (yield from send(question))

    def at_turn(self, question: Request) -> Request:
        """Return what is to be sent now that the question's turn has come; called again if it is repeated."""
        room = self._room
        if room is None:
            return question
        if not room.is_sent:
            self._flow.rooms.pop(self._place, None)
            room.is_sent, room.is_listing = True, bool(room.waiting)
        listing = self._flow.listing(self._place) if room.is_listing else None
        return (
            question
            if listing is None
            else replace(listing, purpose=question.purpose, headers=question.headers)
        )

    def _close(self, room: Room) -> None:
        self._room = None
        self._is_alone = True  # whatever is left to ask: the question was sent once
        if not room.is_sent:
            self._flow.rooms.pop(self._place, None)
        room.end.set()

    def _shown(self, room: Room) -> Run | None:
        run = None if room.runs is None else room.runs.get(self._handle.run_id)
        self._is_alone = run is None
        if room.runs is None:
            return None
        if run is None:
            self._misses += 1
            self._place = room.next_place
            return None
        self._misses = 0
        return replace(run, handle=self._handle)


class _Flow:
    """One flow: its rooms by how many runs their listings skip, and what listings have saved so far."""

    def __init__(self, platform: FlowPlatform, handle: RunHandle, clock: Callable[[], float]) -> None:
        self.rooms: dict[int, Room] = {}
        self._platform = platform
        self._handle = handle
        self._clock = clock
        self._listings: dict[int, Request | None] = {}
        self._saved = 0
        self._shut_until = 0.0

    @property
    def is_shut(self) -> bool:
        """Whether nothing is listed now."""
        if self._saved < 0 and self._clock() >= self._shut_until:
            self._saved = 0
        return self._saved < 0

    def listing(self, place: int) -> Request | None:
        """Return the request that lists the flow's runs, but for so many of the newest."""
        if place not in self._listings:
            self._listings[place] = self._platform.list_request(self._handle, place)
        return self._listings[place]

    def read(self, room: Room, response: Response, place: int, asker: RunHandle) -> None:
        """Take a listing's answer; one that makes no sense costs the listings of the next ten minutes."""
        try:
            page = self._platform.read_list(self._handle, response)
        except FlowError:
            self.note_failure(is_passing=response.status in _WEATHER)
            return
        runs = (each.run for each in page.candidates)
        room.runs = {
            run.handle.run_id: run
            for run in runs
            if run.handle.flow_id == self._handle.flow_id
            and (run.raw_state or run.state is not RunState.UNKNOWN)
        }
        seen = place + len(page.candidates)
        is_last = not page.candidates or (page.total is not None and seen >= page.total)
        room.next_place = 0 if is_last else seen
        self._note(sum(each in room.runs for each in (asker.run_id, *room.waiting)) - 1)

    def note_failure(self, *, is_passing: bool) -> None:
        """Take note that a listing came to nothing; what won't pass ends listings for a while at once."""
        self._note(-1 if is_passing else -1 - _MOST_SAVED)

    def _note(self, saved: int) -> None:
        self._saved = min(self._saved + saved, _MOST_SAVED)
        if self._saved < 0:
            self._shut_until = self._clock() + SHUT_FOR
