"""Builds what signs requests from a spec's `auth`: the only place where secrets are put into a request."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from airflow_provider_flows.platforms.addresses import filled_address
from airflow_provider_flows.platforms.connections import Settings
from airflow_provider_flows.platforms.documents import Document
from airflow_provider_flows.platforms.expressions import compiled, filled
from airflow_provider_flows.platforms.fields import is_sendable
from airflow_provider_flows.platforms.refusals import Refusals
from airflow_provider_flows.protocol.auth import Auth, ClientCredentialsAuth, HeaderAuth
from airflow_provider_flows.protocol.errors import ConnectionFieldError
from airflow_provider_flows.protocol.messages import Exchange, Request, Response, ask
from airflow_provider_flows.protocol.retry import RetryPolicy, insist
from airflow_provider_flows.protocol.secrecy import Scrubber

_CLIENT = {"client_id", "client_secret"}


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
    if not values or (kind == "oauth2" and _CLIENT - set(values)):
        raise ConnectionFieldError(f"{refusals.credentials} is missing")
    if kind == "header":
        scrubber.add(*values.values())
        return HeaderAuth(values)
    url = filled_address(data, where, {"conn": settings.names})
    request = _token_request(url, values, settings, scrubber)

    def send(wanted: Request) -> Exchange[Response]:
        return (yield from insist(wanted, ask, retry, clock))

    return ClientCredentialsAuth(request, partial(_read_token, refusals, scrubber), clock=clock, send=send)


def _token_request(url: str, values: Mapping[str, Any], settings: Settings, scrubber: Scrubber) -> Request:
    basic = b64encode(f"{values['client_id']}:{values['client_secret']}".encode()).decode()
    scrubber.add(basic)
    form = {"grant_type": "client_credentials"} | ({"scope": values["scope"]} if "scope" in values else {})
    return Request(
        purpose="token",
        method="POST",
        url=url,
        headers={
            "Accept": "application/json",
            "Authorization": f"Basic {basic}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        body=urlencode(form).encode(),
        read_timeout=float(settings.public["read_timeout"]),
        max_response_bytes=settings.public["max_response_bytes"],
        is_repeatable=True,
    )


def _read_token(refusals: Refusals, scrubber: Scrubber, response: Response) -> tuple[str, float | None]:
    if not response.is_ok:
        raise refusals.of(response, "the tenant")
    try:
        answer = response.json()
        token = answer["access_token"]
        scrubber.add(token)
        lifetime = None if answer.get("expires_in") is None else float(answer["expires_in"])
    except (ValueError, TypeError, KeyError):
        raise refusals.unreadable(response, "it holds no usable access_token and expires_in") from None
    if not isinstance(token, str) or not token or not is_sendable(token):
        raise refusals.unreadable(response, "its access_token is no text that a header can hold")
    return token, lifetime
