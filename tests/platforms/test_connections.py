"""What an Airflow connection may say, in whatever form its values come."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.platforms.specs import names
from tests.platforms.known import SECRETS, build, handle, order

COERCED = [
    ("read_timeout", "45.5", 45.5),
    ("read_timeout", " 45 ", 45),
    ("read_timeout", 45, 45),
    ("connect_timeout", "1e1", 10.0),
    ("max_response_bytes", "1024", 1024),
    ("max_response_bytes", 1024.0, 1024),
    ("verify", "false", "false"),  # a path has the same type; the transport knows the two words
    ("verify", False, False),
    ("cert", ["a.pem", "b.pem"], ["a.pem", "b.pem"]),
    ("cert", "a.pem", "a.pem"),
    ("proxies", '{"https": "http://p:1"}', {"https": "http://p:1"}),
    ("success_states", "done, ok ,,", ["done", "ok"]),
    ("success_states", '["a b", 3]', ["a b", 3]),
    ("success_states", "3", ["3"]),
    ("success_states", "", None),
    ("success_states", [], []),
]


@pytest.mark.parametrize(("name", "given", "value"), COERCED)
def test_a_text_becomes_its_fields_type(name: str, given: Any, value: Any) -> None:
    """A form and an URI know texts only; each becomes what its field holds, and real types stay."""
    found = build("vishwa", extra={name: given}).settings.public[name]
    assert (found, type(found)) == (value, type(value))


DEFAULTS = {
    "unitelabs": {
        "host": "https://api.unitelabs.io",
        "auth_url": "https://auth.unitelabs.io",
        "read_timeout": 30,
    },
    "scade": {"host": "https://api.scade.pro", "read_timeout": 30, "verify": True},
    "blinkops": {"host": "https://app.blinkops.com", "connect_timeout": 10},
    "wisebot": {"read_timeout": 300, "webhook_read_timeout": 300, "webhook_header": "Authorization"},
    "airflow": {"max_requests_in_flight": 10, "host": "https://airflow.test"},
    "vishwa": {"host": "https://api.vishwa.ai", "max_response_bytes": 32 * 1024 * 1024},
}


@pytest.mark.parametrize("platform", names())
def test_what_is_not_said_has_its_default(platform: str) -> None:
    """A connection with only what is required has every other field's default."""
    public = build(platform).settings.public
    assert {name: public[name] for name in DEFAULTS[platform]} == DEFAULTS[platform]
    assert (public["cert"], public["proxies"]) == (None, None)
    assert (public["run_link"] is None) is (platform != "airflow")  # whose pages' addresses are public


@pytest.mark.parametrize("platform", names())
def test_secrets_are_kept_apart(platform: str) -> None:
    """No secret is among the values that a request or a link may hold, and none shows in a representation."""
    spoken = build(platform, extra={"proxy": "http://me:pr0xypass@p.test:1"})
    assert set(spoken.settings.public) & set(spoken.settings.secret) == set()
    assert spoken.settings.secret["password"] == SECRETS[platform]
    assert spoken.settings.secret["proxy"] == "http://me:pr0xypass@p.test:1"
    for hidden in (SECRETS[platform], "pr0xypass"):
        assert hidden not in repr(spoken.settings)
        assert hidden not in repr(spoken.settings.public)
        assert hidden not in spoken.scrubbed(f"text with {hidden} in it")


def test_a_password_with_a_percent_sign_is_hidden_in_both_spellings() -> None:
    """A proxy's password is hidden as it stands in the address and as it is meant."""
    spoken = build("scade", extra={"proxy": "http://me:p%40ssw0rd@p.test:1"})
    assert spoken.scrubbed("p%40ssw0rd p@ssw0rd") == "*** ***"


HOSTS = [
    ({"host": None}, "https://api.scade.pro/api/v1"),
    ({"host": " "}, "https://api.scade.pro/api/v1"),
    ({"host": None, "port": 99, "schema": "http"}, "https://api.scade.pro/api/v1"),
    ({"host": "h.test"}, "https://h.test/api/v1"),
    ({"host": " h.test "}, "https://h.test/api/v1"),
    ({"host": "h.test", "schema": "http"}, "http://h.test/api/v1"),
    ({"host": "h.test", "schema": "HTTPS"}, "https://h.test/api/v1"),
    ({"host": "http://h.test", "schema": "https"}, "http://h.test/api/v1"),
    ({"host": "h.test", "port": 8443}, "https://h.test:8443/api/v1"),
    ({"host": "h.test:1", "port": 8443}, "https://h.test:1/api/v1"),
    ({"host": "https://h.test/base/", "port": 8443}, "https://h.test:8443/base/api/v1"),
    ({"host": "[::1]", "port": 80}, "https://[::1]:80/api/v1"),
    ({"host": "http://[::1]:81/api", "port": 80}, "http://[::1]:81/api/v1"),
]


@pytest.mark.parametrize(("fields", "base"), HOSTS)
def test_a_host_is_completed_to_an_address(fields: dict[str, Any], base: str) -> None:
    """A host with or without scheme, port and path becomes the API's address, https by default."""
    assert build("scade", **fields).base == base


def test_an_extra_never_becomes_a_header() -> None:
    """Extras that no field has are ignored: they reach neither a request nor the settings."""
    spoken = build("vishwa", extra={"X-Evil": "1", "headers": {"X-Evil": "1"}, "host": "https://evil.test"})
    request = spoken.start_request(order("vishwa"))
    assert "evil" not in f"{request.url}{request.headers}{request.body!r}".lower()
    assert set(spoken.settings.public) | set(spoken.settings.secret) >= {"host", "password", "verify"}
    assert "X-Evil" not in spoken.settings.names


def test_a_run_link_is_filled_with_the_run() -> None:
    """A link encodes its values; one that speaks of what a run has not is no link, and no error."""
    template = "https://ui.test/${conn.workspace}/${options.workspace}/${flow}/${run.id}?x=$${y}"
    spoken = build("blinkops", extra={"run_link": template})
    assert spoken.link(handle("blinkops", "r/1")) == "https://ui.test/ws-1/ws-1/f-1/r%2F1?x=${y}"
    assert spoken.link(handle("blinkops", "")) is None
    assert build("blinkops").link(handle("blinkops")) is None
    assert (
        build("blinkops", extra={"run_link": "https://u/${conn.password}"}).link(handle("blinkops")) is None
    )
    assert build("blinkops", extra={"run_link": "https://u/${options.nope}"}).link(handle("blinkops")) is None
