"""Answers that say no: whose fault it is, what was said, and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_provider_flows.platforms.specs import names
from airflow_provider_flows.protocol.errors import (
    CredentialsError,
    NotFoundError,
    RedirectError,
    RefusedError,
    ResponseError,
    UnavailableError,
)
from airflow_provider_flows.protocol.messages import Response
from tests.link import answer
from tests.platforms.known import SECRETS, WEBHOOK_SECRET, build, handle, order


def refused(
    platform: str,
    status: int,
    body: Any = b"",
    *,
    variant: str | None = None,
    headers: dict[str, str] | None = None,
) -> ResponseError:
    """Return the error that a platform makes of an answer to a start."""
    spoken = build(platform, variant)
    response = answer(spoken.start_request(order(platform)), status, body, headers)
    with pytest.raises(ResponseError) as caught:
        spoken.read_start(order(platform), response)
    assert caught.value.response is response
    return caught.value


KINDS = {
    **dict.fromkeys((401, 403), CredentialsError),
    404: NotFoundError,
    **dict.fromkeys((408, 425, 429, 500, 501, 502, 503, 504, 599), UnavailableError),
    **dict.fromkeys((400, 402, 405, 409, 410, 413, 415, 422, 451), RefusedError),
    **dict.fromkeys((301, 302, 303, 304, 307, 308), RedirectError),
}


@pytest.mark.parametrize("status", KINDS)
@pytest.mark.parametrize("platform", names())
def test_each_status_is_its_kind_of_error(platform: str, status: int) -> None:
    """The kind of error follows from the status on every platform, and its text tells the whole story."""
    error = refused(platform, status, {"message": "says the platform"})
    assert type(error) is KINDS[status]
    assert str(error).startswith(f"{build(platform).title} (connection 'mine'): POST https://")
    assert f"was answered {status}" in str(error)
    if not 300 <= status < 400:
        assert "says the platform" in str(error)


CREDENTIALS = [
    ("unitelabs", None, 401, "Check the client ID (login) and client secret (password) of connection 'mine'"),
    ("unitelabs", None, 403, "check the rights of the client ID (login) and client secret (password)"),
    ("scade", None, 401, "Check the server key (password) of connection 'mine'"),
    ("blinkops", None, 401, "wrong or has expired; make a new one on the key page"),
    ("blinkops", "sync", 403, "needs the role Contributor or Owner in this workspace"),
    ("vishwa", None, 401, "Check the API key (password) of connection 'mine'"),
    ("wisebot", None, 401, 'The webhook secret is another credential: it works only with variant="webhook"'),
    ("wisebot", None, 403, "IP allow or block list"),
    ("wisebot", "webhook", 401, "The API key or JWT is another credential"),
    ("wisebot", "webhook", 403, "webhook is not enabled, or its IP allow or block list"),
]


@pytest.mark.parametrize(("platform", "variant", "status", "advice"), CREDENTIALS)
def test_refused_credentials_are_named(platform: str, variant: str | None, status: int, advice: str) -> None:
    """The error says which of the connection's fields was refused, and what to do about it."""
    error = refused(platform, status, variant=variant)
    assert isinstance(error, CredentialsError)
    assert advice in str(error)


def test_a_missing_flow_is_named() -> None:
    """A 404 names the flow and the connection whose address may be wrong."""
    text = str(refused("scade", 404, {"detail": "no such flow"}))
    assert "was answered 404: no such flow. Check that flow 'f-1' exists there" in text
    assert "the address in connection 'mine'" in text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "m", "error": "e"}, "m"),
        ({"Message": "M"}, "M"),
        ({"error": "invalid", "error_description": "d"}, "d"),
        ({"error": {"message": "inner"}}, "inner"),
        ({"error": "e"}, "e"),
        ({"detail": [{"loc": ["body"], "msg": "x"}]}, '[{"loc": ["body"], "msg": "x"}]'),
        ({"details": "dd"}, "dd"),
        ({"code": 7}, '{"code": 7}'),
        ([], "[]"),
        ("plain", '"plain"'),
        (b"<html>\n  <b>Bad</b>\r\n</html>", "<html> <b>Bad</b> </html>"),
        (b"\xff\x00", "\ufffd\x00"),
        (b"", "(empty)"),
        ({"message": ""}, '{"message": ""}'),
    ],
)
def test_the_platforms_own_words_are_found(body: Any, said: str) -> None:
    """The reason is taken from where APIs put it, else the body is shown as one line."""
    assert f"was answered 422: {said}. The platform found" in str(refused("scade", 422, body))


@pytest.mark.parametrize("body", [{"message": "x" * 5000}, b"y" * 5000, {"k" * 5000: 1}])
def test_a_long_answer_is_cut_short(body: Any) -> None:
    """However much the platform says, the error stays readable."""
    text = str(refused("scade", 400, body))
    assert "…" in text
    assert len(text) < 900


@pytest.mark.parametrize("is_json", [True, False])
def test_no_cut_leaves_a_piece_of_a_secret(is_json: bool) -> None:
    """A secret that the platform repeats is hidden before the text is cut, wherever the cut falls."""
    secret = "Zq8Wv5KtRr9"
    spoken = build("blinkops", password=secret)
    request = spoken.start_request(order("blinkops"))
    for padding in range(470, 505):
        said = "x" * padding + secret + "y" * 100
        body = {"message": said} if is_json else said.encode()
        with pytest.raises(RefusedError) as caught:
            spoken.read_start(order("blinkops"), answer(request, 400, body))
        assert "xxx" in str(caught.value)
        assert "Zq" not in str(caught.value)


def test_a_secret_is_hidden_however_it_is_spelled() -> None:
    """A secret with quotes and slashes is hidden in JSON and in addresses too."""
    secret = 'a"b\\c/d e+f'
    spoken = build("scade", password=secret)
    request = spoken.start_request(order("scade"))
    for said in (
        json.dumps({"k": secret}).encode(),
        {"message": f"?key={secret}"},
        b"/a%22b%5Cc%2Fd%20e%2Bf",
    ):
        with pytest.raises(RefusedError) as caught:
            spoken.read_start(order("scade"), answer(request, 400, said))
        assert "***" in str(caught.value)
        for piece in ("b\\c", "d e+f", "%5Cc", "c/d"):
            assert piece not in str(caught.value)


@pytest.mark.parametrize("platform", names())
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_no_error_shows_a_credential(platform: str, status: int) -> None:
    """A platform that echoes its credentials does not get them into our errors."""
    spoken = build(platform)
    echo = answer(
        spoken.start_request(order(platform)), status, {"message": f"key {SECRETS[platform]} is odd"}
    )
    with pytest.raises(ResponseError) as caught:
        spoken.read_start(order(platform), echo)
    assert SECRETS[platform] not in str(caught.value) + repr(caught.value) + repr(caught.value.response)
    assert WEBHOOK_SECRET not in str(caught.value)


def redirected(location: str | None) -> str:
    """Return what is said about a redirect of a start to this place."""
    headers = {} if location is None else {"location": location}
    error = refused("scade", 307, headers=headers)
    assert isinstance(error, RedirectError)
    return str(error)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://new.scade.test/api/v1/scade/flow/f-1/execute", "https://new.scade.test"),
        ("https://new.scade.test/base/api/v1/scade/flow/f-1/execute?x=1", "https://new.scade.test/base"),
        ("/moved/api/v1/scade/flow/f-1/execute", "https://api.scade.pro/moved"),
        ("//cdn.test/api/v1/scade/flow/f-1/execute", "https://cdn.test"),
        ("https://sso.test/login?token=t0ps3cret#x", "https://sso.test/login"),
        ("https://user:pw0rd@sso.test/login", "https://sso.test/login"),
    ],
)
def test_a_redirect_names_the_address_for_the_connection(location: str, told: str) -> None:
    """A redirect is not followed; what to put into the connection is named, without anything secret."""
    text = redirected(location)
    assert "a redirect, which is never followed with credentials" in text
    assert f"If {told} is the platform's true address, put that into connection 'mine'." in text
    assert "t0ps3cret" not in text
    assert "pw0rd" not in text


@pytest.mark.parametrize("location", [None, "", "mailto:me", "https://[bad", "ftp://x/y"])
def test_a_redirect_to_nowhere_is_told(location: str | None) -> None:
    """A redirect without a usable address asks to check the connection's."""
    assert "It names no address; check the one in connection 'mine'." in redirected(location)


def test_a_refused_status_names_the_run() -> None:
    """What is refused after the start is the run, and no doubt about a start is raised."""
    spoken, run = build("vishwa"), handle("vishwa")
    request = spoken.status_request(run)
    assert request is not None
    with pytest.raises(UnavailableError, match="platform's or a proxy's; try again later") as caught:
        spoken.read_status(run, Response(request=request, status=502))
    assert "may have been started" not in str(caught.value)
