"""A database session that keeps nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class _Session:
    def execute(self, statement: object) -> None:
        pass

    def add(self, row: object) -> None:
        pass


@contextlib.contextmanager
def create_session() -> Iterator[_Session]:
    """Open a session."""
    yield _Session()
