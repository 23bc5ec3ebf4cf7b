"""What an Airflow connection says, checked against the fields that a platform's spec declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """A connection's checked values. `public` may stand in any request; `secret` only where signing in needs it."""

    conn_id: str
    public: Mapping[str, Any]
    secret: Mapping[str, Any] = field(repr=False)
    unknown: tuple[str, ...] = ()  # extras that no field has; they are ignored

    @property
    def names(self) -> dict[str, Any]:
        """All values by name, the secret ones too: for signing in only."""
        return {**self.public, **self.secret}


def read_connection(
    raw: RawConnection, title: str, standard: Mapping[str, Field], extra: Mapping[str, Field]
) -> Settings:
    """Return the connection's values; raises `ConnectionFieldError` naming all that is missing or malformed."""

    def fail(text: str) -> ConnectionFieldError:
        return ConnectionFieldError(
            f"connection {raw.conn_id!r} ({title}): {text}. Mend it in Airflow's connections."
        )

    fields = {**standard, **extra}
    given = {
        "host": _address(raw, standard.get("host"), fail),
        "login": raw.login,
        "password": raw.password,
        **{name: value for name, value in raw.extra.items() if name not in {"host", "login", "password"}},
    }
    values = checked(fields, given, fail, strict=False)
    for name, each in fields.items():
        if values[name] is None:
            values[name] = each.default
        if each.secret and isinstance(values[name], str) and _is_unsendable(values[name]):
            raise fail(
                f"{name} ({each.title}) begins or ends with a space, or holds a line break or another odd character"
            )
    return Settings(
        conn_id=raw.conn_id,
        public={name: values[name] for name, each in fields.items() if not each.secret},
        secret={name: values[name] for name, each in fields.items() if each.secret},
        unknown=tuple(sorted(set(raw.extra) - set(fields))),
    )


def _address(raw: RawConnection, host: Field | None, fail: Any) -> str | None:
    """Return the host field as an address: https unless another scheme is given; the spec's own when empty."""
    if raw.schema and raw.schema.lower() not in {"http", "https"}:
        raise fail(f"schema must be https or http, not {raw.schema!r}")
    text = (raw.host or "").strip() or (host.default if host else None)
    if not text:
        return None
    address = text if "://" in text else f"{(raw.schema or 'https').lower()}://{text}"
    scheme, rest = address.split("://", 1)
    place, slash, path = rest.partition("/")
    if raw.port and raw.host and ":" not in place.rpartition("]")[2]:
        place = f"{place}:{raw.port}"
    return f"{scheme}://{place}{slash}{path}"


def _is_unsendable(secret: str) -> bool:
    return secret != secret.strip() or not secret.isprintable() or not secret.isascii()
