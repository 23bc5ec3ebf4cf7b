from __future__ import annotations

import hashlib
import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.emulator.config import VISHWA_KEY, WISEBOT_KEY
from airflow_provider_flows.emulator.front import origin

WISEBOT = {"Authorization": f"Bearer {WISEBOT_KEY}"}
VISHWA = {"XP-API-Key": VISHWA_KEY}


def status(emulator: FlowEmulator, timeout: float = 30) -> requests.Response:
    """Make Wisebot's harmless call."""
    return requests.get(f"{emulator.url}/api/v1/status", headers=WISEBOT, timeout=timeout)


def test_the_raw_path_comes_through_untouched(emulator: FlowEmulator) -> None:
    """Nothing between the wire and the record decodes or tidies the path."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    paths = ["/v1/workflow/a%2Fb%20c/start-run?x=%2f&y", "//double//slash", "/a/./b/../c", "/%e4%C3%A4"]
    for path in paths:
        connection.request("GET", path)
        connection.getresponse().read()
    connection.close()
    assert [request.raw_path for request in emulator.requests] == paths


def test_an_id_with_a_slash_is_one_segment(emulator: FlowEmulator) -> None:
    """The emulator starts the flow whose id was percent-encoded."""
    emulator.flow("vishwa", "a/b c", duration=0)
    url = f"{emulator.url}/v1/workflow/a%2Fb%20c/start-run"
    assert requests.post(url, json={}, headers=VISHWA, timeout=30).status_code == 200
    assert [run.flow_id for run in emulator.runs("vishwa")] == ["a/b c"]


def test_a_large_binary_upload_keeps_every_byte(emulator: FlowEmulator) -> None:
    """Some megabytes of every byte value arrive as they were sent."""
    content = bytes(range(256)) * 4 * 1024 * 5
    files = {"files": ("scan.bin", content, "application/octet-stream")}
    url = f"{emulator.url}/v1/assets/upload?temp=True"
    answer = requests.post(url, files=files, headers=VISHWA, timeout=60)
    assert answer.json()["files"][0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert emulator.core.uploads[0].size == len(content)


def test_a_synchronous_run_takes_its_time(emulator: FlowEmulator) -> None:
    """The answer is held back by the flow's duration, while others are served."""
    emulator.flow("wisebot", "daily-report", duration=0.3)
    url = f"{emulator.url}/api/v1/flow/daily-report"
    answer = requests.post(url, json={"inputs": {"date": "x"}}, headers=WISEBOT, timeout=30)
    assert answer.json()["result"]["date"] == "x"
    assert answer.elapsed >= timedelta(seconds=0.3)


def test_a_lost_answer_is_a_dropped_connection(emulator: FlowEmulator) -> None:
    """Not one byte comes back, though the request took effect."""
    emulator.fault("lost", platform="vishwa")
    url = f"{emulator.url}/v1/workflow/slow/start-run"
    with pytest.raises(requests.ConnectionError):
        requests.post(url, json={}, headers=VISHWA, timeout=30)
    assert emulator.core.count_starts() == {("vishwa", "slow"): 1}


def test_a_cut_answer_breaks_off_in_its_body(emulator: FlowEmulator) -> None:
    """The headers promise more than comes."""
    emulator.fault("cut")
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    connection.request("GET", "/api/v1/status", headers=WISEBOT)
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead) as broken:
        answer.read()
    assert len(broken.value.partial) == int(answer.headers["Content-Length"]) // 2
    connection.close()


def test_a_hanging_answer_lasts_until_the_client_gives_up(emulator: FlowEmulator) -> None:
    """The server goes on serving others."""
    emulator.fault("hang")
    with pytest.raises(requests.ReadTimeout):
        status(emulator, timeout=0.2)
    assert status(emulator).status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_answer_may_hide_its_size(emulator: FlowEmulator, chunked: bool) -> None:
    """With and without a Content-Length."""
    emulator.fault("huge", bytes=300_000, chunked=chunked)
    answer = status(emulator)
    assert len(answer.content) == 300_000
    assert ("Content-Length" in answer.headers) is not chunked


def test_leaving_the_block_ends_everything(eventually: Callable[[Callable[[], bool]], None]) -> None:
    """Hanging answers are dropped, the thread ends and the port is free."""
    before = threading.active_count()
    with FlowEmulator() as emulator:
        emulator.fault("hang")
        failures: list[requests.ConnectionError] = []

        def ask() -> None:
            with pytest.raises(requests.ConnectionError) as failure:
                status(emulator)
            failures.append(failure.value)

        client = threading.Thread(target=ask)
        client.start()
        eventually(lambda: len(emulator.requests) == 1)
    client.join()
    assert len(failures) == 1
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", emulator.port)).close()


def test_a_taken_port_is_an_error(emulator: FlowEmulator) -> None:
    """It is raised where the block is entered, and leaves no thread."""
    before = threading.active_count()
    with pytest.raises(OSError, match="address already in use"), FlowEmulator(port=emulator.port):
        pass
    assert threading.active_count() == before


def test_the_shortcuts_lead_to_this_emulator(emulator: FlowEmulator) -> None:
    """Address, port and connections fit together."""
    assert emulator.url == f"http://127.0.0.1:{emulator.port}"
    assert {each["host"] for each in emulator.connections().values()} == {emulator.url}


def test_an_ipv6_address_is_bracketed() -> None:
    """The address of an emulator can be used as it is."""
    assert origin("::1", 80, secure=False) == "http://[::1]:80"
    assert origin("localhost", 443, secure=True) == "https://localhost:443"


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a self-signed certificate for this machine."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


def test_it_speaks_https(tmp_path: Path) -> None:
    """With a certificate of one's own, trusted or not."""
    file, context = certificate(tmp_path)
    with FlowEmulator(ssl_context=context, host="localhost") as emulator:
        url = f"{emulator.url}/_emulator/health"
        assert url.startswith("https://localhost:")
        assert requests.get(url, verify=str(file), timeout=30).json()["status"] == "ok"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, timeout=30)


def test_requests_are_logged_at_debug_only(emulator: FlowEmulator, caplog: pytest.LogCaptureFixture) -> None:
    """One line a request, with neither its query nor a credential."""
    name = "airflow_provider_flows.emulator.front"
    requests.get(f"{emulator.url}/api/v1/status?key=SECRET", headers=WISEBOT, timeout=30)
    assert caplog.records == []
    with caplog.at_level(logging.DEBUG, logger=name):
        requests.get(f"{emulator.url}/api/v1/status?key=SECRET", headers=WISEBOT, timeout=30)
    lines = [record.getMessage() for record in caplog.records if record.name == name]
    assert lines == ["GET /api/v1/status: 200 sent"]


def test_the_client_address_is_known(emulator: FlowEmulator) -> None:
    """The control API depends on it."""
    status(emulator)
    assert emulator.requests[0].remote == "127.0.0.1"
