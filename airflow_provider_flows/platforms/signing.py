"""Builds what signs requests from a spec's `auth`: the only place where secrets are put into a request."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from airflow_provider_flows.platforms.addresses import filled_address
from airflow_provider_flows.platforms.connections import Settings
from airflow_provider_flows.platforms.documents import Document
from airflow_provider_flows.platforms.expressions import Expression, compiled, expression, filled, written
from airflow_provider_flows.platforms.fields import is_sendable
from airflow_provider_flows.platforms.refusals import Refusals
from airflow_provider_flows.protocol.auth import Auth, HeaderAuth, TokenAuth
from airflow_provider_flows.protocol.errors import ConnectionFieldError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, ask
from airflow_provider_flows.protocol.retry import RetryPolicy, insist
from airflow_provider_flows.protocol.secrecy import Scrubber

_NEEDED = {"basic": {"login", "password"}, "oauth2": {"client_id", "client_secret"}}


def build_auth(
    document: Document,
    settings: Settings,
    refusals: Refusals,
    scrubber: Scrubber,
    *,
    clock: Callable[[], float],
    retry: RetryPolicy,
) -> Auth:
    """Return how to sign in as the spec says, with the connection's secrets."""
    scrubber.add(*settings.secret_texts)
    ((kind, data),) = document.data["auth"].items()
    where = partial(document.where, "auth", kind)
    values = filled(compiled(data, where), {"conn": settings.names})
    if not values or _NEEDED.get(kind, set()) - set(values):
        raise ConnectionFieldError(f"{refusals.credentials} is missing")
    if kind in {"header", "basic"}:
        headers = _texts(values, where) if kind == "header" else _basic(values["login"], values["password"])
        scrubber.add(*headers.values(), *(each.removeprefix("Basic ") for each in headers.values()))
        return HeaderAuth(headers)
    url = filled_address(data, where, {"conn": settings.names})
    request, token = _TOKENS[kind](url, values, settings)
    scrubber.add(*(each.removeprefix("Basic ") for each in request.headers.values() if "Basic " in each))

    def send(wanted: Request) -> Exchange[Response]:
        return (yield from insist(wanted, ask, retry, clock))

    return TokenAuth(request, partial(token.read, refusals, scrubber), clock=clock, send=send)


@dataclass(frozen=True, slots=True)
class _Token:
    """Where an answer has the token, and where the seconds that it lives."""

    token: Expression
    expires_in: Expression | None

    def read(self, refusals: Refusals, scrubber: Scrubber, response: Response) -> tuple[str, float | None]:
        if not response.is_ok:
            raise refusals.of(response, "the call that signs in")
        try:
            answer = response.json()
            token = self.token(answer)
            told = self.expires_in(answer) if self.expires_in else None
            lifetime = None if told is None else float(told)
        except (ValueError, TypeError):
            raise refusals.unreadable(response, f"it holds no usable {self._sought}") from None
        if token is None:
            raise refusals.unreadable(response, f"it holds no usable {self._sought}")
        scrubber.add(str(token))
        if not isinstance(token, str) or not token or not is_sendable(token):
            raise refusals.unreadable(response, f"its {self.token.text} is no text that a header can hold")
        return token, lifetime

    @property
    def _sought(self) -> str:
        return f"{self.token.text} and {self.expires_in.text}" if self.expires_in else self.token.text


def _client_credentials(url: str, values: Mapping[str, Any], settings: Settings) -> tuple[Request, _Token]:
    """Return how to take out a token by RFC 6749 §4.4, the client named by HTTP Basic."""
    form = {"grant_type": "client_credentials"} | ({"scope": values["scope"]} if "scope" in values else {})
    headers = {
        **_basic(values["client_id"], values["client_secret"]),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    expires_in = expression("expires_in", "auth")
    token = _Token(expression("access_token", "auth"), expires_in)
    return _token_request(url, headers, urlencode(form).encode(), settings), token


def _login(url: str, values: Mapping[str, Any], settings: Settings) -> tuple[Request, _Token]:
    """Return how to take out a token by a call that is told user and password as JSON."""
    body = json.dumps(values.get("json", {}), allow_nan=False).encode()
    expires_in = expression(values["expires_in"], "auth") if "expires_in" in values else None
    token = _Token(expression(values["token"], "auth"), expires_in)
    return _token_request(url, {"Content-Type": "application/json"}, body, settings), token


def _token_request(url: str, headers: Mapping[str, str], body: bytes, settings: Settings) -> Request:
    return Request(
        purpose="token",
        method="POST",
        url=url,
        headers={"Accept": "application/json", **headers},
        body=body,
        read_timeout=float(settings.public["read_timeout"]),
        max_response_bytes=settings.public["max_response_bytes"],
        is_repeatable=True,
    )


def _texts(values: Mapping[str, Any], where: Callable[..., str]) -> dict[str, str]:
    """Return headers as texts: a field of the connection may be a number."""
    headers = {name: written(value) for name, value in values.items()}
    if (odd := next((name for name, text in headers.items() if text is None), None)) is not None:
        raise ConnectionFieldError(
            f"{where(odd)}: a header must be a text, not a {type(values[odd]).__name__}"
        )
    return {name: text for name, text in headers.items() if text is not None}


def _basic(login: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{login}:{password}'.encode()).decode()}"}


_TOKENS: Mapping[str, Callable[[str, Mapping[str, Any], Settings], tuple[Request, _Token]]] = {
    "oauth2": _client_credentials,
    "login": _login,
}
