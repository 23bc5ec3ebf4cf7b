from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _direct(direct: None) -> None:
    """Let nothing of this machine stand between a test and its server."""
