"""Secrets in texts: hidden however they are spelled, before anything is cut."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.secrecy import Scrubber

PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "
SECRETS = st.text(PRINTABLE, min_size=4, max_size=20).filter(
    lambda text: "*" not in text and len(text.strip()) > 3
)


@given(SECRETS, st.text(max_size=10), st.text(max_size=10))
def test_no_spelling_of_a_secret_survives(secret: str, before: str, after: str) -> None:
    """A secret is hidden as it is, as in JSON, and as in an address."""
    scrub = Scrubber([secret])
    for spelled in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret)):
        assert spelled not in scrub(f"{before} {spelled} {after}")


@given(SECRETS, st.integers(0, 60), st.integers(1, 60))
def test_a_cut_never_leaves_a_piece(secret: str, padding: int, limit: int) -> None:
    """Wherever the limit falls, not one character of a secret is left."""
    shown = Scrubber([secret]).shown("\u2022" * padding + secret + "\u2022" * 60, limit)
    assert set(shown) <= {"\u2022", "*", "…"}
    assert len(shown) <= limit + 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        ("", ""),
        (" a\n\tb ", "a b"),
        (3, "3"),
        (True, "true"),
        (["ü", {"a": None}], '["ü", {"a": null}]'),
        ("x" * 10, "xxxxxxxxxx"),
        ("x" * 11, "xxxxxxxxxx…"),
        ("key tok-1234!", "key ***!"),
        ({"k": "tok-1234"}, '{"k": "***"}'),
    ],
)
def test_any_value_becomes_one_short_line(value: Any, shown: str) -> None:
    """What platforms say is shown on one line, cut short, and without secrets."""
    limit = 10 if isinstance(value, str) else 100
    assert Scrubber(["tok-1234"]).shown(value, limit) == shown


def test_longer_secrets_go_first_and_short_ones_stay() -> None:
    """A secret inside another leaves no rest, and one of three characters would blot out words."""
    scrub = Scrubber(["abcd", "abcdefgh", "xyz", None, 12345])
    assert scrub("abcdefgh abcd xyz 12345") == "*** *** xyz ***"
    scrub.add("later-secret")
    assert scrub("later-secret abcdefgh") == "*** ***"
