"""What the documentation says of the bench."""

from __future__ import annotations

from pathlib import Path

from tests.faults.settings import lowered_table

PAGE = Path(__file__).parents[2] / "docs/reliability.md"


def test_the_page_lists_every_lowered_threshold() -> None:
    """The settings that differ from Airflow's defaults stand in the documentation, as they are."""
    assert lowered_table() in PAGE.read_text("utf-8")
