"""What an Airflow connection says, checked against the fields that a platform's spec declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from airflow_provider_flows.platforms.fields import Field, checked
from airflow_provider_flows.protocol.errors import ConnectionFieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class RawConnection:
    """An Airflow connection's fields as they were stored, without Airflow."""

    conn_id: str
    conn_type: str
    host: str | None = None
    port: int | None = None
    schema: str | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A connection's checked values.

    `public` may stand in any request; `secret` only where signing in needs it.
    """

    conn_id: str
    public: Mapping[str, Any]
    secret: Mapping[str, Any] = field(repr=False)

    @property
    def names(self) -> dict[str, Any]:
        """All values by name, the secret ones too: for signing in only."""
        return {**self.public, **self.secret}

    @property
    def secret_texts(self) -> list[str]:
        """Every text that nobody may read, a password inside an address too."""
        texts = [str(value) for value in self.secret.values() if value is not None]
        passwords = [urlsplit(text).password for text in texts if "://" in text and "@" in text]
        return texts + [form for password in passwords if password for form in (password, unquote(password))]


def read_connection(
    raw: RawConnection, standard: Mapping[str, Field], extra: Mapping[str, Field]
) -> Settings:
    """Return the connection's values; extras that no field has are ignored.

    Raises `ConnectionFieldError` naming all that is missing or malformed.
    """
    fields = {**standard, **extra}
    given = {
        **raw.extra,
        "host": _address(raw),
        "login": raw.login,
        "password": raw.password,
    }
    values = checked(fields, given, ConnectionFieldError, strict=False)
    for name, each in fields.items():
        if values[name] is None:
            values[name] = each.default
    return Settings(
        conn_id=raw.conn_id,
        public={name: values[name] for name, each in fields.items() if not each.secret},
        secret={name: values[name] for name, each in fields.items() if each.secret},
    )


def _address(raw: RawConnection) -> str | None:
    """Return the host field as an address, https unless another scheme is given; None when it is empty."""
    if raw.schema and raw.schema.lower() not in {"http", "https"}:
        raise ConnectionFieldError(f"schema must be https or http, not {raw.schema!r}")
    text = (raw.host or "").strip()
    if not text:
        return None
    address = text if "://" in text else f"{(raw.schema or 'https').lower()}://{text}"
    scheme, _, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    if raw.port and ":" not in place.rpartition("]")[2]:
        place = f"{place}:{raw.port}"
    return f"{scheme}://{place}{slash}{path}"
