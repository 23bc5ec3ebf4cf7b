"""What goes over the wire and what is understood of it, the same from both transports."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable

import pytest

from airflow_provider_flows import __version__
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, Sleep, ask
from airflow_provider_flows.transports.aio import AsyncTransport
from airflow_provider_flows.transports.options import TransportOptions
from tests.support.colours import Async, Sync
from tests.support.requests_made import get, post
from tests.support.servers import Call, WireServer, answering

Serve = Callable[..., WireServer]
OPTIONS = TransportOptions()


@pytest.mark.parametrize(
    "target",
    [
        "/a%2Fb/c",
        "/a%20b+c~d_e-f.g",
        "/%7E%2E%2E",
        "/%E2%82%AC%25%3F%23",
        "/plain?workflowId=a%2Fb%20c%26d%3De%2Bf",
        "/seg;p=1/(x)!*'$&,:@",
    ],
)
def test_the_address_arrives_as_it_was_built(colour: Sync, serve: Serve, target: str) -> None:
    """Both transports put an address into the request line down to the last percent sign."""
    server = serve(answering())
    colour.ask(OPTIONS, get(server.url + target))
    assert server.seen[0].target == target


@pytest.mark.parametrize("body", [None, b"", b'{"a": "\xc3\xa9"}'])
def test_both_send_the_same_bytes(serve: Serve, body: bytes | None) -> None:
    """Both transports send the same request line, the same headers and the same body."""
    server = serve(answering())
    request = post(server.url + "/start", body, headers={"X-Key": "s3cret", "Accept": "application/json"})
    for colour in (Sync(), Async()):
        colour.ask(OPTIONS, request)
    one, other = server.seen
    assert (one.line, sorted(one.headers), one.body) == (other.line, sorted(other.headers), other.body)
    assert one.header("user-agent") == f"airflow-provider-flows/{__version__}"
    assert one.header("content-length") == str(len(body or b""))
    assert one.header("x-key") == "s3cret"


def test_both_understand_the_same(serve: Serve) -> None:
    """Both transports make the same Response of an answer: status, headers by lower-case names, body."""
    server = serve(
        lambda call: call.send(
            b"HTTP/1.1 203 Told\r\nContent-Length: 2\r\nX-One: a\r\nX-ONE:  b\r\n"
            b"Location: /f\xc3\xbcr\r\nX-Bad: \xff\r\nSet-Cookie: x=1\r\n\r\nhi"
        )
    )
    request = get(server.url + "/")
    one, other = (colour.ask(OPTIONS, request) for colour in (Sync(), Async()))
    assert one == other
    assert (one.status, one.body) == (203, b"hi")
    assert one.headers["x-one"] == "a, b"
    assert one.headers["location"] == "/für"


def test_a_conversation_sends_sleeps_and_returns(colour: Sync, serve: Serve) -> None:
    """A transport performs requests and sleeps in their order, on one connection."""
    server = serve(answering())

    def talk() -> Exchange[list[int]]:
        first = yield from ask(get(server.url + "/1"))
        assert (yield Sleep(0.001)) is None
        second = yield from ask(get(server.url + "/2"))
        return [first.status, second.status]

    assert colour.run(OPTIONS, talk()) == [200, 200]
    assert [seen.target for seen in server.seen] == ["/1", "/2"]
    assert server.connections == 1


def test_cookies_are_not_kept(colour: Sync, serve: Serve) -> None:
    """A cookie of one answer never goes into the next request."""
    server = serve(answering(Set_Cookie="session=1; Path=/"))

    def talk() -> Exchange[Response]:
        yield from ask(get(server.url + "/1"))
        return (yield from ask(get(server.url + "/2")))

    colour.run(OPTIONS, talk())
    assert [seen.header("cookie") for seen in server.seen] == [None, None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer(colour: Sync, serve: Serve, status: int) -> None:
    """A redirect is returned with its address; nobody goes there."""
    target = serve(answering())
    server = serve(answering(status=status, Location=f"{target.url}/elsewhere"))
    response = colour.ask(OPTIONS, post(server.url + "/"))
    assert (response.status, response.headers["location"]) == (status, f"{target.url}/elsewhere")
    assert (len(server.seen), target.connections) == (1, 0)


def test_a_redirect_to_nonsense_is_an_answer(colour: Sync, serve: Serve) -> None:
    """A redirect whose address is none is returned like any other."""
    server = serve(answering({"see": "below"}, status=302, Location="http://[:::"))
    response = colour.ask(OPTIONS, get(server.url + "/"))
    assert (response.status, response.json()) == (302, {"see": "below"})


def test_netrc_signs_nothing(
    colour: Sync, serve: Serve, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`~/.netrc` neither replaces nor adds an Authorization, wherever it lies."""
    home = tmp_path_factory.mktemp("home")
    text = "".join(f"machine {host} login me password planted\n" for host in ("127.0.0.1", "localhost"))
    for name in (".netrc", "other"):
        (home / name).write_text(text)
        (home / name).chmod(0o600)
    server = serve(answering())
    for variables in ({"HOME": str(home)}, {"NETRC": str(home / "other")}):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        colour.ask(OPTIONS, get(server.url + "/", headers={"Authorization": "Bearer ours"}))
        colour.ask(OPTIONS, get(server.url + "/"))
    assert [seen.header("authorization") for seen in server.seen] == ["Bearer ours", None] * 2


@pytest.mark.parametrize("name", ["gzip", "GZip", "x-gzip"])
def test_gzip_is_unpacked(colour: Sync, serve: Serve, name: str) -> None:
    """A body in gzip, which both transports offer to take, is returned unpacked."""
    server = serve(lambda call: call.answer(200, gzip.compress(b'{"a": 1}'), {"Content-Encoding": name}))
    assert colour.ask(OPTIONS, get(server.url + "/")).json() == {"a": 1}
    assert server.seen[0].header("accept-encoding") == "gzip"


def test_chunks_are_joined(colour: Sync, serve: Serve) -> None:
    """A body in chunks is returned whole."""
    head = b"HTTP/1.1 200 Told\r\nTransfer-Encoding: chunked\r\n\r\n"
    server = serve(lambda call: call.send(head + b"2\r\n{}\r\n1\r\n \r\n0\r\n\r\n"))
    assert colour.ask(OPTIONS, get(server.url + "/")).body == b"{} "


def test_a_body_without_a_length_ends_with_the_connection(colour: Sync, serve: Serve) -> None:
    """A body that only the end of the connection ends is returned whole."""

    def script(call: Call) -> None:
        call.send(b"HTTP/1.0 200 Told\r\n\r\n{}")
        call.hang_up()

    assert colour.ask(OPTIONS, get(serve(script).url + "/")).body == b"{}"


def test_long_headers_are_read(colour: Sync, serve: Serve) -> None:
    """A header of 20 kB, such as a long Content-Security-Policy, is no fault."""
    server = serve(answering(X_Long="x" * 20_000))
    assert colour.ask(OPTIONS, get(server.url + "/")).headers["x-long"] == "x" * 20_000


def test_an_asynchronous_transport_speaks_only_when_open() -> None:
    """A transport outside its `async with` says so instead of leaking a session."""
    transport = AsyncTransport(OPTIONS)
    with pytest.raises(RuntimeError, match="only inside its `async with`"):
        asyncio.run(transport.run(ask(get("http://127.0.0.1/"))))


def test_closing_twice_does_no_harm() -> None:
    """An asynchronous transport that is closed may be closed again."""

    async def run() -> None:
        transport = AsyncTransport(OPTIONS)
        async with transport:
            pass
        await transport.__aexit__(None, None, None)

    asyncio.run(run())


def test_the_request_is_part_of_the_response(colour: Sync, serve: Serve) -> None:
    """A Response knows the Request that it answers."""
    request: Request = get(serve(answering()).url + "/")
    assert colour.ask(OPTIONS, request).request is request
