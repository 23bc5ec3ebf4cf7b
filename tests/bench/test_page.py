from __future__ import annotations

from tests.bench.context import Bars
from tests.bench.page import Circumstances, page
from tests.bench.rows import Row

WHERE = Circumstances("2026-11-22", 2, {"aiohttp": "3.14.5"}, 5, 48.4)
ROWS = [
    Row("CPU per poll", "1.30", "≤ 1.35", holds=True, notes=("bare: 125 µs",)),
    Row("stall | longest", "120 ms", "≤ 100 ms", holds=False),
]


def _page() -> str:
    return page(ROWS, {"cpu": Bars("CPU", "µs", {"flows": 1.0})}, WHERE, "law, polling")


def test_every_row_is_in_the_table() -> None:
    """A figure that was missed stands there as plainly as one that was reached."""
    text = _page()
    assert "| CPU per poll | 1.30 | ≤ 1.35 | reached |" in text
    assert "| stall \\| longest | 120 ms | ≤ 100 ms | **missed** |" in text
    assert "`bench: 1 of 2 reached`" in text


def test_notes_and_plots_are_shown() -> None:
    """Each note stands under its figure, and each plot is linked."""
    text = _page()
    assert "### CPU per poll\n\n* bare: 125 µs\n" in text
    assert "![CPU](performance-cpu.svg)" in text


def test_it_says_where_it_was_measured_and_how_to_repeat_it() -> None:
    """A reader learns the machine, the versions and the commands."""
    text = _page()
    assert (
        "Measured on 2026-11-22, on 2 processors, in 48 minutes; medians of 5 rounds. aiohttp 3.14.5." in text
    )
    assert "make bench" in text
    assert "law, polling" in text
