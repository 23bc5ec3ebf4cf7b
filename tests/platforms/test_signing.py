"""Who a request is signed for: headers to the letter, tokens taken out as RFC 6749 has it."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs

import pytest

from airflow_provider_flows.platforms.documents import parse
from airflow_provider_flows.platforms.forms import text_of
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.platforms.specs import read_spec
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    ConnectionFieldError,
    CredentialsError,
    NotFoundError,
    ResponseError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Request, Response, Step
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.transports.driver import drive
from tests.link import answer
from tests.platforms.known import SECRETS, WEBHOOK_SECRET, build, connection, order

HEADERS = [
    ("scade", None, {}, {"Authorization": f"Basic {SECRETS['scade']}"}),
    ("blinkops", None, {}, {"BLINK-API-KEY": SECRETS["blinkops"]}),
    ("blinkops", "sync", {}, {"BLINK-API-KEY": SECRETS["blinkops"]}),
    ("wisebot", None, {}, {"Authorization": f"Bearer {SECRETS['wisebot']}"}),
    (
        "wisebot",
        None,
        {"webhook_header": "X-Workflow-Secret"},
        {"Authorization": f"Bearer {SECRETS['wisebot']}"},
    ),
    ("wisebot", "webhook", {}, {"Authorization": f"Bearer {WEBHOOK_SECRET}"}),
    (
        "wisebot",
        "webhook",
        {"webhook_header": "Authorization"},
        {"Authorization": f"Bearer {WEBHOOK_SECRET}"},
    ),
    ("wisebot", "webhook", {"webhook_header": "X-Workflow-Secret"}, {"X-Workflow-Secret": WEBHOOK_SECRET}),
    ("vishwa", None, {}, {"XP-API-Key": SECRETS["vishwa"]}),
]


@pytest.mark.parametrize(("platform", "variant", "extra", "headers"), HEADERS)
def test_a_request_is_signed_with_exactly_these_headers(
    platform: str, variant: str | None, extra: dict[str, str], headers: dict[str, str]
) -> None:
    """The credential of the platform and variant goes out, and never another one of the connection."""
    spoken = build(platform, variant, extra=extra)
    request = spoken.start_request(order(platform))
    sent = next(spoken.auth.send(request))
    assert isinstance(sent, Request)
    assert sent.headers == {**request.headers, **headers}
    assert drive(spoken.auth.headers(), _answer_with()) == headers
    assert (sent.url, sent.body, sent.method) == (request.url, request.body, request.method)


def _answer_with(*answers: tuple[int, Any]) -> Any:
    """Return a performer that gives these answers, one after the other, and keeps the requests."""
    waiting = list(answers)
    sent: list[Request] = []

    def perform(step: Step) -> Response | None:
        if not isinstance(step, Request):
            return None
        sent.append(step)
        status, body = waiting.pop(0)
        return answer(step, status, body)

    perform.sent = sent  # type: ignore[attr-defined]
    return perform


TOKEN_URL = "https://auth.unitelabs.io/realms/t-1/protocol/openid-connect/token"


@pytest.mark.parametrize(
    ("auth_url", "url"),
    [
        (None, TOKEN_URL),
        ("https://auth.unitelabs.io", TOKEN_URL),
        ("https://auth.unitelabs.io/", TOKEN_URL),
        ("https://auth.unitelabs.io/realms/t-1/protocol/openid-connect", TOKEN_URL),
        ("https://auth.unitelabs.io/realms/t-1/protocol/openid-connect/token", TOKEN_URL),
        ("https://sso.test:8443/auth", "https://sso.test:8443/auth/realms/t-1/protocol/openid-connect/token"),
    ],
)
def test_a_token_is_asked_for_as_the_vendor_shows(auth_url: str | None, url: str) -> None:
    """All forms of the sign-in address lead to one; the client signs in with Basic, the form has a scope."""
    spoken = build("unitelabs", extra={"auth_url": auth_url})
    perform = _answer_with((200, {"access_token": "tok-12345", "expires_in": 300}))
    assert drive(spoken.auth.headers(), perform) == {"Authorization": "Bearer tok-12345"}
    [request] = perform.sent
    assert (request.purpose, request.method, request.url) == ("token", "POST", url)
    assert parse_qs(request.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["openid"]}
    scheme, _, basic = request.headers["Authorization"].partition(" ")
    assert (scheme, b64decode(basic)) == ("Basic", b"client-1:client-secret-1")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.is_repeatable


def test_the_limits_of_the_connection_hold_for_tokens() -> None:
    """Read timeout and largest answer are the connection's for the token too."""
    spoken = build("unitelabs", extra={"read_timeout": "5", "max_response_bytes": "1000"})
    request = next(spoken.auth.headers())
    assert isinstance(request, Request)
    assert (request.read_timeout, request.max_response_bytes) == (5.0, 1000)


@pytest.mark.parametrize(
    ("status", "body", "kind", "advice"),
    [
        (401, {"error": "invalid_client"}, CredentialsError, "Check the client ID (login) and client secret"),
        (
            400,
            {"error": "unauthorized_client"},
            CredentialsError,
            "Check the client ID (login) and client secret",
        ),
        (
            404,
            {"error": "Realm does not exist"},
            NotFoundError,
            "Check that the call that signs in exists there",
        ),
        (503, {}, UnavailableError, "try again later"),
        (200, {"token": "x"}, AnswerError, "no usable access_token"),
        (200, ["x"], AnswerError, "no usable access_token"),
        (200, b"<html>", AnswerError, "no usable access_token"),
        (200, {"access_token": "tok-1", "expires_in": "soon"}, AnswerError, "no usable access_token"),
        (200, {"access_token": ""}, AnswerError, "no text that a header can hold"),
        (200, {"access_token": 5}, AnswerError, "no text that a header can hold"),
        (200, {"access_token": "to\nken"}, AnswerError, "no text that a header can hold"),
    ],
)
def test_a_sign_in_that_fails_says_why(
    status: int, body: Any, kind: type[ResponseError], advice: str
) -> None:
    """A refused or unreadable sign-in names the connection's fields, and never shows what may be a token."""
    spoken = build("unitelabs")
    perform = _answer_with(*[(status, body)] * 5)
    with pytest.raises(kind) as caught:
        drive(spoken.auth.headers(), perform)
    assert advice in str(caught.value)
    assert "UniteLabs (connection 'mine')" in str(caught.value)
    assert "tok-1" not in str(caught.value)
    assert "client-secret-1" not in str(caught.value)
    assert "may have been started" not in str(caught.value)


def test_a_token_stays_out_of_errors() -> None:
    """A token that a platform echoes is hidden in the error."""
    spoken = build("unitelabs")
    perform = _answer_with((200, {"access_token": "tok-12345"}))
    drive(spoken.auth.headers(), perform)
    request = spoken.start_request(order("unitelabs"))
    with pytest.raises(ResponseError) as caught:
        spoken.read_start(
            order("unitelabs"), answer(request, 422, {"detail": "Bearer tok-12345 lacks a scope"})
        )
    assert "tok-12345" not in str(caught.value)
    assert "*** lacks a scope" in str(caught.value)
    assert spoken.scrubbed("x tok-12345 client-secret-1 y") == "x *** *** y"


def changed(platform: str, *changes: tuple[str, str]) -> SpecPlatform:
    """Return a platform whose spec was changed, on a connection without login and password."""
    text = text_of(f"{platform}.platform.yaml")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return SpecPlatform(
        read_spec(parse(text, "changed.yaml")),
        connection(platform, login=None, password=None),
        clock=lambda: 0.0,
        retry=RetryPolicy(),
    )


def test_a_spec_that_forgets_to_require_its_credential_is_caught() -> None:
    """Nothing goes out unsigned, even where a spec does not call the secret required."""
    for platform, *changes in (
        ("blinkops", ("API key, required: true", "API key, required: false")),
        (
            "unitelabs",
            ("Client ID, required: true", "Client ID"),
            ("Client secret, required: true", "Client secret"),
        ),
    ):
        with pytest.raises(ConnectionFieldError, match=r"connection 'mine' .* \(password\) is missing"):
            changed(platform, *changes)


def test_a_spec_that_forgets_to_require_its_address_is_caught() -> None:
    """Nothing goes to nowhere, even where a spec has neither an address nor asks for one."""
    text = text_of("wisebot.platform.yaml").replace(
        'app.wisebotai.com", required: true', 'app.wisebotai.com"'
    )
    with pytest.raises(
        ConnectionFieldError, match=r"connection 'mine' \(Wisebot\): host is missing\. Mend it"
    ):
        SpecPlatform(
            read_spec(parse(text, "x")),
            connection("wisebot", host=None),
            clock=lambda: 0.0,
            retry=RetryPolicy(),
        )


def test_a_spec_may_ask_for_no_scope() -> None:
    """Without a scope in the spec the token's form has none."""
    text = text_of("unitelabs.platform.yaml").replace("    scope: openid\n", "")
    spoken = SpecPlatform(
        read_spec(parse(text, "x")), connection("unitelabs"), clock=lambda: 0.0, retry=RetryPolicy()
    )
    request = next(spoken.auth.headers())
    assert isinstance(request, Request)
    assert request.body == b"grant_type=client_credentials"
