"""Takes secrets out of what people paste: a first spec is shown, sent around and committed."""

from __future__ import annotations

from typing import Any

from airflow_provider_flows.authoring.unfinished import FILL_IN
from airflow_provider_flows.pipelines.secret_names import is_secret_name
from airflow_provider_flows.pipelines.secret_shapes import suspicion

_SECRET_TOO = frozenset({"key", "sig", "sid", "code", "hash"})  # in the query of an address or in a body
KEY = "KEY"
"""The credential of the examples."""


def is_secret(name: str, value: str) -> bool:
    """Whether a text looks like a credential, by its name or its form."""
    is_named = is_secret_name(name) or name.lower() in _SECRET_TOO
    return is_named or suspicion((name,), value) is not None


def without_secret(name: str, value: str) -> str:
    """Return a value of an address's query, or a mark in its place: a spec can have no secret there."""
    return FILL_IN if is_secret(name, value) else value


def without_secrets(body: Any, name: str = "") -> Any:
    """Return a JSON body with `KEY` in place of what looks like a credential."""
    if isinstance(body, dict):
        return {key: without_secrets(member, key) for key, member in body.items()}
    if isinstance(body, list):
        return [without_secrets(member, name) for member in body]
    return KEY if isinstance(body, str) and body and is_secret(name, body) else body
