"""Who is trusted, and who we say we are, alike in both transports."""

from __future__ import annotations

import gc
import hashlib
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from airflow_provider_flows.protocol.errors import (
    ConnectionFieldError,
    FlowError,
    NotSentError,
    ResponseLostError,
)
from airflow_provider_flows.transports.options import TransportOptions
from tests.support.certificates import Certificates, make_certificates
from tests.support.colours import Sync
from tests.support.requests_made import get, post
from tests.support.servers import WireServer, answering, wait_till_the_end

Serve = Callable[..., WireServer]


def options(**named: Any) -> TransportOptions:
    """Return options of a connection that errors can name."""
    return TransportOptions(**{"subject": "connection 'c'", "connect_timeout": 2.0, **named})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_authority_of_ones_own_is_trusted(
    colour: Sync, serve: Serve, certificates: Certificates, host: str
) -> None:
    """`verify` with the path of an authority trusts what it vouches for."""
    server = serve(answering(), certificates.server_context())
    url = f"https://{host}:{server.port}/"
    assert colour.ask(options(verify=str(certificates.authority)), get(url)).status == 200


def test_a_folder_of_authorities_is_trusted(
    colour: Sync, serve: Serve, certificates: Certificates, tmp_path: Path
) -> None:
    """`verify` with a folder trusts the authorities in it, by OpenSSL's names for them."""
    server = serve(answering(), certificates.server_context())
    authority = certificates.authority.read_bytes()
    (tmp_path / name_by_hash(authority)).write_bytes(authority)
    assert colour.ask(options(verify=str(tmp_path)), get(server.url + "/")).status == 200


def test_a_changed_file_is_read_again(
    colour: Sync,
    serve: Serve,
    certificates: Certificates,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Authorities that are replaced, as when they run out, hold from the next conversation on."""
    server = serve(answering(), certificates.server_context())
    mine = tmp_path / "authorities.pem"
    mine.write_bytes(certificates.authority.read_bytes())
    assert colour.ask(options(verify=str(mine)), get(server.url + "/")).status == 200
    mine.write_bytes(make_certificates(tmp_path_factory.mktemp("others")).authority.read_bytes())
    with pytest.raises(NotSentError, match="certificate was rejected"):
        colour.ask(options(verify=str(mine)), get(server.url + "/"))


def name_by_hash(pem: bytes) -> str:
    """Name a certificate as `openssl rehash` does, for a subject in lower case."""
    subject = x509.load_pem_x509_certificate(pem).subject.public_bytes()
    digest = hashlib.sha1(subject[2:], usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}.0"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environment_names_an_authority(
    colour: Sync,
    serve: Serve,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    """The variables that `requests` knows hold for both transports, unless `verify` says more."""
    server = serve(answering(), certificates.server_context())
    monkeypatch.setenv(variable, str(certificates.authority))
    assert colour.ask(options(), get(server.url + "/")).status == 200
    with pytest.raises(NotSentError):
        colour.ask(options(verify=str(certificates.client_alone)), get(server.url + "/"))


def test_an_unknown_authority_is_refused(colour: Sync, serve: Serve, certificates: Certificates) -> None:
    """A certificate that nobody trusted vouches for ends the call before anything is sent."""
    server = serve(answering(), certificates.server_context())
    with pytest.raises(FlowError) as caught:
        colour.ask(options(), post(server.url + "/"))
    assert type(caught.value) is NotSentError
    assert "certificate was rejected" in str(caught.value)
    assert server.seen == []


def test_a_certificate_for_another_host_is_refused(
    colour: Sync, serve: Serve, certificates: Certificates
) -> None:
    """A trusted certificate must be for the host that was asked."""
    server = serve(answering(), certificates.server_context())
    with pytest.raises(FlowError) as caught:
        colour.ask(options(verify=str(certificates.authority)), post(f"https://127.0.0.2:{server.port}/"))
    assert type(caught.value) is NotSentError
    assert server.seen == []


def test_nothing_is_checked_if_nobody_wants_it(
    colour: Sync, serve: Serve, certificates: Certificates
) -> None:
    """`verify` false takes any certificate, without a warning in the log."""
    server = serve(answering(), certificates.server_context())
    assert colour.ask(options(verify=False), get(server.url + "/")).status == 200


def test_a_certificate_of_our_own_is_shown(colour: Sync, serve: Serve, certificates: Certificates) -> None:
    """`cert` is one file with certificate and key, or a file for each."""
    server = serve(answering(), certificates.server_context(asks_for_client=True))
    pair = (str(certificates.client_alone), str(certificates.client_key_alone))
    for cert in (str(certificates.client), pair):
        ours = options(verify=str(certificates.authority), cert=cert)
        assert colour.ask(ours, get(server.url + "/")).status == 200


def test_a_server_that_wants_our_certificate_hangs_up(
    colour: Sync, serve: Serve, certificates: Certificates
) -> None:
    """TLS 1.3 refuses a missing client certificate only after the request was sent: it counts as lost."""
    server = serve(answering(), certificates.server_context(asks_for_client=True))
    with pytest.raises(FlowError) as caught:
        colour.ask(options(verify=str(certificates.authority)), post(server.url + "/"))
    assert type(caught.value) is ResponseLostError
    assert server.seen == []


@pytest.mark.parametrize("content", [None, "no certificate"])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_an_unusable_file_of_authorities_is_named(
    colour: Sync, serve: Serve, tmp_path: Path, content: str | None, scheme: str
) -> None:
    """`verify` with a file that is missing or holds none is the connection's fault, and nothing is sent."""
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_text(content)
    server = serve(answering())
    with pytest.raises(ConnectionFieldError) as caught:
        colour.ask(options(verify=str(path)), get(f"{scheme}://127.0.0.1:{server.port}/"))
    assert "connection 'c': verify names no usable" in str(caught.value)
    assert str(path) in str(caught.value)
    assert server.connections == 0


@pytest.mark.parametrize("name", ["client_key_locked", "client_alone", "missing"])
def test_an_unusable_certificate_of_our_own_is_named(
    colour: Sync, certificates: Certificates, tmp_path: Path, name: str
) -> None:
    """`cert` without its key, with a locked key or with a missing file is the connection's fault."""
    key = getattr(certificates, name, tmp_path / "missing.pem")
    with pytest.raises(ConnectionFieldError, match="connection 'c': cert names no usable"):
        colour.ask(options(cert=(str(certificates.client_alone), str(key))), get("https://127.0.0.1:1/"))


def reset(sock: socket.socket) -> None:
    """Cut the connection without a goodbye."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def speak_plainly(sock: socket.socket) -> None:
    """Answer a handshake as a server without TLS does."""
    sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def leave(sock: socket.socket) -> None:
    """Say goodbye at once."""


@pytest.mark.parametrize("breaks", [reset, speak_plainly, leave], ids=lambda each: each.__name__)
def test_a_handshake_that_breaks_leaves_doubt(colour: Sync, breaks: Callable[[socket.socket], None]) -> None:
    """Of an error in the handshake that is not about the certificate nobody says that nothing arrived."""

    def serve_once() -> None:
        with listener.accept()[0] as sock:
            sock.settimeout(2)
            sock.recv(1000)
            breaks(sock)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(2)
        serving = threading.Thread(target=serve_once)
        serving.start()
        with pytest.raises(FlowError) as caught:
            colour.ask(options(), post(f"https://127.0.0.1:{listener.getsockname()[1]}/"))
        serving.join(5)
    assert type(caught.value) is ResponseLostError
    assert "the connection broke" in str(caught.value)


def test_a_handshake_that_hangs_has_the_connect_timeout(colour: Sync) -> None:
    """A host that accepts a connection and shakes no hands is left at the connect timeout, unspoken to."""
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(FlowError) as caught:
        colour.ask(options(connect_timeout=0.3), post(f"https://127.0.0.1:{server.getsockname()[1]}/"))
    assert type(caught.value) is NotSentError
    assert "within the connect timeout of 0.3 s" in str(caught.value)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_the_read_timeout_holds_over_tls(colour: Sync, serve: Serve, certificates: Certificates) -> None:
    """A silent host is left at the read timeout over TLS too."""
    server = serve(wait_till_the_end, certificates.server_context())
    with pytest.raises(FlowError) as caught:
        colour.ask(options(verify=False), post(server.url + "/", read_timeout=0.3))
    assert type(caught.value) is ResponseLostError
    assert "read timeout of 0.3 s" in str(caught.value)
    del caught
    gc.collect()  # asyncio waits 30 s for the host's goodbye; this loop is over, so it would warn later
