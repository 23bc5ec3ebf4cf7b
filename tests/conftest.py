"""An Airflow of the test run's own, and the emulator with connections that lead to it."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_flows.emulator import FlowEmulator, airflow_connections


def _own_airflow() -> None:
    """Give this process an empty Airflow home; Airflow reads the variable once, when it is imported."""
    for name in [name for name in os.environ if name.startswith(("AIRFLOW_", "_AIRFLOW_"))]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="airflow-home-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ |= {
        "AIRFLOW_HOME": home,
        "AIRFLOW__API_AUTH__JWT_SECRET": "a-secret-of-the-tests-" * 4,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    }


_own_airflow()

if TYPE_CHECKING:
    from tests.support.certificates import Certificates
    from tests.support.colours import Sync
    from tests.support.servers import Script, WireServer


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what this machine may say about proxies and authorities."""
    _go_direct(monkeypatch)


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlowEmulator]:
    """Serve the five platforms on a free port."""
    _go_direct(monkeypatch)
    with FlowEmulator() as served:
        yield served


@pytest.fixture
def put_connection(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that makes an Airflow connection known for the test's length and returns its id.

    `put_connection("vishwa_fast", url, platform="vishwa", read_timeout=0.3, password="other")` starts from
    the connection to an emulator at `url`. Airflow's own fields are changed by their names, all else is an
    extra; None takes a field or an extra away.
    """

    def put(conn_id: str, url: str, *, platform: str, **changes: Any) -> str:
        connection = airflow_connections(url)[f"{platform}_default"]
        extra = {**connection.pop("extra", {})}
        for name, value in changes.items():
            (connection if name in _OWN_FIELDS else extra)[name] = value
        kept = {name: value for name, value in connection.items() if value is not None}
        kept["extra"] = {name: value for name, value in extra.items() if value is not None}
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(kept))
        return conn_id

    return put


@pytest.fixture
def connections(emulator: FlowEmulator, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Make the emulator's five connections known (`vishwa_default` and so on) and return them by id."""
    known = emulator.connections()
    for conn_id, connection in known.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
    return known


@pytest.fixture(params=["urllib3", "aiohttp"])
def colour(request: pytest.FixtureRequest) -> Sync:
    """Return the way to speak: as a worker, then as the triggerer."""
    from tests.support.colours import Async, Sync

    return {"urllib3": Sync, "aiohttp": Async}[request.param]()


@pytest.fixture
def serve() -> Iterator[Callable[..., WireServer]]:
    """Return a function that plays a script on a socket until the test is over."""
    from tests.support.servers import WireServer

    with ExitStack() as stack:

        def start(script: Script, context: Any = None) -> WireServer:
            return stack.enter_context(WireServer(script, context))

        yield start


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return an authority and the certificates that it vouches for."""
    from tests.support.certificates import make_certificates

    return make_certificates(tmp_path_factory.mktemp("certificates"))


def _go_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "requests_ca_bundle",
        "curl_ca_bundle",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


_OWN_FIELDS = frozenset({"conn_type", "host", "port", "schema", "login", "password"})
