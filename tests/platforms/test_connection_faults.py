"""What is wrong with a connection is named before anything is sent, and no secret with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from airflow_provider_flows.protocol.errors import ConnectionFieldError, OptionsError
from tests.platforms.known import build

WRONG: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("unitelabs", {"login": None}, {}, "login (Client ID) is missing"),
    ("unitelabs", {"password": ""}, {}, "password (Client secret) is missing"),
    ("unitelabs", {}, {"tenant": None}, "tenant (Tenant ID) is missing"),
    ("unitelabs", {}, {"tenant": "a/b"}, "tenant: 'a/b' does not match"),
    ("unitelabs", {}, {"tenant": ".."}, "conn.tenant is '..', which would change the address"),
    ("unitelabs", {}, {"auth_url": "auth.test"}, "auth_url: 'auth.test' does not match"),
    ("unitelabs", {}, {"auth_url": "https://h:x"}, "auth_url: 'https://h:x' is not an address"),
    (
        "unitelabs",
        {"host": "https://h.test/v1"},
        {},
        "host: the address 'https://h.test/v1' should end in '/t-1/v1'",
    ),
    ("unitelabs", {}, {"status_path": "runs"}, "status_path: 'runs' does not match '^/'"),
    ("unitelabs", {}, {"status_path": "/${run.id"}, "extra status_path: ${ is never closed"),
    ("unitelabs", {}, {"status_path": "/${runid}"}, "extra status_path: ${runid} is nothing"),
    ("unitelabs", {}, {"status_path": "/${run}"}, "extra status_path: ${run} is a dict"),
    ("unitelabs", {}, {"run_id_field": "a["}, "extra run_id_field: not a valid JMESPath expression: 'a['"),
    ("unitelabs", {}, {"state_field": "lenght(@)"}, "lenght() is no function of JMESPath"),
    ("vishwa", {}, {"result_field": "length(a, b)"}, "length() takes 1 argument(s), not 2"),
    ("vishwa", {}, {"asset_field": ")"}, "extra asset_field: not a valid JMESPath"),
    (
        "blinkops",
        {},
        {"outputs_path": "/${conn.password}"},
        "password is empty, but extra outputs_path needs it",
    ),
    ("blinkops", {}, {"workspace": "a b"}, "workspace: 'a b' does not match"),
    ("scade", {"password": None}, {}, "password (Server key) is missing"),
    ("scade", {"password": " key"}, {}, "password (Server key) begins or ends with a space"),
    ("scade", {"password": "ke\ny"}, {}, "or holds an odd character"),
    ("scade", {"password": "kéy"}, {}, "or holds an odd character"),
    ("scade", {"schema": "v1"}, {}, "schema must be https or http, not 'v1'"),
    ("scade", {"host": "ftp://h"}, {}, "host: 'ftp://h' is not an address like https://host"),
    ("scade", {"host": "https://h:0"}, {}, "is not an address"),
    ("scade", {"host": "https://"}, {}, "is not an address"),
    ("scade", {"host": "h h"}, {}, "is not an address"),
    ("scade", {"host": "h\x00"}, {}, "is not an address"),
    ("scade", {"host": "https://[::1"}, {}, "is not an address"),
    ("scade", {"host": "https://h/?x=1"}, {}, "must end before the '?' or '#'"),
    ("scade", {"host": "https://h/#x"}, {}, "must end before the '?' or '#'"),
    ("scade", {"host": "https://h/v1"}, {}, "should end in '/api/v1' or in no path at all"),
    (
        "scade",
        {"host": "https://h"},
        {"read_timeout": "soon"},
        "read_timeout: 'soon' is not of type 'number'",
    ),
    ("scade", {}, {"read_timeout": 0}, "read_timeout: 0 is less than or equal to the minimum of 0"),
    ("scade", {}, {"read_timeout": "nan"}, "read_timeout: 'nan' is not of type 'number'"),
    ("scade", {}, {"read_timeout": float("nan")}, "read_timeout: JSON has no nan"),
    ("scade", {}, {"read_timeout": "1e999"}, "is not of type 'number'"),
    ("scade", {}, {"read_timeout": True}, "True is not of type 'number'"),
    ("scade", {}, {"read_timeout": "true"}, "read_timeout: 'true' is not of type 'number'"),
    ("scade", {}, {"max_response_bytes": "1.5"}, "max_response_bytes: 1.5 is not of type 'integer'"),
    ("scade", {}, {"proxies": "p:1"}, "proxies (Proxies) is malformed; use the field proxy"),
    (
        "scade",
        {},
        {"proxies": {"https": "http://a:b@p"}},
        "use the field proxy for an address with credentials",
    ),
    ("scade", {}, {"run_link": "ui.test"}, "run_link: 'ui.test' does not match"),
    ("scade", {}, {"run_link": "https://u/${"}, "extra run_link: ${ is never closed"),
    ("scade", {}, {"failed_states": {"a": 1}}, "failed_states: {'a': 1} is not of type 'array'"),
    ("wisebot", {"host": None}, {}, "host (Dashboard address) is missing"),
    ("wisebot", {"password": None}, {}, "password (API key (wb_live_…) or dashboard JWT) is missing"),
    ("wisebot", {}, {"webhook_header": "Cookie"}, "webhook_header: 'Cookie' is not one of"),
    ("wisebot", {}, {"webhook_origin": "https://h/path"}, "webhook_origin: 'https://h/path' does not match"),
    (
        "vishwa",
        {},
        {"proxy": "p.test:s3cr3t"},
        "proxy (Proxy) is malformed; write http://[user:password@]host:port",
    ),
]


@pytest.mark.parametrize(("platform", "fields", "extra", "said"), WRONG)
def test_a_wrong_field_is_named_before_anything_is_sent(
    platform: str, fields: dict[str, Any], extra: dict[str, Any], said: str
) -> None:
    """The error names connection, platform, field, what is wrong with it, and where to mend it."""
    with pytest.raises(ConnectionFieldError) as caught:
        build(platform, extra=extra, **fields)
    text = str(caught.value)
    assert text.startswith("connection 'mine' (")
    assert said in text
    assert text.endswith("Mend it in Airflow's connections.")


def test_all_wrong_fields_are_named_at_once() -> None:
    """Nobody has to mend a connection one error at a time."""
    with pytest.raises(ConnectionFieldError) as caught:
        build("unitelabs", login=None, password=None, extra={"tenant": None, "read_timeout": "x"})
    for name in ("login", "password", "tenant", "read_timeout"):
        assert f"{name}" in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "extra"),
    [
        ({"host": "https://me:h0stpass@h.test"}, {}),
        ({"host": "https://me:h0stpass@h.test:port"}, {}),
        ({"host": "me:h0stpass@h.test"}, {}),
        ({}, {"proxy": "ftp://me:h0stpass@p"}),
        ({}, {"proxies": {"https": "http://me:h0stpass@p"}}),
        ({}, {"proxies": "http://me:h0stpass@p"}),
        ({}, {"proxy": "http://me:h0stpass@p\n"}),
        ({"password": "h0stpass\n"}, {}),
    ],
)
def test_a_malformed_secret_is_not_shown(fields: Mapping[str, Any], extra: dict[str, Any]) -> None:
    """The error about a secret, or about credentials in an address, does not repeat them."""
    with pytest.raises(ConnectionFieldError) as caught:
        build("scade", extra=extra, **fields)
    assert "h0stpass" not in str(caught.value)


def test_the_webhook_needs_its_own_fields() -> None:
    """The variant webhook asks for origin and secret, and for neither host nor key."""
    with pytest.raises(
        ConnectionFieldError, match=r"webhook_origin .* is missing.*webhook_secret .* is missing"
    ):
        build("wisebot", "webhook", extra={"webhook_origin": None, "webhook_secret": None})
    assert build("wisebot", "webhook", host=None, password=None).base == "https://hooks.wise.test"
    assert (
        build("wisebot", extra={"webhook_origin": None, "webhook_secret": None}).base
        == "https://app.wise.test"
    )


@pytest.mark.parametrize("variant", ["Sync", "", 5, []])
def test_an_unknown_variant_is_refused(variant: Any) -> None:
    """The error names the variants that there are."""
    with pytest.raises(OptionsError, match=r"BlinkOps: variant .* is unknown; (did you mean|known:) '?sync"):
        build("blinkops", variant)
