"""Signing in, as conversations: tokens are taken out when needed, renewed in time, and once more on a 401."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from airflow_provider_flows.protocol.auth import HeaderAuth, TokenAuth, signed
from airflow_provider_flows.protocol.errors import ResponseLostError
from airflow_provider_flows.protocol.messages import Request, Response
from airflow_provider_flows.transports.driver import drive
from tests.protocol.made_up import BEGINNING, START, STATUS, Stage, said

TOKEN = Request(purpose="token", method="POST", url="https://x.test/token", is_repeatable=True)


class Desk(Stage):
    """Issues numbered tokens and lists who asked with which."""

    def __init__(self, lifetime: float | None, refuses: Callable[[str], bool] = lambda _token: False) -> None:
        super().__init__(self._answer)
        self.lifetime = lifetime
        self.refuses = refuses
        self.issued = 0
        self.shown: list[str] = []
        self.auth = TokenAuth(TOKEN, self._read, clock=self.clock)

    def ask(self, request: Request = STATUS) -> Response:
        return drive(self.auth.send(request), self.perform)

    def _answer(self, request: Request, since: float) -> Response:
        if request.purpose == "token":
            self.issued += 1
            return said(request, f"token-{self.issued}")
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.shown.append(token)
        return said(request, "", 401 if self.refuses(token) else 200)

    def _read(self, response: Response) -> tuple[str, float | None]:
        return response.text, self.lifetime


def test_fixed_headers_join_the_requests_own() -> None:
    """A header signs each request, and the request's own headers stay."""
    auth = HeaderAuth({"X-Key": "k"})
    sent = next(auth.send(Request(purpose="x", method="GET", url="u", headers={"Accept": "a"})))
    assert isinstance(sent, Request)
    assert sent.headers == {"Accept": "a", "X-Key": "k"}
    assert drive(auth.headers(), lambda step: pytest.fail(f"{step} is not needed")) == {"X-Key": "k"}


def test_signing_changes_only_the_headers() -> None:
    """A signed request is the same request."""
    assert signed(START, {}) == START
    assert signed(START, {"A": "1"}).url == START.url


@pytest.mark.parametrize(
    ("lifetime", "kept"),
    [(300.0, 270.0), (60.0, 30.0), (40.0, 20.0), (10.0, 5.0), (None, 30.0)],
)
def test_a_token_is_used_until_shortly_before_it_expires(lifetime: float | None, kept: float) -> None:
    """A token serves for its lifetime less thirty seconds, a short-lived one for half of it."""
    desk = Desk(lifetime)
    desk.ask()
    desk.now += kept - 0.1
    desk.ask()
    assert desk.shown == ["token-1", "token-1"]
    desk.now = BEGINNING + kept
    desk.ask()
    assert desk.shown[-1] == "token-2"
    assert desk.issued == 2
    desk.now += kept
    assert drive(desk.auth.headers(), desk.perform) == {"Authorization": "Bearer token-3"}


def test_a_refused_token_is_replaced_once() -> None:
    """On a 401 one new token is taken out and the request goes again, a start too: it was not done."""
    desk = Desk(300.0, lambda token: token == "token-1")
    assert desk.ask(START).status == 200
    assert (desk.shown, desk.issued) == (["token-1", "token-2"], 2)


def test_a_second_refusal_stands() -> None:
    """A 401 on a new token is an answer: there is no third attempt."""
    desk = Desk(300.0, lambda _token: True)
    assert desk.ask().status == 401
    assert (desk.shown, desk.issued) == (["token-1", "token-2"], 2)


def test_one_new_token_serves_all_conversations() -> None:
    """Of two conversations that meet a revoked token, only the first takes out a new one."""
    desk = Desk(300.0, lambda token: token == "token-1")
    first, second = desk.auth.send(STATUS), desk.auth.send(STATUS)
    token_step = next(first)
    asked = [first.send(desk.perform(token_step)), next(second)]
    refused = [desk.perform(step) for step in asked]
    for exchange, answer in zip((first, second), refused, strict=True):
        with suppress(StopIteration):
            while True:
                answer = desk.perform(exchange.send(answer))  # noqa: PLW2901 - the next answer of the same talk
    assert desk.shown == ["token-1", "token-1", "token-2", "token-2"]
    assert desk.issued == 2


def test_headers_for_a_users_own_calls_are_as_fresh() -> None:
    """The Authorization header for a user's own calls is renewed like any other."""
    desk = Desk(300.0)
    assert drive(desk.auth.headers(), desk.perform) == {"Authorization": "Bearer token-1"}
    assert drive(desk.auth.headers(), desk.perform) == {"Authorization": "Bearer token-1"}
    desk.now += 280
    assert drive(desk.auth.headers(), desk.perform) == {"Authorization": "Bearer token-2"}


def test_a_token_request_that_is_lost_keeps_the_old_token() -> None:
    """A fault while signing in goes up as the token's own, and leaves nothing half done."""
    desk = Desk(300.0)
    exchange = desk.auth.send(START)
    assert next(exchange) == TOKEN
    with pytest.raises(ResponseLostError) as caught:
        exchange.throw(ResponseLostError("gone", TOKEN))
    assert caught.value.request is TOKEN
    assert desk.ask(START).status == 200
    assert "token-" not in repr(desk.auth)
