"""UniteLabs' token endpoint, which has the shape of Keycloak's."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from airflow_provider_flows.emulator.routing import Call, Refused
from airflow_provider_flows.emulator.wire import WireAnswer, json_answer
from airflow_provider_flows.emulator.world import World

_FORM = "application/x-www-form-urlencoded"
_FIELDS = frozenset({"grant_type", "scope", "client_id", "client_secret"})
_SCOPES = frozenset({"openid", "profile", "email"})


class TokenDesk:
    """Issues access tokens and knows which are still good."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.issued = 0

    def issue(self, call: Call) -> WireAnswer:
        """Answer a token request. Invented: all error texts, and every field beside the first two."""
        if call.params["tenant"] != self.world.config.tenant:
            raise Refused(404, "Realm does not exist", code="Realm does not exist")
        form = _form(call)
        self._check_client(call, form)
        if form.get("grant_type") != "client_credentials":
            raise Refused(400, "grant_type must be client_credentials", code="unsupported_grant_type")
        scopes = form.get("scope", "openid").split()
        if unknown := sorted(set(scopes) - _SCOPES):
            raise Refused(400, f"Invalid scopes: {' '.join(unknown)}", code="invalid_scope")
        lifetime = self.world.config.token_lifetime
        token = self._new_token(call.now + lifetime)
        answer = {
            "access_token": token,
            "expires_in": int(lifetime) if lifetime == int(lifetime) else lifetime,
            "token_type": "Bearer",
            "scope": " ".join(scopes),
        }
        return json_answer(200, answer, {"Cache-Control": "no-store"})

    def accepts(self, token: str, now: float) -> bool:
        """Tell whether a token was issued here and has not expired."""
        return now < self.world.tokens.get(token, 0.0)

    def _new_token(self, expires_at: float) -> str:
        """Make a token of a JWT's shape that no library would verify."""
        self.issued += 1
        parts = ({"alg": "none"}, {"exp": expires_at, "jti": self.issued})
        texts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        token = f"{'.'.join(texts)}.not-a-signature"
        self.world.tokens[token] = expires_at
        return token

    def _check_client(self, call: Call, form: Mapping[str, str]) -> None:
        basic = _basic_credentials(call)
        if basic and "client_secret" in form:
            # https://www.rfc-editor.org/rfc/rfc6749#section-2.3: one way of authentication a request
            raise Refused(400, "two ways of client authentication", code="invalid_request")
        known = (self.world.config.client_id, self.world.config.client_secret)
        given = basic or ((form.get("client_id", ""), form.get("client_secret", "")),)
        if known not in given:
            raise Refused(401, "Invalid client or Invalid client credentials", code="invalid_client")


def _form(call: Call) -> dict[str, str]:
    content_type = (call.request.header("content-type") or "").partition(";")[0].strip().lower()
    if content_type != _FORM:
        raise Refused(415, f"the content type must be {_FORM}", code="invalid_request")
    pairs = parse_qsl(call.request.body.decode("utf-8", "replace"), keep_blank_values=True)
    form = dict(pairs)
    if unknown := sorted(form.keys() - _FIELDS):
        raise Refused(400, f"unknown form fields: {', '.join(unknown)}", code="invalid_request")
    if len(form) != len(pairs):
        raise Refused(400, "duplicated parameter", code="invalid_request")
    return form


def _basic_credentials(call: Call) -> tuple[tuple[str, str], ...]:
    """Return what a Basic header can mean: as it stands, and form-decoded as RFC 6749 §2.3.1 has it."""
    scheme, _, encoded = (call.request.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return ()
    try:
        user, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return (("", ""),)
    return ((user, secret), (unquote_plus(user), unquote_plus(secret)))
