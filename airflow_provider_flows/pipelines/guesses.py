"""Ends a message about a name that nobody knows with the one that was meant."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_provider_flows.pipelines.near import did_you_mean


def guessed(message: str, name: str, known: Iterable[str]) -> str:
    """Return the message, with "Did you mean …?" where a known name is near."""
    guess = did_you_mean(name, known)
    return f"{message}.{guess}" if guess else message
