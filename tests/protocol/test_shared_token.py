"""One token for all conversations of a connection: taken out once, and its faults shared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airflow_provider_flows.protocol.auth import TokenAuth
from airflow_provider_flows.protocol.errors import NotSentError
from airflow_provider_flows.protocol.messages import Request, Response, Signal
from airflow_provider_flows.protocol.runs import RunHandle, RunState
from tests.protocol.made_up import KINDS, STATUS, said
from tests.protocol.many import BEGIN, RATE, Outcome, World
from tests.support.crowded import by_address, most_in_a_second


class Issuer:
    """Takes half a second to issue a token that lives five minutes; sometimes it doesn't."""

    def __init__(self, fails: Callable[[float], bool] = lambda _since: False) -> None:
        self.issued_at: list[float] = []
        self.refused_at: list[float] = []
        self._fails = fails

    def __call__(self, request: Request, since: float) -> Outcome:
        if request.purpose == "token":
            if self._fails(since):
                self.refused_at.append(since)
                return said(request, "", 500)
            self.issued_at.append(since)
            return said(request, f"token-{len(self.issued_at)}")
        valid = {f"Bearer token-{number + 1}" for number, at in enumerate(self.issued_at) if since < at + 300}
        return said(request, "running", 200 if request.headers["Authorization"] in valid else 401)


def signed_world(issuer: Issuer) -> World:
    """Return a world whose platform wants tokens."""
    world = World(issuer)
    token = Request(purpose="token", method="POST", url="https://x.test/token")

    def read(response: Response) -> tuple[str, float]:
        if not response.is_ok:
            raise KINDS[503]("no token", response)
        return response.text, 300.0

    world.platform.auth = TokenAuth(token, read, clock=world.clock)
    return world


def test_ten_thousand_runs_take_out_one_token_a_lifetime() -> None:
    """However many runs wait for a token, one is taken out, and one more before it expires."""
    world = signed_world(issuer := Issuer())
    world.watch(10_000)
    world.run(BEGIN + 700)
    assert len(issuer.issued_at) == 3
    assert [round(at / 270) for at in issuer.issued_at] == [0, 1, 2]
    answered = len(world.times("status"))
    assert answered > 0.99 * 700 * RATE  # none of them was refused and sent twice, though turns are rare
    assert most_in_a_second(world.times()) <= RATE


def test_a_failed_sign_in_is_shared() -> None:
    """While no token is to be had each failure serves all who wait for it, and none hammers the issuer."""
    world = signed_world(issuer := Issuer(lambda since: since < 60))
    world.watch(200)
    world.run(BEGIN + 120)
    assert not world.results
    assert len(issuer.refused_at) < 10 * 60 + 10
    assert len(issuer.issued_at) == 1
    assert by_address(world.sent).total() > 1000


def test_a_sign_in_that_is_called_off_is_done_by_another() -> None:
    """If the run that takes out the token is cancelled meanwhile, one of those who wait takes it out."""
    world = signed_world(issuer := Issuer())
    first = world.api.get(RunHandle("made_up", "f", "0"))
    asked = next(first)
    assert isinstance(asked, Request)
    assert asked.purpose == "token"
    for number in (1, 2, 3):
        world.begin(str(number), world.api.get(RunHandle("made_up", "f", str(number))))
    world.run(BEGIN + 1)
    assert not world.results
    first.close()
    world.run(BEGIN + 3)
    assert {run.state for run in world.results.values()} == {RunState.RUNNING}
    assert len(issuer.issued_at) == 1


def test_what_the_renewer_meets_the_others_meet() -> None:
    """Those who wait for a token get its fault, each its own copy, and the next one tries again."""
    world = signed_world(issuer := Issuer(lambda since: since < 1))
    for number in range(4):
        world.begin(str(number), world.platform.auth.headers())
    world.run(BEGIN + 2)
    faults = [world.results[str(number)] for number in range(4)]
    assert {str(each) for each in faults} == {"no token"}
    assert len({id(each) for each in faults}) == 4
    assert len(issuer.refused_at) == 1
    world.begin("late", world.platform.auth.headers())
    world.run(BEGIN + 3)
    assert world.results["late"] == {"Authorization": "Bearer token-1"}


@pytest.mark.parametrize(
    "fault", [NotSentError("no route", STATUS), LookupError("a bug")], ids=["sent", "bug"]
)
def test_any_fault_is_shared(fault: Exception) -> None:
    """A token request that never arrives, and a fault that nobody thought of, reach all who wait."""
    auth = TokenAuth(STATUS, lambda response: (response.text, None), clock=lambda: 0.0)
    first, second = auth.headers(), auth.headers()
    assert next(first) is STATUS
    assert getattr(next(second), "until", None) is not None
    with pytest.raises(type(fault)) as met:
        first.throw(fault)
    assert met.value is fault
    with pytest.raises(type(fault), match=str(fault)):
        second.send(None)


def test_a_signed_request_shows_its_headers_like_any_other() -> None:
    """The headers of a request that is signed when it is sent can be listed and counted."""
    auth = TokenAuth(STATUS, lambda response: (response.text, None), clock=lambda: 0.0)
    talk = auth.send(Request(purpose="x", method="GET", url="u", headers={"Accept": "a"}))
    next(talk)
    step = talk.send(said(STATUS, "t"))
    assert isinstance(step, Request)
    assert dict(step.headers) == {"Accept": "a", "Authorization": "Bearer t"}
    assert len(step.headers) == 2
    assert list(step.headers) == ["Accept", "Authorization"]
    assert "Bearer" not in repr(step)


def test_a_signal_is_heard_late_too() -> None:
    """Whoever asks to be told of a signal that is set already is told at once, and once."""
    signal, told = Signal(), []
    signal.when_set(lambda: told.append("early"))
    signal.set()
    signal.when_set(lambda: told.append("late"))
    signal.set()
    assert told == ["early", "late"]
