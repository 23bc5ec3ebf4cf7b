"""The `requests` session for a user's own calls: whom it signs for, what of the connection it takes over."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator
from airflow_provider_flows.protocol.errors import CredentialsError
from tests.support.certificates import Certificates
from tests.support.proxies import forward
from tests.support.servers import Call, WireServer, answering
from tests.support.ways import HOOKS, ONCE

Put = Callable[..., str]
Serve = Callable[..., WireServer]
CONFIG = EmulatorConfig()
PLAIN = {
    "scade": ("authorization", f"Basic {CONFIG.scade_key}"),
    "blinkops": ("blink-api-key", CONFIG.blinkops_key),
    "wisebot": ("authorization", f"Bearer {CONFIG.wisebot_key}"),
    "vishwa": ("xp-api-key", CONFIG.vishwa_key),
}


def session_of(conn_id: str, platform: str) -> requests.Session:
    """Return the session of a hook that repeats nothing."""
    return HOOKS[platform](conn_id, retry=ONCE).get_conn()


@pytest.mark.parametrize("platform", PLAIN)
def test_the_platforms_own_address_is_signed(serve: Serve, put_connection: Put, platform: str) -> None:
    """A request to the platform's scheme, host and port carries the credential; no other does."""
    server, other = serve(answering()), serve(answering())
    conn_id = put_connection("own", server.url, platform=platform)
    name, value = PLAIN[platform]
    with session_of(conn_id, platform) as session:
        session.get(f"{server.url}/anything?at=all", timeout=3)
        session.get(f"{other.url}/", timeout=3)
        session.get(f"http://localhost:{server.port}/", timeout=3)
    assert server.seen[0].header(name) == value
    for seen in (other.seen[0], server.seen[1]):
        assert value not in str(seen)


@pytest.mark.parametrize("platform", PLAIN)
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_elsewhere_loses_the_credential(
    serve: Serve, put_connection: Put, platform: str, status: int
) -> None:
    """A redirect to another host or port is followed without the credential; one at home keeps it."""
    name, value = PLAIN[platform]
    other = serve(answering())

    def script(call: Call) -> None:
        places = {"/away": f"{other.url}/there", "/home": "/there"}
        if place := places.get(call.seen.target):
            call.answer(status, headers={"Location": place})
        else:
            call.answer()

    server = serve(script)
    conn_id = put_connection("moved", server.url, platform=platform)
    with session_of(conn_id, platform) as session:
        assert session.get(f"{server.url}/away", timeout=3).status_code == 200
        assert session.get(f"{server.url}/home", timeout=3).status_code == 200
    assert value not in str(other.seen)
    assert [seen.header(name) for seen in server.seen] == [value] * 3


def test_a_token_is_renewed_when_it_ran_out(put_connection: Put) -> None:
    """A session of UniteLabs asks for a token before its first request, and for another in time."""
    with FlowEmulator(EmulatorConfig(token_lifetime=0.2)) as emulator:
        conn_id = put_connection("oauth", emulator.url, platform="unitelabs")
        with session_of(conn_id, "unitelabs") as session:
            assert emulator.requests == []
            address = f"{emulator.url}/{CONFIG.tenant}/v1/workflows"
            patient_till = time.monotonic() + 5
            while len(emulator.core.credentials("unitelabs/workflows")) < 2:
                assert session.get(address, timeout=3).status_code == 200
                assert time.monotonic() < patient_till
        assert [request.operation for request in emulator.requests if request.status != 200] == []


def test_a_token_that_lives_is_kept(emulator: FlowEmulator, put_connection: Put) -> None:
    """A session of UniteLabs asks for one token as long as that is good."""
    conn_id = put_connection("oauth", emulator.url, platform="unitelabs")
    with session_of(conn_id, "unitelabs") as session:
        for _ in range(3):
            session.get(f"{emulator.url}/{CONFIG.tenant}/v1/workflows", timeout=3)
    assert [request.operation for request in emulator.requests] == ["token", "list", "list", "list"]


def test_a_refused_client_is_told_as_anywhere(emulator: FlowEmulator, put_connection: Put) -> None:
    """A token that is refused ends the user's call with the same error as a hook's own."""
    conn_id = put_connection("oauth", emulator.url, platform="unitelabs", password="wrong-secret")
    with session_of(conn_id, "unitelabs") as session, pytest.raises(CredentialsError) as caught:
        session.get(f"{emulator.url}/{CONFIG.tenant}/v1/workflows", timeout=3)
    assert "wrong-secret" not in str(caught.value)


def test_netrc_signs_nothing(
    serve: Serve,
    put_connection: Put,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`~/.netrc` neither replaces nor adds an Authorization in a session."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password planted\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server, other = serve(answering()), serve(answering())
    with session_of(put_connection("own", server.url, platform="wisebot"), "wisebot") as session:
        session.get(f"{server.url}/", timeout=3)
        session.get(f"{other.url}/", timeout=3)
    assert server.seen[0].header("authorization") == f"Bearer {CONFIG.wisebot_key}"
    assert other.seen[0].header("authorization") is None


def test_extras_are_no_headers(serve: Serve, put_connection: Put) -> None:
    """The HTTP provider makes headers of a connection's extras; ours are no part of the copy that it gets."""
    extras: dict[str, Any] = {
        "X-Extra": "planted",
        "proxies": {"https": "http://p.invalid:1"},
        "run_link": "http://h/",
    }
    server = serve(answering())
    with session_of(put_connection("own", server.url, platform="vishwa", **extras), "vishwa") as session:
        session.get(f"{server.url}/", timeout=3)
    names = {name for name, _ in server.seen[0].headers}
    assert names == {"host", "user-agent", "accept-encoding", "accept", "connection", "xp-api-key"}


def test_certificates_are_taken_over(certificates: Certificates, put_connection: Put) -> None:
    """`verify` and `cert` of the connection hold for the session."""
    with FlowEmulator(ssl_context=certificates.server_context(asks_for_client=True)) as emulator:
        named = {"verify": str(certificates.authority), "cert": str(certificates.client)}
        safe = put_connection("safe", emulator.url, platform="wisebot", **named)
        with session_of(safe, "wisebot") as session:
            assert session.get(f"{emulator.url}/api/v1/status", timeout=3).status_code == 200
        blind = put_connection("blind", emulator.url, platform="wisebot", cert=str(certificates.client))
        with session_of(blind, "wisebot") as session, pytest.raises(requests.exceptions.SSLError):
            session.get(f"{emulator.url}/api/v1/status", timeout=3)


def test_the_environments_authorities_are_taken_over(
    certificates: Certificates, put_connection: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session trusts what the hook's own calls trust."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.authority))
    with FlowEmulator(ssl_context=certificates.server_context()) as emulator:
        conn_id = put_connection("safe", emulator.url, platform="wisebot")
        with session_of(conn_id, "wisebot") as session:
            assert session.get(f"{emulator.url}/api/v1/status", timeout=3).status_code == 200
        unsafe = put_connection("unsafe", emulator.url, platform="wisebot", verify=False)
        assert session_of(unsafe, "wisebot").verify is False


def test_the_proxy_is_taken_over(
    serve: Serve, emulator: FlowEmulator, put_connection: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection's proxy, else the environment's, carries the session's requests."""
    ours, environments = serve(forward), serve(forward)
    monkeypatch.setenv("http_proxy", environments.url)
    for changes in ({"proxy": ours.url}, {}):
        conn_id = put_connection("proxied", emulator.url, platform="wisebot", **changes)
        with session_of(conn_id, "wisebot") as session:
            assert session.get(f"{emulator.url}/api/v1/status", timeout=3).status_code == 200
    assert (len(ours.seen), len(environments.seen)) == (1, 1)
