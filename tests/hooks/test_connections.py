"""Connections as people write them: JSON and URI, and what of them reaches the client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from airflow.providers.common.compat.sdk import BaseHook

from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator
from airflow_provider_flows.hooks import connections
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.hooks.vishwa import VishwaHook
from airflow_provider_flows.protocol.errors import FlowError
from tests.support.certificates import Certificates
from tests.support.colours import Sync
from tests.support.ways import HOOKS, ONCE, WAYS

Put = Callable[..., str]
CONFIG = EmulatorConfig()
VISHWA = next(way for way in WAYS if way.platform == "vishwa")


def start(colour: Sync, conn_id: str) -> None:
    """Start the quick flow of vishwa.ai."""
    colour.call(FlowHook(conn_id, retry=ONCE), "start_run", "quick", {"a": 1})


@pytest.mark.parametrize(
    "form",
    [
        "vishwa://:{key}@127.0.0.1:{port}/http",
        "vishwa://:{key}@127.0.0.1:{port}/http?read_timeout=3.5&verify=false&max_response_bytes=1000000",
        "vishwa://:{key}@http%3A%2F%2F127.0.0.1:{port}",
    ],
)
def test_a_connection_may_be_an_uri(
    colour: Sync, emulator: FlowEmulator, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """A connection in URI form works, its texts read as what their fields need."""
    uri = form.format(key=quote(CONFIG.vishwa_key, safe=""), port=emulator.port)
    monkeypatch.setenv("AIRFLOW_CONN_AN_URI", uri)
    VISHWA.add_flow(emulator)
    assert colour.call(VishwaHook("an_uri"), "start_run", "quick", {"a": 1}).handle.run_id


def test_an_uri_may_hold_its_extra_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's own form of an extra that is nested is read, its texts too."""
    extra = quote('{"read_timeout": "3"}')
    monkeypatch.setenv("AIRFLOW_CONN_NESTED", f"vishwa://:key-0000@/?__extra__={extra}")
    platform = VishwaHook("nested").platform()
    assert (platform.base, platform.settings.public["read_timeout"]) == ("https://api.vishwa.ai/v1", 3)


def test_texts_in_an_uri_become_what_the_field_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers, switches, lists and objects can be written as texts."""
    extras = {
        "read_timeout": "12.5",
        "max_response_bytes": "1000",
        "verify": "FALSE",
        "proxies": '{"https": "http://p:1"}',
        "success_states": "done, finished",
    }
    query = "&".join(f"{name}={quote(value)}" for name, value in extras.items())
    monkeypatch.setenv("AIRFLOW_CONN_TEXTS", f"vishwa://:key-0000@?{query}")
    hook = VishwaHook("texts")
    public = hook.platform().settings.public
    assert (public["read_timeout"], public["max_response_bytes"]) == (12.5, 1000)
    assert public["success_states"] == ["done", "finished"]
    options = hook.line.options()
    assert (options.verify, options.proxies) == (False, {"https": "http://p:1"})


@pytest.mark.parametrize(
    ("place", "base"),
    [
        ({"host": "h.example"}, "https://h.example/v1"),
        ({"host": "h.example", "port": 8443}, "https://h.example:8443/v1"),
        ({"host": "h.example", "schema": "http"}, "http://h.example/v1"),
        ({"host": "http://h.example", "schema": "https"}, "http://h.example/v1"),
        ({"host": "https://h.example:99/", "port": 1}, "https://h.example:99/v1"),
        ({"host": "h.example/v1"}, "https://h.example/v1"),
        ({"host": None}, "https://api.vishwa.ai/v1"),
    ],
)
def test_the_address_is_https_unless_said_otherwise(
    put_connection: Put, place: dict[str, Any], base: str
) -> None:
    """Host, port and schema make up the address in every way that Airflow's users write them."""
    conn_id = put_connection("place", "http://unused.invalid", platform="vishwa", **place)
    assert VishwaHook(conn_id).platform().base == base


def test_each_hook_has_its_own_default_connection() -> None:
    """A typed hook without an id takes the connection `<platform>_default`."""
    for platform, hook in HOOKS.items():
        assert hook().flow_conn_id == f"{platform}_default"
        assert (hook.conn_type, hook.conn_name_attr) == (platform, "flow_conn_id")
        assert hook.hook_name
    assert issubclass(FlowHook, BaseHook)


@pytest.mark.usefixtures("connections")
def test_a_subclass_keeps_everything(colour: Sync, emulator: FlowEmulator) -> None:
    """A user's own subclass works like the hook that it extends."""

    class Ours(VishwaHook):
        default_conn_name = "vishwa_default"

        def start_quickly(self, inputs: dict[str, Any]) -> Any:
            return colour.call(self, "start_run", "quick", inputs)

    VISHWA.add_flow(emulator)
    assert Ours().start_quickly({"a": 1}).handle.platform == "vishwa"


def test_a_connection_of_an_older_airflow_will_do(
    emulator: FlowEmulator, put_connection: Put, caplog: pytest.LogCaptureFixture
) -> None:
    """Before 3.3 a connection cannot hide its extras from logs without blocking; that is said, once."""
    connections._tell_of_older_airflow.cache_clear()
    put_connection("older", emulator.url, platform="vishwa")

    class Older:
        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> Any:
            if name == "aextra_dejson":
                raise AttributeError(name)
            return getattr(self._connection, name)

    class OlderHook(VishwaHook):
        @classmethod
        async def aget_connection(cls, conn_id: str) -> Any:
            return Older(await super().aget_connection(conn_id))

    VISHWA.add_flow(emulator)
    for _ in range(2):
        assert asyncio.run(OlderHook("older").astart_run("quick", {"a": 1})).handle.run_id
    assert caplog.text.count("older than 3.3") == 1


def test_certificates_come_from_the_connection(
    colour: Sync, certificates: Certificates, put_connection: Put
) -> None:
    """`verify` and `cert` of the connection reach the client."""
    context = certificates.server_context(asks_for_client=True)
    with FlowEmulator(ssl_context=context) as emulator:
        VISHWA.add_flow(emulator)
        named: dict[str, Any] = {
            "verify": str(certificates.authority),
            "cert": [str(certificates.client_alone), str(certificates.client_key_alone)],
        }
        conn_id = put_connection("safe", emulator.url, platform="vishwa", **named)
        start(colour, conn_id)
        [request] = emulator.requests
        assert request.status == 200
    with pytest.raises(FlowError, match="no answer to"):
        start(colour, conn_id)


@pytest.mark.usefixtures("connections")
def test_netrc_changes_no_credential(
    colour: Sync,
    emulator: FlowEmulator,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With an entry for the host in `~/.netrc`, every platform still sees our credentials and no others."""
    home = tmp_path_factory.mktemp("home")
    (home / ".netrc").write_text("machine 127.0.0.1 login me password planted\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    for way in WAYS:
        way.add_flow(emulator)
        colour.call(way.hook(), "start_run", "quick", {}, **way.arguments())
    signs = {
        name.lower()
        for request in emulator.requests
        if request.platform == "vishwa"
        for name in request.headers
    }
    assert "authorization" not in signs
    assert all(request.status < 300 for request in emulator.requests)
