"""Questions that wait for their turns and share a listing: fewer requests, the same answers, no deadlock."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.asking import Asking
from airflow_provider_flows.protocol.auth import Auth, HeaderAuth
from airflow_provider_flows.protocol.candidates import Candidate
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    FlowError,
    OptionsError,
    OversizedError,
    ResponseLostError,
    UnavailableError,
)
from airflow_provider_flows.protocol.listing import Page
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, Step
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.protocol.together import SHUT_FOR, Together
from tests.protocol.made_up import BEGINNING, KINDS, Polled, said
from tests.protocol.waits import ONCE

PAGE = 3  # runs in a listing
HEADERS = {"Accept": "application/json"}


def handle(number: int, flow: str = "f") -> RunHandle:
    """Return the handle of a run; the higher its number, the newer it is."""
    return RunHandle("made_up", flow, str(number))


class Listed(Polled):
    """Lists runs, `PAGE` at once; a status answer is the state, a listing's answer the states by id."""

    def __init__(self, *, tells_total: bool = True) -> None:
        super().__init__()
        self._tells_total = tells_total

    def status_request(self, handle: RunHandle) -> Request:
        url = f"https://x.test/{handle.flow_id}/{handle.run_id}"
        return Request(purpose="status", method="GET", url=url, headers=HEADERS, is_repeatable=True)

    def read_status(self, handle: RunHandle, response: Response) -> Run:
        if response.status == 429:
            raise UnavailableError("too many", response)
        return super().read_status(handle, response)

    def list_request(self, handle: RunHandle, skip: int = 0) -> Request | None:
        url = f"https://x.test/{handle.flow_id}?skip={skip}"
        return Request(purpose="search", method="GET", url=url, headers=HEADERS, is_repeatable=True)

    def read_list(self, handle: RunHandle, response: Response) -> Page:
        if not response.is_ok:
            raise KINDS.get(response.status, AnswerError)("no", response)
        try:
            told = response.json()
        except ValueError:
            raise AnswerError("odd", response) from None
        runs = [
            Run(replace(handle, run_id=each), RunState(state), state) for each, state in told["runs"].items()
        ]
        return Page(
            [Candidate(run, None, None) for run in runs], told["total"] if self._tells_total else None
        )


class Talks:
    """Conversations side by side: some wait in the queue, some for a signal."""

    def __init__(self, asked: Sequence[Asking]) -> None:
        self.answers: list[Run | FlowError | None] = [None] * len(asked)
        self.queue: deque[tuple[int, Request]] = deque()
        self._woken: deque[int] = deque()
        self._talks = dict(enumerate(each() for each in asked))
        for index in range(len(asked)):
            self.go_on(index, None)

    @property
    def are_quiet(self) -> bool:
        return not self.queue and not self._woken

    def is_there(self, index: int) -> bool:
        return index in self._talks

    def go_on(self, index: int, answer: Response | FlowError | None) -> None:
        talk = self._talks[index]
        try:
            step = talk.throw(answer) if isinstance(answer, FlowError) else talk.send(answer)
        except StopIteration as stop:
            self._end(index, stop.value)
        except FlowError as error:
            self._end(index, error)
        else:
            self._take(step, index)

    def wake_up(self) -> None:
        while self._woken:
            if self.is_there(index := self._woken.popleft()):
                self.go_on(index, None)

    def call_off(self, quitters: Iterable[int]) -> None:
        for index in quitters:
            if self.is_there(index):
                self._talks.pop(index).close()

    def _take(self, step: Step, index: int) -> None:
        if isinstance(step, Sleep):
            assert step.until is not None
            step.until.when_set(lambda: self._woken.append(index))
        else:
            self.queue.append((index, step))

    def _end(self, index: int, answer: Run | FlowError) -> None:
        self.answers[index] = answer
        del self._talks[index]


@dataclass
class Desk:
    """Lets conversations wait in one queue, and answers one request at each turn.

    :param states: of the runs by number, the oldest first, which a listing shows last
    :param faults: what the next listings meet: a status, a text for a body, or an error's class
    :param hidden: numbers of runs that no listing shows
    :param is_down: whether questions about single runs are lost
    """

    states: Sequence[str]
    faults: list[int | str | type[FlowError]] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()
    is_down: bool = False
    now: float = BEGINNING
    sent: list[str] = field(default_factory=list)
    platform: Polled = field(default_factory=Listed)

    def __post_init__(self) -> None:
        self.api = FlowApi(
            platform=self.platform,
            clock=lambda: self.now,
            retry=ONCE,
            together=Together(self.platform, lambda: self.now),
        )

    def asking(self, number: int, flow: str = "f") -> Asking:
        return Asking(self.api, handle(number, flow), float("inf"))

    def ask(
        self, asked: Sequence[Asking], quit_at: Sequence[int | None] = ()
    ) -> list[Run | FlowError | None]:
        """Put a question to each; return what they heard, None of those who went away at that turn."""
        talks = Talks(asked)
        turn = 0
        while not talks.are_quiet:
            talks.wake_up()
            talks.call_off(index for index, at in enumerate(quit_at) if at == turn)
            turn += 1
            if talks.queue:
                index, request = talks.queue.popleft()
                if talks.is_there(index):
                    talks.go_on(index, self.answer(request))
        assert not any(map(talks.is_there, range(len(asked)))), "somebody waits for ever"
        return talks.answers

    def answer(self, request: Request) -> Response | FlowError:
        if request.at_turn is not None:
            request = request.at_turn(request)
        assert request.headers["X-Key"] == "k", "a listing is signed as its question was"
        self.sent.append(request.url.removeprefix("https://x.test/"))
        if "skip=" not in request.url and self.is_down:
            return ResponseLostError("down", request)
        if "skip=" not in request.url:
            return said(request, self.states[int(request.url.rpartition("/")[2])])
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, type):
                return fault("broken", request)
            return said(request, fault) if isinstance(fault, str) else said(request, "", fault)
        skip = int(request.url.rpartition("=")[2])
        listed = [number for number in reversed(range(len(self.states))) if number not in self.hidden]
        runs = {str(number): self.states[number] for number in listed[skip : skip + PAGE]}
        return said(request, json.dumps({"runs": runs, "total": len(listed)}))


def listings(desk: Desk) -> int:
    """Return how many listings were sent."""
    return sum("skip=" in each for each in desk.sent)


def test_a_question_alone_is_sent_alone() -> None:
    """Without others who wait, nothing is listed, however often one asks."""
    desk = Desk(["running"])
    asking = desk.asking(0)
    for _ in range(3):
        assert desk.ask([asking]) == [Run(handle(0), RunState.RUNNING, "running")]
    assert desk.sent == ["f/0"] * 3


def test_one_listing_answers_all_whom_it_shows() -> None:
    """Three questions cost one request, and each is told how its own run stands."""
    states = ["failed", "running", "success"]
    desk = Desk(states)
    answers = desk.ask([desk.asking(number) for number in range(3)])
    assert answers == [Run(handle(number), RunState(state), state) for number, state in enumerate(states)]
    assert desk.sent == ["f?skip=0"]


def test_who_is_not_shown_asks_alone_and_turns_the_page_next_time() -> None:
    """The listing is asked for where each run was seen last, so that soon one request tells of each page."""
    desk = Desk(["running"] * 6)
    asked = [desk.asking(number) for number in range(6)]
    desk.ask(asked)
    assert sorted(desk.sent) == ["f/0", "f/1", "f/2", "f?skip=0"]
    desk.sent.clear()
    desk.ask(asked)
    assert sorted(desk.sent) == ["f?skip=0", "f?skip=3"]


@pytest.mark.parametrize("platform", [Polled(), Listed()], ids=["no listing", "other headers"])
def test_where_no_listing_can_answer_all_ask_alone(platform: Polled) -> None:
    """A platform that lists no states, or asks for it in another way, is asked as ever."""

    class Other(Listed):
        def list_request(self, handle: RunHandle, skip: int = 0) -> Request | None:
            return Request(purpose="search", method="GET", url="u", headers={"Accept": "text/csv"})

    desk = Desk(["running"] * 2, platform=Other() if isinstance(platform, Listed) else platform)
    together = Together(desk.platform, desk.api.clock)
    assert together.member(handle(0), Listed().status_request(handle(0))) is None


def test_a_listing_that_cannot_be_built_is_none() -> None:
    """Where its path needs what a handle doesn't hold, all ask alone."""

    class Needy(Listed):
        def list_request(self, handle: RunHandle, skip: int = 0) -> Request | None:
            raise OptionsError("no such option")

    desk = Desk(["running"] * 2, platform=Needy())
    desk.ask([desk.asking(0), desk.asking(1)])
    assert desk.sent == ["f/0", "f/1"]


def test_flows_and_contexts_are_listed_apart() -> None:
    """Questions share a listing only if it is the same one."""
    desk = Desk(["running"] * 2)
    desk.ask([desk.asking(0), desk.asking(0, "g"), desk.asking(1), desk.asking(1, "g")])
    assert desk.sent == ["f?skip=0", "g?skip=0"]


@pytest.mark.parametrize("fault", [400, 403, 404, 501, "<html>", OversizedError])
def test_a_listing_that_makes_no_sense_is_left_alone_for_a_while(fault: int | str | type[FlowError]) -> None:
    """All ask alone at once, nobody hears of the fault, and it costs one request more in ten minutes."""
    desk = Desk(["running"] * 3, faults=[fault])
    asked = [desk.asking(number) for number in range(3)]
    for _ in range(4):
        assert all(isinstance(each, Run) for each in desk.ask(asked))
    assert listings(desk) == 1
    assert len(desk.sent) == 4 * 3 + 1
    desk.now += SHUT_FOR
    desk.ask(asked)
    assert listings(desk) == 2


@pytest.mark.parametrize("fault", [401, 429, 503, ResponseLostError])
def test_bad_weather_meets_one_question_as_it_would_have_met_it_alone(
    fault: int | type[FlowError],
) -> None:
    """The one whose turn it was hears of the fault, and the others ask alone."""
    desk = Desk(["running"] * 3, faults=[fault])
    first, *others = desk.ask([desk.asking(number) for number in range(3)])
    assert isinstance(first, FlowError)
    assert all(isinstance(each, Run) for each in others)
    assert len(desk.sent) == 3


def test_a_question_alone_meets_its_own_weather() -> None:
    """A fault of a question that was sent alone is its own, and does not speak against listings."""
    desk = Desk(["running"] * 2, is_down=True)
    assert isinstance(desk.ask([desk.asking(0)])[0], ResponseLostError)
    desk.ask([desk.asking(0), desk.asking(1)])
    assert desk.sent == ["f/0", "f?skip=0"]


def test_a_listing_that_is_signed_anew_stays_a_listing() -> None:
    """When a credential was refused, what is sent again with another one is the listing, too."""

    class Renewing(Auth):
        own = HeaderAuth({"X-Key": "k"})

        def send(self, request: Request) -> Exchange[Response]:
            response = yield from self.own.send(request)
            return (yield from self.own.send(request)) if response.status == 401 else response

        def headers(self) -> Exchange[Mapping[str, str]]:
            return self.own.headers()

    desk = Desk(["running"] * 2, faults=[401])
    desk.platform.auth = Renewing()
    assert all(isinstance(each, Run) for each in desk.ask([desk.asking(0), desk.asking(1)]))
    assert desk.sent == ["f?skip=0"] * 2


def test_a_run_that_is_never_listed_is_asked_for_alone_in_the_end() -> None:
    """Four listings in a row without it are enough; it no more waits for others."""
    desk = Desk(["running"] * 3, hidden=frozenset({0}))
    asked = [desk.asking(number) for number in range(3)]
    for _ in range(6):
        desk.ask(asked)
    desk.sent.clear()
    desk.ask(asked)
    assert sorted(desk.sent) == ["f/0", "f?skip=0"]


def test_listings_that_show_nobody_stop() -> None:
    """They cost one request more, and then nothing for ten minutes."""
    desk = Desk(["running"] * 4, hidden=frozenset(range(4)))
    for _ in range(5):
        desk.ask([desk.asking(number) for number in range(4)])
    assert len(desk.sent) == 5 * 4 + 1


def test_the_same_run_may_be_asked_for_twice() -> None:
    """An operator and a sensor that wait for one run are both told."""
    desk = Desk(["success"])
    assert desk.ask([desk.asking(0), desk.asking(0)]) == [Run(handle(0), RunState.SUCCESS, "success")] * 2
    assert desk.sent == ["f?skip=0"]


@given(
    states=st.lists(st.sampled_from(["queued", "running", "success", "failed"]), min_size=1, max_size=12),
    hidden=st.frozensets(st.integers(0, 11), max_size=6),
    rounds=st.lists(st.lists(st.integers(0, 11), max_size=12), min_size=1, max_size=6),
    tells_total=st.booleans(),
)
def test_sharing_never_costs_more_and_tells_the_same(
    states: list[str], hidden: frozenset[int], rounds: list[list[int]], *, tells_total: bool
) -> None:
    """Whoever asks with whomever: the answers are those of single questions, for one request more at most."""
    desk = Desk(states, hidden=hidden, platform=Listed(tells_total=tells_total))
    askings = [desk.asking(number) for number in range(len(states))]
    questions = 0
    for each in rounds:
        asked = [number % len(states) for number in dict.fromkeys(each) if number < len(states)]
        questions += len(asked)
        answers = desk.ask([askings[number] for number in asked])
        assert answers == [Run(handle(n), RunState(states[n]), states[n]) for n in asked]
        assert len(desk.sent) <= questions + 1


@given(
    quit_at=st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=2, max_size=8),
    faults=st.lists(st.sampled_from([403, 503, "<html>", ResponseLostError]), max_size=2),
)
def test_nobody_waits_for_one_who_went_away(
    quit_at: list[int | None], faults: list[int | str | type[FlowError]]
) -> None:
    """Whoever is called off, and when: the others are answered, one way or another."""
    desk = Desk(["running"] * len(quit_at), faults=list(faults))
    answers = desk.ask([desk.asking(number) for number in range(len(quit_at))], quit_at)
    for answer, quits in zip(answers, quit_at, strict=True):
        assert answer is not None or quits is not None
    assert sum(isinstance(each, FlowError) for each in answers) <= len(faults)
