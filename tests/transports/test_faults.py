"""No complete answer: the same error from both transports, which tells if anything was sent."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from airflow_provider_flows.protocol.errors import (
    ConnectionFieldError,
    NotSentError,
    ResponseLostError,
)
from airflow_provider_flows.transports.options import TransportOptions
from tests.support.colours import Sync
from tests.support.faults import request_fault
from tests.support.requests_made import post
from tests.support.servers import Call, Script, WireServer

Serve = Callable[..., WireServer]
OPTIONS = TransportOptions(connect_timeout=0.3)


def test_a_closed_port_was_never_reached(colour: Sync) -> None:
    """A host that refuses has surely received nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = request_fault(colour, post(f"http://127.0.0.1:{port}/"))
    assert type(error) is NotSentError
    assert "refused" in str(error) or "Connect call failed" in str(error)


def test_an_unknown_host_was_never_reached(colour: Sync) -> None:
    """A name that nobody resolves has surely received nothing."""
    error = request_fault(colour, post("http://nowhere.invalid/"), TransportOptions(connect_timeout=20))
    assert type(error) is NotSentError


@pytest.mark.parametrize("host", ["x" * 64 + ".invalid", "[::1"])
def test_a_host_that_is_none_is_the_connections_fault(colour: Sync, host: str) -> None:
    """An address that cannot be one names the connection."""
    error = request_fault(colour, post(f"http://{host}/"), TransportOptions(subject="connection 'c'"))
    assert type(error) is ConnectionFieldError
    assert "connection 'c'" in str(error)


@pytest.fixture
def full_port() -> Iterator[int]:
    """Return a port whose queue of connections is full, so that the next handshake gets no answer."""
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for each in (first, second):
            each.setblocking(False)  # noqa: FBT003 - its only parameter
            with suppress(BlockingIOError):
                each.connect(server.getsockname())
        yield server.getsockname()[1]


def test_a_connection_that_takes_too_long_was_never_made(colour: Sync, full_port: int) -> None:
    """A host that answers no handshake within the connect timeout has received nothing."""
    error = request_fault(colour, post(f"http://127.0.0.1:{full_port}/"))
    assert type(error) is NotSentError
    assert "within the connect timeout of 0.3 s" in str(error)


def hang_up(call: Call) -> None:
    """Hang up without a word."""
    call.hang_up()


def cut_headers(call: Call) -> None:
    """Break off within the headers."""
    call.send(b"HTTP/1.1 200 Told\r\nContent-Le")
    call.hang_up()


def cut_body(call: Call) -> None:
    """Break off before the promised length."""
    call.send(b'HTTP/1.1 200 Told\r\nContent-Length: 100\r\n\r\n{"id": ')
    call.hang_up()


def cut_chunk(call: Call) -> None:
    """Break off within a chunk."""
    call.send(b"HTTP/1.1 200 Told\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nabc")
    call.hang_up()


def cut_gzip(call: Call) -> None:
    """Send gzip data without its end."""
    call.answer(200, gzip.compress(b'{"a": "%s"}' % bytes(range(48, 58)))[:-6], {"Content-Encoding": "gzip"})


def no_gzip(call: Call) -> None:
    """Promise gzip and send none."""
    call.answer(200, b'{"a": 1}', {"Content-Encoding": "gzip"})


def no_http(call: Call) -> None:
    """Speak another protocol."""
    call.send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
    call.hang_up()


@pytest.mark.parametrize(
    "script",
    [hang_up, cut_headers, cut_body, cut_chunk, cut_gzip, no_gzip, no_http],
    ids=lambda s: s.__name__,
)
def test_a_broken_answer_may_have_been_a_yes(colour: Sync, serve: Serve, script: Script) -> None:
    """A request that was sent and not answered to the end may have taken effect, and was sent once."""
    server = serve(script)
    error = request_fault(colour, post(server.url + "/"))
    assert type(error) is ResponseLostError
    assert len(server.seen) == 1
