"""Connections read without Airflow, held against what Airflow itself makes of the same text."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from airflow.sdk import Connection
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.hooks.connections import raw_connection
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.written import read_written
from airflow_provider_flows.protocol.errors import ConnectionFieldError

SECRET = "planted-secret"
GOOD = [
    "vishwa://",
    "vishwa://host",
    "vishwa://:key@",
    "vishwa://@:8443",
    "vishwa://login@Host.Example",
    "vishwa://log%40in:pass%2Fword%3A%25@host:8443/http?verify=false&read_timeout=3",
    "vishwa://:key@127.0.0.1:8100/http",
    "vishwa://:key@http%3A%2F%2F127.0.0.1:8100",
    "vishwa://:key@https%3A%2F%2FApi.Example%2FV1",
    "vishwa://https://:key@host.example:1/a?x=1",
    "vishwa://https://host.example",
    "vishwa://host/a%20schema/with?x=",
    "vishwa://:key@?empty=&a=1&a=2",
    "vishwa://:key@/?__extra__=" + quote('{"read_timeout": 3, "proxies": {"https": "http://p:1"}}'),
    "vishwa://:key@/?__extra__=%7B%7D&other=1",
    "vishwa://:key@[::1]:8443",
    "VISHWA://:key@host",
    "our-own-type://host",
    "  vishwa://:key@host\n",
    '{"conn_type": "vishwa"}',
    '{"conn_type": "our-own-type", "description": "a text"}',
    '{"conn_type": "vishwa", "host": "h", "login": "l", "password": "p", "schema": "http", "port": 1}',
    '{"conn_type": "vishwa", "port": "8443", "extra": {"a": {"b": [1, null]}}}',
    '{"conn_type": "vishwa", "port": "", "extra": "{\\"a\\": 1}", "host": null}',
    '{"conn_type": "vishwa", "extra": ""}',
    '{"conn_type": "vishwa", "extra": {}}',
    '\n {"conn_type": "vishwa", "password": "ünïcode"}',
    "{}",
]


def airflows(text: str) -> RawConnection:
    """Return what Airflow reads, as its secrets backends do."""
    text = text.strip()
    if text[0] == "{":
        return raw_connection("c", Connection.from_json(text, conn_id="c"))
    return raw_connection("c", Connection.from_uri(text, conn_id="c"))


@pytest.mark.parametrize("text", GOOD)
def test_a_text_is_read_as_airflow_reads_it(text: str) -> None:
    """JSON and URI, percent-encoded or not, with every way to write an extra."""
    assert read_written("c", text) == airflows(text)


PARTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(login=PARTS, password=PARTS, host=PARTS, extra=st.dictionaries(PARTS, PARTS, max_size=3))
def test_a_percent_encoded_uri_is_read_as_airflow_reads_it(
    login: str, password: str, host: str, extra: dict[str, str]
) -> None:
    """Whatever stands in it, each value percent-encoded."""
    place = f"{quote(login, safe='')}:{quote(password, safe='')}@{quote(host, safe='')}"
    text = f"vishwa://{place}:8443/?{urlencode(extra)}"
    assert read_written("c", text) == airflows(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        (SECRET, "is neither JSON nor an URI"),
        (f"vishwa://a:{SECRET}@b://c://d", "is neither JSON nor an URI"),
        (f"vishwa://:{SECRET}@host://x", "is neither JSON nor an URI"),
        (f"vishwa://:{SECRET}@host:port", "is neither JSON nor an URI"),
        (f"vishwa://:{SECRET}@[::1", "is neither JSON nor an URI"),
        (f"vishwa://:{SECRET}\N{FULLWIDTH COMMERCIAL AT}@ho\N{ACCOUNT OF}st", "is neither JSON nor an URI"),
        (f"vishwa://:{SECRET}@h/?__extra__=no-json", "its extra is not a JSON object"),
        (f'{{"password": "{SECRET}"', "begins like JSON, and is none"),
        (f'{{"password": "{SECRET}", "extra": [1]}}', "its extra is not a JSON object"),
        (f'{{"password": "{SECRET}", "extra": "[1]"}}', "its extra is not a JSON object"),
        (f'{{"password": "{SECRET}", "port": "x"}}', "its port is no whole number"),
        (f'{{"password": "{SECRET}", "port": [1]}}', "its port is no whole number"),
        (f'{{"pasword": "{SECRET}"}}', "member 'pasword' is unknown; did you mean 'password'?"),
    ],
)
def test_what_is_no_connection_is_told_without_its_secrets(text: str, said: str) -> None:
    """Airflow skips such a connection silently; here the error says what is wrong, and repeats nothing."""
    with pytest.raises(ConnectionFieldError) as caught:
        read_written("c", text)
    assert str(caught.value).startswith("connection 'c'")
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)


def test_depth_is_no_crash() -> None:
    """JSON that is too deep to be read is told like any other."""
    deep: Any = '{"extra": ' + "[" * 200_000
    with pytest.raises(ConnectionFieldError, match="begins like JSON"):
        read_written("c", deep)
    with pytest.raises(ConnectionFieldError, match="its extra is not a JSON object"):
        read_written("c", json.dumps({"extra": "[" * 200_000}))
