"""A folder with a platform of somebody's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.outside import SIXTH, platforms_in


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """Give a folder with a sixth platform, which counts for the length of the test."""
    (tmp_path / "sixth.platform.yaml").write_text(SIXTH, "utf-8")
    with platforms_in(tmp_path):
        yield tmp_path
