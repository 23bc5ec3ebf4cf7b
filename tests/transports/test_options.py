"""What the transports take from a connection's fields."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.transports.options import TransportOptions

PLAIN: dict[str, Any] = {"connect_timeout": 10, "verify": True, "cert": None, "proxies": None}


def options(*, proxy: str | None = None, **named: Any) -> TransportOptions:
    """Read options from fields that were checked."""
    return TransportOptions.from_settings("c", {**PLAIN, **named}, {"proxy": proxy})


@pytest.mark.parametrize(
    ("verify", "meant"),
    [(True, True), ("true", True), (" False ", False), (False, False), ("/a/b.pem", "/a/b.pem")],
)
def test_verify_is_a_switch_or_a_path(verify: Any, meant: Any) -> None:
    """`verify` may be spelt as a text, since an URI knows nothing else."""
    assert options(verify=verify).verify == meant


@pytest.mark.parametrize(("cert", "meant"), [(["c", "k"], ("c", "k")), ("both", "both"), (None, None)])
def test_cert_is_a_path_or_two(cert: Any, meant: Any) -> None:
    """`cert` is one path, or a list of two."""
    assert options(cert=cert).cert == meant


def test_the_secret_proxy_serves_all_schemes() -> None:
    """The field `proxy` comes before `proxies` and is for every scheme; its credentials show nowhere."""
    both = options(proxy="http://user:planted@p:1", proxies={"https": "http://other:1"})
    assert both.proxy_for("https://h/") == both.proxy_for("http://h/") == "http://user:planted@p:1"
    assert "planted" not in repr(both)


def test_errors_speak_of_the_connection() -> None:
    """Options know which connection they are from."""
    assert options().subject == "connection 'c'"
