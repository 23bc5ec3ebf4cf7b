"""The way through a proxy, from the connection or from the environment, alike in both transports."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable

import pytest

from airflow_provider_flows.protocol.errors import FlowError, NotSentError, ResponseLostError
from airflow_provider_flows.transports.options import TransportOptions
from tests.support.certificates import Certificates
from tests.support.colours import Sync
from tests.support.proxies import forward
from tests.support.requests_made import get, post
from tests.support.servers import WireServer, answering

Serve = Callable[..., WireServer]
TARGET = "/a%2Fb%20c/%E2%82%AC"


def with_credentials(proxy: WireServer) -> str:
    """Return a proxy's address with a user and a password that needs an escape."""
    return proxy.url.replace("://", "://user:p%40ss@")


def test_the_connections_proxy_carries_plain_requests(colour: Sync, serve: Serve) -> None:
    """A proxy sees a plain request whole, signed with its own credentials; the target sees the exact path."""
    server, proxy = serve(answering({"a": 1})), serve(forward)
    options = TransportOptions(proxies={"http": with_credentials(proxy)})
    assert colour.ask(options, post(server.url + TARGET)).json() == {"a": 1}
    [asked], [arrived] = proxy.seen, server.seen
    assert asked.target == server.url + TARGET
    assert b64decode((asked.header("proxy-authorization") or "").removeprefix("Basic ")) == b"user:p@ss"
    assert (arrived.target, arrived.body) == (TARGET, b"{}")
    assert arrived.header("proxy-authorization") is None


def test_the_connections_proxy_tunnels_secure_requests(
    colour: Sync, serve: Serve, certificates: Certificates
) -> None:
    """A proxy sees only the host of a secure request; its credentials stay outside the tunnel."""
    server, proxy = serve(answering({"a": 1}), certificates.server_context()), serve(forward)
    options = TransportOptions(verify=str(certificates.authority), proxies={"all": with_credentials(proxy)})
    assert colour.ask(options, post(server.url + TARGET)).json() == {"a": 1}
    [asked], [arrived] = proxy.seen, server.seen
    assert asked.line.startswith(f"CONNECT 127.0.0.1:{server.port} ")
    assert b64decode((asked.header("proxy-authorization") or "").removeprefix("Basic ")) == b"user:p@ss"
    assert arrived.target == TARGET
    assert arrived.header("proxy-authorization") is None


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["", "http://"])
def test_the_environment_names_a_proxy(
    colour: Sync,
    serve: Serve,
    *,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    scheme: str,
) -> None:
    """Both transports go through the environment's proxy, written with or without a scheme."""
    context = certificates.server_context() if name == "HTTPS_PROXY" else None
    server, proxy = serve(answering(), context), serve(forward)
    monkeypatch.setenv(name, f"{scheme}127.0.0.1:{proxy.port}")
    options = TransportOptions(verify=str(certificates.authority))
    assert colour.ask(options, get(server.url + "/")).status == 200
    assert len(proxy.seen) == 1


@pytest.mark.parametrize("exempt", ["127.0.0.1", "*", "localhost, 127.0.0.1:{port}"])
def test_the_environment_exempts_hosts(
    colour: Sync, serve: Serve, monkeypatch: pytest.MonkeyPatch, exempt: str
) -> None:
    """Both transports go straight to a host that no_proxy names."""
    server, proxy = serve(answering()), serve(forward)
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", exempt.format(port=server.port))
    assert colour.ask(TransportOptions(), get(server.url + "/")).status == 200
    assert (proxy.connections, len(server.seen)) == (0, 1)


def test_the_connection_comes_before_the_environment(
    colour: Sync, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of the connection is used whatever the environment says of proxies and exemptions."""
    server, ours, other = serve(answering()), serve(forward), serve(forward)
    monkeypatch.setenv("http_proxy", other.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    colour.ask(TransportOptions(proxies={"http": ours.url}), get(server.url + "/"))
    assert (len(ours.seen), other.connections) == (1, 0)


def test_a_connections_proxy_for_the_other_scheme_is_not_used(colour: Sync, serve: Serve) -> None:
    """`proxies` of the connection speaks for the schemes that it names."""
    server, proxy = serve(answering()), serve(forward)
    assert colour.ask(TransportOptions(proxies={"https": proxy.url}), get(server.url + "/")).status == 200
    assert proxy.connections == 0


@pytest.mark.parametrize("status", [407, 502])
def test_a_tunnel_that_is_refused_carried_nothing(colour: Sync, serve: Serve, status: int) -> None:
    """A proxy that opens no tunnel has surely passed nothing on; its credentials are not in the error."""
    proxy = serve(answering(status=status))
    options = TransportOptions(proxies={"https": proxy.url.replace("://", "://user:planted@")})
    with pytest.raises(FlowError) as caught:
        colour.ask(options, post("https://nowhere.invalid/"))
    assert type(caught.value) is NotSentError
    assert str(status) in str(caught.value)
    assert "planted" not in str(caught.value)


def test_a_tunnel_that_breaks_leaves_doubt(colour: Sync, serve: Serve) -> None:
    """A proxy that hangs up instead of opening a tunnel has said nothing of what it passed on."""
    proxy = serve(lambda call: call.hang_up())
    with pytest.raises(FlowError) as caught:
        colour.ask(TransportOptions(proxies={"https": proxy.url}), post("https://nowhere.invalid/"))
    assert type(caught.value) is ResponseLostError


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_received_nothing(colour: Sync, scheme: str) -> None:
    """A proxy that refuses the connection has surely passed nothing on."""
    with WireServer(answering()) as gone:
        url = gone.url
    with pytest.raises(FlowError) as caught:
        colour.ask(TransportOptions(proxies={"all": url}), post(f"{scheme}://nowhere.invalid/"))
    assert type(caught.value) is NotSentError


def test_a_kind_of_proxy_that_nobody_speaks_is_named(
    colour: Sync, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SOCKS proxy of the environment is an error that says so, and nothing is sent past it."""
    server = serve(answering())
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(FlowError, match=r"the proxy for 127\.0\.0\.1:.* is one for 'socks5'"):
        colour.ask(TransportOptions(), post(server.url + "/"))
    assert server.connections == 0
