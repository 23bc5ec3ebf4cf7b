"""Which faults of a real network lead to a second start: those that surely took no effect."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

import pytest

from airflow_provider_flows.protocol.errors import TransportError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, ask
from airflow_provider_flows.protocol.retry import RetryPolicy, insist
from airflow_provider_flows.transports.options import TransportOptions
from tests.support.certificates import Certificates
from tests.support.colours import Sync
from tests.support.requests_made import post
from tests.support.servers import Call, Script, WireServer, answering, wait_till_the_end

Fault = Callable[[Certificates], AbstractContextManager[str]]
ATTEMPTS = 3
PATIENT = RetryPolicy(attempts=ATTEMPTS, first_delay=0.0)


@contextmanager
def closed_port(_: Certificates) -> Iterator[str]:
    """Refuse the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield f"http://127.0.0.1:{port}/"


@contextmanager
def unknown_host(_: Certificates) -> Iterator[str]:
    """Have no address."""
    yield "http://nowhere.invalid/"


@contextmanager
def full_port(_: Certificates) -> Iterator[str]:
    """Answer no attempt to connect."""
    with socket.socket() as server, ExitStack() as stack:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _number in range(2):
            queued = stack.enter_context(socket.socket())
            queued.setblocking(False)  # noqa: FBT003 - its only parameter
            with suppress(BlockingIOError):
                queued.connect(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@contextmanager
def strange_certificate(certificates: Certificates) -> Iterator[str]:
    """Show a certificate that nobody vouches for."""
    with WireServer(answering(), certificates.server_context()) as server:
        yield server.url + "/"


@contextmanager
def no_tls(_: Certificates) -> Iterator[str]:
    """Break the handshake."""
    with WireServer(answering()) as server:
        yield server.url.replace("http", "https") + "/"


def served(name: str, script: Script) -> Fault:
    """Return a fault that is a server's."""

    @contextmanager
    def fault(_: Certificates) -> Iterator[str]:
        with WireServer(script) as server:
            yield server.url + "/"

    fault.__name__ = name
    return fault


def hang_up(call: Call) -> None:
    """Hang up without a word."""
    call.hang_up()


AGAIN: list[Fault] = [
    closed_port,
    unknown_host,
    full_port,
    strange_certificate,
    served("429", answering(status=429)),
    served("429 with a time", answering(status=429, Retry_After="0")),
    served("503 with a time", answering(status=503, Retry_After="0")),
    served("503 with a date", answering(status=503, Retry_After="Thu, 01 Jan 1970 00:00:00 GMT")),
]
ONCE: list[Fault] = [
    no_tls,
    served("no answer", hang_up),
    served("silence", wait_till_the_end),
    *(served(str(status), answering(status=status)) for status in (400, 401, 408, 425, 500, 502, 503, 504)),
    served("504 with a time", answering(status=504, Retry_After="0")),
]


@pytest.mark.parametrize(
    ("fault", "sent"),
    [*((fault, ATTEMPTS) for fault in AGAIN), *((fault, 1) for fault in ONCE)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_start_goes_again_only_if_it_surely_took_no_effect(
    colour: Sync, certificates: Certificates, fault: Fault, sent: int
) -> None:
    """A start is repeated when nothing arrived or it was turned away, and after anything else it is not."""
    starts: list[Request] = []

    def send(request: Request) -> Exchange[Response]:
        starts.append(request)
        return (yield from ask(request))

    with fault(certificates) as url:
        start = post(url, purpose="start", read_timeout=0.3)
        with suppress(TransportError):
            colour.run(
                TransportOptions(connect_timeout=0.3), insist(start, send, PATIENT, clock=lambda: 1.7e9)
            )
    assert len(starts) == sent
