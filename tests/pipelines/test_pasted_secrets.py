"""Secrets in files: what is taken for one, what is not, and that none is repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.pasted_secrets import pasted_secrets
from airflow_provider_flows.pipelines.secret_names import is_secret_name
from airflow_provider_flows.pipelines.shape import check
from tests.pipelines.here import FILE, marked

# Put together here, so that nobody's search for secrets finds one in this file.
JWT = ".".join(
    ["ey" + "JhbGciOiJIUzI1NiJ9", "ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"]
)
BEGIN = "-----BEGIN RSA " + "PRIVATE KEY-----\n"
PEM = BEGIN + "MIIEpAIBAAKCAQEA04up8hoqzS1\nFkGZr4PHpkDqx\n-----END RSA PRIVATE KEY-----\n"
OPENSSH = "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n"
FORMS = [
    "wb_live_" + "8f3kd02ms9",
    "wb_test_" + "8f3kd02ms9",
    "AK" + "IAIOSFODNN7EXAMPLE",
    "gh" + "p_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "github_" + "pat_11ABCDEFG0abcdefghijkl_xyz",
    "glpat-" + "abcdefghij0123456789",
    "sk-" + "proj-abcdefghijklmnop1234",
    "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc",
    "xox" + "b-123456789012-abcdef",
    "AI" + "zaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "npm_" + "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8",
    "dapi" + "0123456789abcdef0123456789abcdef",
    "SG." + "abcdefghijklmnopqrst.uvwxyz0123456789ABCDEFGH",
    JWT,
    PEM,
    OPENSSH,
    "Bearer " + "abcdef0123456789abcdef",
    "Authorization: Basic " + "dXNlcjpwYXNzd29yZDE=",
    "https://user:" + "hunter22@example.com/x",
    "https://example.com/x?sig=" + "abcdefgh12345678&x=1",
    "https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXXXXXX",
]
NO_SECRETS = [
    "123e4567-e89b-12d3-a456-426614174000",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "https://github.com/o/r/commit/da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "https://example.com/a/dQw4w9WgXcQ?v=1&page=2",
    "s3://bucket/Raw/2026/01/PlateReader_Export_2026-01-01T06_00.csv",
    "axi1-start",
    "AQ6K-end",
    "ProcessAllCustomerOrdersOfTheYear2024AndSendTheReport",
    "ThisIsAnOrdinarySentenceWithoutAnyBlanksInItNumber42",
    "${vars.token}",
    "Bearer ${vars.token}",
    "{{ conn.wisebot_default.password }}",
    "{{ var.value.api_token }}",
    "the user's password must be changed",
    "basic authentication",
    "Read a plate, summarise it, open a case, tell every owner.",
    "0 6 * * 1-5",
    "flows://lab/plates",
    "data/2026/01/01/lab-17/plate-0042/reader-export/raw.csv",
]


@pytest.mark.parametrize("text", FORMS)
def test_a_known_form_is_a_secret_under_any_name(text: str) -> None:
    """It is an error at the value, and the text itself is nowhere in it, though it be amid a sentence."""
    for value in (text, f"it is {text}", f"{text} ${{vars.x}}"):
        found = marked(json.dumps({"steps": {"a": {"with": {"question": value}}}}))
        (told,) = pasted_secrets(found)
        assert (told.code, told.is_error) == ("secret", True)
        assert told.place == found.place(("steps", "a", "with", "question"))
        assert told.message == "`steps.a.with.question` looks like a secret: it has the form of one"
        assert not any(word in told.text() for word in text.split() if len(word) > 20)


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_only_looks_odd_is_no_secret(text: str) -> None:
    """Ids, hashes, addresses, sentences and expressions, some even under a suspicious name."""
    assert pasted_secrets(marked(json.dumps({"with": {"question": text, "items": [text]}}))) == []
    if "{" in text or " " in text or "://" in text:
        assert pasted_secrets(marked(json.dumps({"token": text}))) == []


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        *(
            (name, True)
            for name in ("token", "password", "secret", "api_key", "apiKey", "X-Api-Key", "APIKey", "db_pwd")
        ),
        *(
            (name, True)
            for name in ("clientSecret", "access_token", "AccessKey", "secret_access_key", "Authorization")
        ),
        *(
            (name, False)
            for name in ("max_token", "next_page_token", "token_count", "tokens", "tokenizer", "key", "keys")
        ),
        *(
            (name, False)
            for name in ("secretary", "password_policy", "secret_name", "sort_key", "api", "", "1", "é")
        ),
    ],
)
def test_names_of_secrets_are_known(name: str, is_secret: bool) -> None:
    """By their last words, in whatever way the words are joined; a word that only begins alike is none."""
    assert is_secret_name(name) == is_secret
    assert bool(pasted_secrets(marked(json.dumps({name: "hunter22"})))) == is_secret


@pytest.mark.parametrize(
    ("data", "is_secret"),
    [
        ({"token": "abc"}, False),
        ({"token": ""}, False),
        ({"token": "none"}, False),
        ({"token": "<your token>"}, False),
        ({"token": "********"}, False),
        ({"token": 12345678}, False),
        ({"token": "${vars.t}"}, False),
        ({"token": "a${vars.t}"}, False),
        ({"token": "{{ x }}"}, False),
        ({"token": "/run/secrets/token"}, False),
        ({"token": "in three words"}, False),
        ({"password": "in three words"}, True),
        ({"files": {"token": "token.txt"}}, False),
        ({"params": {"token": {"type": "string", "title": "Token"}}}, False),
        ({"params": {"token": {"default": "hunter22"}}}, True),
        ({"params": {"token": {"enum": ["hunter22"]}}}, True),
        ({"secrets": ["hunter22"]}, True),
        (["hunter22"], False),
        ("hunter22", False),
    ],
)
def test_under_such_a_name_a_literal_is_a_secret(data: Any, is_secret: bool) -> None:
    """Placeholders, expressions, places and sentences are none."""
    assert bool(pasted_secrets(marked(json.dumps(data)))) == is_secret


def test_a_long_random_word_is_a_warning() -> None:
    """It may be an id; under a name that says so it is one."""
    word = "q8Zt3LmX0vB7nK2pR5wY9cF4hJ6sD1gA"
    (told,) = pasted_secrets(marked(json.dumps({"with": {"note": f"use {word} here"}})))
    assert (told.code, told.is_error) == ("secret", False)
    assert word not in told.text()
    for name in ("sheet_id", "sha256", "etag", "node"):
        assert pasted_secrets(marked(json.dumps({name: word}))) == []


@settings(deadline=None)
@given(
    st.from_regex(r"\A[a-zA-Z0-9,:#'\"é!]{6,20}\Z"),
    st.sampled_from(["password", "clientSecret", "X-Api-Key"]),
    st.sampled_from([None, '"', "'", "|", ">"]),
    st.booleans(),
)
def test_no_error_on_the_same_line_shows_a_secret(
    secret: str, name: str, style: str | None, is_flow: bool
) -> None:
    """Whatever style it is written in, and whatever else is wrong on its line."""
    secret = f"x{secret}x"  # so that it is no date, number or boolean
    options: dict[str, Any] = {
        "default_style": style,
        "default_flow_style": is_flow,
        "width": 1000,
        "allow_unicode": True,
    }
    text: str = yaml.safe_dump({"flowz": {name: secret, "other": [1]}, "unknown": 2}, **options)
    found, diagnostics = read_marked(text, FILE)
    assert found is not None
    told = [*diagnostics, *check(found)[0], *pasted_secrets(found)]
    told += [found.found(path, "code", "message") for path in found.marks]
    shown = "\n".join(each.text() for each in told)
    assert "looks like a secret" in shown
    assert not any(secret[at : at + 4] in shown.replace("message", "") for at in range(len(secret) - 3))


@pytest.mark.parametrize("text", FORMS)
def test_a_message_and_its_notes_show_no_known_form(text: str) -> None:
    """Whoever quotes what somebody wrote need not think of it."""
    told = marked("a: 1").found(("a",), "code", f"'{text}' is bad", f"not '{text}'").text()
    assert "is bad" in told
    assert not any(word in told for word in text.split() if len(word) > 20)


@pytest.mark.parametrize(
    "text",
    [
        "a: [1\npassword: hunter22, and more\n",
        "{a: 'x, password: hunter22, b: [}\n",
        "a: {password: hunter22, b: ${x}}\n",
        'a: {"password": "hunter22", b: ${x}}\n',
        "a: {'password': 'hunter22', b: ${x}}\n",
        "password: hunter22 ]: \tx: y\n",
        "password: [hunter22: {token: hunter22\n",
    ],
)
def test_an_error_of_syntax_shows_none_either(text: str) -> None:
    """A line is shown though the file can't be read; what follows a suspicious name in it is hidden."""
    _, diagnostics = read_marked(text, FILE)
    assert diagnostics
    assert not any("hunter22" in each.text() for each in diagnostics)
