"""How a call signs in: which headers carry a credential, and which field of the connection holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from airflow_provider_flows.authoring.scaffold.operations import Operation, is_hole, plain_name, sample
from airflow_provider_flows.authoring.scaffold.redaction import KEY
from airflow_provider_flows.pipelines.secret_shapes import suspicion

_SCHEME = re.compile(r"(Bearer|Basic|Token|ApiKey|Api-Key|Key)\s+\S.*", re.IGNORECASE)
_SECRET = re.compile("auth|key|token|secret|credential|password|cookie|session|signature")
_CLIENT = "the client id (login) and client secret (password)"
_HOLE_FIELD = "${{conn.{name}}}"
_API_KEY = "API key"


@dataclass(frozen=True, slots=True)
class Signing:
    """How a call signs in.

    :param login: the title of the field `login`, empty where none is needed; `password` alike
    :param extra: the secret fields beside these, by name: the header that each fills
    :param plain: the fields that are no secrets, by name: the header that each fills
    :param auth: the spec's `auth`, None where nothing was found
    :param headers: what the example's request has
    """

    login: str
    password: str
    extra: Mapping[str, str]
    plain: Mapping[str, str]
    auth: Mapping[str, Mapping[str, str]] | None
    credentials: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, operation: Operation) -> Signing:
        """Tell it from a call's headers."""
        if operation.token_url:
            return cls("Client id", "Client secret", {}, {}, {"oauth2": _oauth2(operation)}, _CLIENT, {})
        if operation.user:
            auth = {"basic": {"login": "${conn.login}", "password": "${conn.password}"}}
            return cls("User name", "Password", {}, {}, auth, "the user name (login) and password", {})
        templates: dict[str, str] = {}
        extra: dict[str, str] = {}
        plain: dict[str, str] = {}
        password = ""
        for name, value in operation.headers.items():
            scheme = _SCHEME.fullmatch(value) if name.lower() == "authorization" else None
            lead = f"{scheme[1]} " if scheme else ""
            is_known = _SECRET.search(name.lower()) or suspicion((name,), value) is not None
            if not is_known and is_hole(value):
                plain[plain_name(name)] = name
                templates[name] = _HOLE_FIELD.format(name=plain_name(name))
            elif not is_known:
                templates[name] = value.replace("${", "$${")
            elif not password:
                password = _title(name, scheme[1] if scheme else "")
                templates[name] = f"{lead}${{conn.password}}"
            else:
                field = plain_name(name) if "secret" in name.lower() else f"{plain_name(name)}_secret"
                extra[field] = name
                templates[name] = f"{lead}${{conn.{field}}}"
        fields = {"password": KEY, **dict.fromkeys(extra, KEY), **{name: sample(name) for name in plain}}
        headers = {name: _with_keys(text, fields) for name, text in templates.items()}
        credentials = f"the {password if password == _API_KEY else password.lower()} (password)"
        return cls(
            "", password, extra, plain, {"header": templates} if password else None, credentials, headers
        )


def _oauth2(operation: Operation) -> dict[str, str]:
    """Return how client credentials get a token, at the platform's own host unless it says another one."""
    parts = urlsplit(operation.token_url)
    url = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "${conn.host}"
    members = {"client_id": "${conn.login}", "client_secret": "${conn.password}"}
    return {"url": url, "path": f"/{parts.path.lstrip('/')}", **members}


def _title(header: str, scheme: str) -> str:
    if "key" in header.lower():
        return _API_KEY
    return "Token" if scheme.lower() in {"bearer", "token", ""} else _API_KEY


def _with_keys(text: str, fields: Mapping[str, str]) -> str:
    for name, key in fields.items():
        text = text.replace(f"${{conn.{name}}}", key)
    return text
