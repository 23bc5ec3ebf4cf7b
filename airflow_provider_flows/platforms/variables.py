"""Connections from the environment variables that the vendors' own tools take, as the specs name them."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.specs import PlatformSpec


def variables(spec: PlatformSpec) -> dict[str, str]:
    """Return the variables that fill fields of a platform's connection, by field."""
    fields = {**spec.standard, **spec.extra}
    return {name: each.variable for name, each in fields.items() if each.variable}


def from_variables(spec: PlatformSpec, environment: Mapping[str, str]) -> RawConnection | None:
    """Return the connection that the vendor's variables make.

    None where one of them is missing: half a connection is better looked for elsewhere.
    """
    names = variables(spec)
    given = {field: environment.get(name, "").strip() for field, name in names.items()}
    required = {name for name, each in {**spec.standard, **spec.extra}.items() if each.required}
    if not given or not all(given.values()) or required - given.keys():
        return None
    return RawConnection(
        conn_id="environment",
        conn_type=spec.name,
        host=given.pop("host", None),
        login=given.pop("login", None),
        password=given.pop("password", None),
        extra=given,
    )
