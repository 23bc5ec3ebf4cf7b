"""How a call signs in: which headers carry a credential, and which field of the connection holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from airflow_provider_flows.authoring.scaffold.operations import Operation, plain_name

_SCHEME = re.compile(r"(Bearer|Basic|Token|ApiKey|Api-Key|Key)\s+\S.*", re.IGNORECASE)
_SECRET = re.compile("auth|key|token|secret|credential|password|cookie|session|signature")
_API_KEY = "API key"
KEY = "KEY"
"""The credential of the examples."""


@dataclass(frozen=True, slots=True)
class Signing:
    """How a call signs in.

    :param fields: the connection's fields that it needs, `extra` ones with `secret`
    :param auth: the spec's `auth`, None where nothing was found
    :param headers: what the example's request has
    """

    login: str
    password: str
    extra: Mapping[str, str]
    auth: Mapping[str, Mapping[str, str]] | None
    credentials: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, operation: Operation) -> Signing:
        """Tell it from a call's headers."""
        if operation.user:
            auth = {"basic": {"login": "${conn.login}", "password": "${conn.password}"}}
            return cls("User name", "Password", {}, auth, "the user name (login) and password", {})
        templates: dict[str, str] = {}
        extra: dict[str, str] = {}
        password = ""
        for name, value in operation.headers.items():
            scheme = _SCHEME.fullmatch(value) if name.lower() == "authorization" else None
            lead = f"{scheme[1]} " if scheme else ""
            if not _SECRET.search(name.lower()):
                templates[name] = value
            elif not password:
                password = _title(name, scheme[1] if scheme else "")
                templates[name] = f"{lead}${{conn.password}}"
            else:
                field = plain_name(name) if "secret" in name.lower() else f"{plain_name(name)}_secret"
                extra[field] = name
                templates[name] = f"{lead}${{conn.{field}}}"
        fields = {"password": KEY, **dict.fromkeys(extra, KEY)}
        headers = {name: _with_keys(text, fields) for name, text in templates.items()}
        credentials = f"the {password if password == _API_KEY else password.lower()} (password)"
        return cls("", password, extra, {"header": templates} if password else None, credentials, headers)


def _title(header: str, scheme: str) -> str:
    if "key" in header.lower():
        return _API_KEY
    return "Token" if scheme.lower() in {"bearer", "token", ""} else _API_KEY


def _with_keys(text: str, fields: Mapping[str, str]) -> str:
    for name, key in fields.items():
        text = text.replace(f"${{conn.{name}}}", key)
    return text
