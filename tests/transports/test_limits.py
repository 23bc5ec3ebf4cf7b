"""How much of an answer is read."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable

import pytest

from airflow_provider_flows.protocol.errors import (
    OversizedError,
)
from airflow_provider_flows.transports.options import TransportOptions
from tests.support.colours import Sync
from tests.support.faults import request_fault
from tests.support.requests_made import get
from tests.support.servers import Call, WireServer

Serve = Callable[..., WireServer]
OPTIONS = TransportOptions(connect_timeout=0.3)


def test_reading_stops_above_the_limit(colour: Sync, serve: Serve) -> None:
    """An answer above max_response_bytes is not read on: the server cannot get rid of it."""

    def script(call: Call) -> None:
        call.send(b"HTTP/1.1 200 Told\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(1000):
            call.send(b"x" * 1_000_000)

    server = serve(script)
    error = request_fault(colour, get(server.url + "/", max_response_bytes=100_000))
    assert type(error) is OversizedError
    assert "larger than max_response_bytes (100000)" in str(error)
    assert server.sent < 50_000_000  # what the buffers of two sockets hold


@pytest.mark.parametrize("status", [200, 302, 500])
def test_the_limit_holds_for_every_status(colour: Sync, serve: Serve, status: int) -> None:
    """A redirect and a refusal are read no further than a success."""
    headers = {"Location": "http://127.0.0.1/"} if status == 302 else {}
    server = serve(lambda call: call.answer(status, b"x" * 1001, headers))
    assert type(request_fault(colour, get(server.url + "/", max_response_bytes=1000))) is OversizedError


def test_the_limit_is_the_largest_size(colour: Sync, serve: Serve) -> None:
    """An answer of exactly max_response_bytes is read."""
    server = serve(lambda call: call.answer(200, b"x" * 1000))
    assert colour.ask(OPTIONS, get(server.url + "/", max_response_bytes=1000)).body == b"x" * 1000


def test_the_limit_counts_what_gzip_unpacks_to(colour: Sync, serve: Serve) -> None:
    """A small body that unpacks to a large one is too large, and is not unpacked on."""
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    server = serve(lambda call: call.answer(200, bomb, {"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        error = request_fault(colour, get(server.url + "/", max_response_bytes=1_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert type(error) is OversizedError
    assert peak < 15_000_000
