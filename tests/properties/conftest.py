"""Says what it takes to play the same lives again."""

from __future__ import annotations

from tests.properties.amount import EXAMPLES, SEED


def pytest_report_header() -> str:
    """Tell the seed."""
    return f"properties: {EXAMPLES} lives from FLOWS_SEED={SEED}"
