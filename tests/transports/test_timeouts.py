"""How long an answer may take, all of it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from airflow_provider_flows.protocol.errors import (
    ResponseLostError,
)
from airflow_provider_flows.protocol.messages import Exchange, ask
from airflow_provider_flows.transports.options import TransportOptions
from airflow_provider_flows.transports.punctual import _UntilDeadline
from tests.support.colours import Sync
from tests.support.faults import request_fault
from tests.support.requests_made import get, post
from tests.support.servers import Call, Script, WireServer, answering, wait_till_the_end

Serve = Callable[..., WireServer]
OPTIONS = TransportOptions(connect_timeout=0.3)


def dribble_body(call: Call) -> None:
    """Send a long body, a byte now and then."""
    call.send(b"HTTP/1.1 200 Told\r\nContent-Length: 1000000\r\n\r\n")
    dribble(call, b"x")


def dribble_chunks(call: Call) -> None:
    """Send chunks for ever."""
    call.send(b"HTTP/1.1 200 Told\r\nTransfer-Encoding: chunked\r\n\r\n")
    dribble(call, b"1\r\nx\r\n")


def dribble_headers(call: Call) -> None:
    """Send a header for ever."""
    call.send(b"HTTP/1.1 200 Told\r\nX-Long: ")
    dribble(call, b"x")


def dribble(call: Call, piece: bytes) -> None:
    """Send a piece now and then until the client has had enough."""
    while not call.server.stopping.is_set():
        call.send(piece)
        time.sleep(0.05)


@pytest.mark.parametrize(
    "script",
    [wait_till_the_end, dribble_body, dribble_chunks, dribble_headers],
    ids=lambda script: script.__name__,
)
def test_the_read_timeout_holds_for_the_whole_answer(colour: Sync, serve: Serve, script: Script) -> None:
    """A host that is silent, or says a byte now and then for ever, is left at the read timeout."""
    server = serve(script)
    error = request_fault(colour, post(server.url + "/", read_timeout=0.4))
    assert type(error) is ResponseLostError
    assert "no whole answer within the read timeout of 0.4 s" in str(error)
    assert len(server.seen) == 1


def test_a_connection_serves_on_after_a_slow_answer(colour: Sync, serve: Serve) -> None:
    """What one answer used up of its time is not taken off the next one's."""

    def script(call: Call) -> None:
        call.server.stopping.wait(0.4)
        call.answer()

    server = serve(script)

    def talk() -> Exchange[int]:
        for _ in range(2):
            response = yield from ask(get(server.url + "/", read_timeout=0.7))
        return response.status

    assert colour.run(OPTIONS, talk()) == 200
    assert server.connections == 1


def test_a_deadline_holds_though_there_is_always_something_to_read() -> None:
    """A host that never pauses is left at the deadline too, and the socket gets its timeout back."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"x" * 10)
        here.settimeout(0.02)
        reader = _UntilDeadline(here, here.makefile("rb", buffering=0))
        assert reader.read(1) == b"x"
        time.sleep(0.03)
        with pytest.raises(TimeoutError):
            reader.read(1)
        reader.close()
        assert here.gettimeout() == 0.02


def test_a_silent_server_is_no_reason_to_distrust_others(colour: Sync, serve: Serve) -> None:
    """A transport that gave one answer up can speak again."""
    lost, well = serve(wait_till_the_end), serve(answering())

    def talk() -> Exchange[int]:
        with suppress(ResponseLostError):
            yield from ask(get(lost.url + "/", read_timeout=0.2))
        return (yield from ask(get(well.url + "/"))).status

    assert colour.run(OPTIONS, talk()) == 200
