"""Makes the database."""

from __future__ import annotations


def initdb() -> None:
    """Do nothing: there is no database."""
