"""A connection for requests that are only shown: its secrets are hidden, and what it lacks is made up."""

from __future__ import annotations

import re
from typing import Any

from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.fields import Field
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.protocol.secrecy import HIDDEN

_OF_CONNECTION = re.compile(r"\$\{conn\.(\w+)\}")


def showable(spec: PlatformSpec, raw: RawConnection | None) -> RawConnection:
    """Return a connection without its secrets that has all that a start needs.

    :param raw: the connection, None where there is none
    """
    raw = raw or RawConnection(conn_id=f"{spec.name}_default", conn_type=spec.name)
    needed = {name for name, each in {**spec.standard, **spec.extra}.items() if each.required}
    needed |= {field for each in spec.options.values() if each.required for field in _speaks_of(each.default)}

    def shown(name: str, given: Any) -> Any:
        field = {**spec.standard, **spec.extra}.get(name)
        if field is None:
            return None
        if given in (None, ""):
            return _made_up(field) if name in needed and field.default is None else None
        return _hidden(field) if field.secret else given

    extra = {name: value for name in spec.extra if (value := shown(name, raw.extra.get(name))) is not None}
    return RawConnection(
        conn_id=raw.conn_id,
        conn_type=raw.conn_type,
        host=shown("host", raw.host),
        port=raw.port,
        schema=raw.schema,
        login=shown("login", raw.login),
        password=shown("password", raw.password),
        extra=extra,
    )


def _speaks_of(default: Any) -> list[str]:
    """Return the fields of the connection that an option's default takes."""
    return _OF_CONNECTION.findall(default) if isinstance(default, str) else []


def _made_up(field: Field) -> str | None:
    word = field.name.upper()
    examples = (field.placeholder, word, f"https://{word.lower().replace('_', '-')}.example")
    return (
        _hidden(field) if field.secret else next((each for each in examples if _is_right(field, each)), None)
    )


def _hidden(field: Field) -> str | None:
    """Return stars, None where the field takes none: then it is a secret of the way there, like a proxy's."""
    return HIDDEN if _is_right(field, HIDDEN) else None


def _is_right(field: Field, text: str) -> bool:
    return bool(text) and not field.problems(text)
