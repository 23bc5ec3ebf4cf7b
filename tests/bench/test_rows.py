from __future__ import annotations

from tests.bench.rows import Row, last_line


def test_a_row_is_one_line_and_its_notes() -> None:
    """A row prints as its name, its value and its limit, with its notes below."""
    row = Row("stall", "80 ms", "≤ 100 ms", holds=True, notes=("bare: 60 ms",))
    assert row.lines() == ["stall: 80 ms (must be ≤ 100 ms)", "    bare: 60 ms"]


def test_a_missed_row_says_so() -> None:
    """What was not reached cannot be overlooked."""
    row = Row("stall", "120 ms", "≤ 100 ms", holds=False)
    assert row.lines() == ["stall: 120 ms (must be ≤ 100 ms): MISSED"]


def test_the_last_line_counts_what_was_reached() -> None:
    """The last line counts the rows that hold, of all."""
    rows = [Row("a", "1", "≤ 1", holds=True), Row("b", "2", "≤ 1", holds=False)]
    assert last_line(rows) == "bench: 1 of 2 reached"
