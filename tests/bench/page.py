"""Writes `docs/performance.md`: every figure with its limit, the plots, and how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.context import Bars, Curves
from tests.bench.plots import file_name
from tests.bench.rows import Row, last_line


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and when it was measured.

    :param day: the date, in UTC
    :param processors: how many the machine has
    :param versions: of Airflow, aiohttp and the peers, by name
    :param rounds: how often each measurement was repeated
    :param minutes: how long the whole bench took
    """

    day: str
    processors: int
    versions: Mapping[str, str]
    rounds: int
    minutes: float


BAR = "\\|"  # within a cell of a table
_HEAD = """\
# Performance

This page is written by `make bench`, and every number on it was measured in one run. The raw numbers are in
[performance.json](performance.json).
"""
_REPEAT = """\
## Repeat it

```console
apt-get install nginx-light   # or nginx, from your system's packages
make bench                    # under an hour; ends 0 only if every figure is reached
make bench ONLY=cost          # one part alone: {parts}; does not write this page
```

Peers, plots and Airflow are installed into a virtual environment of the bench's own, `.venv-performance`. Use
an idle machine with two processors or more: the ratios bear a busy one, the stalls don't.

* Each measurement is a process of its own. The sides take turns, and medians over the rounds count. "Times
  bare" is the median of each round's own ratio, since a machine that others use too may be half as fast in
  one minute as in another; ours and bare aiohttp, one right after the other, have twice as many rounds.
* "CPU per poll" is the user and system time of the whole process over a few seconds, over the requests that
  the server counted meanwhile, after everything was opened. No side writes log lines below warnings.
* "Bare aiohttp" gets, parses and compares on one shared session, and does nothing else.
* Polling is measured without the connection's limit on requests a second, and at a fixed interval, so that it
  is the poll that is measured. The defaults ask at most 20 times a second, and each run less and less often.
* dbt Cloud's trigger always speaks TLS; for the plain figure it was made to speak plain HTTP, which favours
  it.
"""


def page(rows: Sequence[Row], plots: Mapping[str, Bars | Curves], where: Circumstances, parts: str) -> str:
    """Return the whole page as Markdown."""
    return "\n".join(
        (
            _HEAD,
            _circumstances(where),
            *_table(rows),
            "",
            *_notes(rows),
            *_plots(plots),
            _REPEAT.format(parts=parts),
        )
    )


def _circumstances(where: Circumstances) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in where.versions.items())
    return (
        f"Measured on {where.day}, on {where.processors} processors, in {where.minutes:.0f} minutes; medians "
        f"of {where.rounds} rounds. {versions}.\n"
    )


def _table(rows: Sequence[Row]) -> list[str]:
    lines = ["| figure | measured | must be | |", "| --- | --- | --- | --- |"]
    for row in rows:
        cells = row.name, row.measured, row.must, "reached" if row.holds else "**missed**"
        lines.append(f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |")
    return [*lines, "", f"`{last_line(rows)}`"]


def _notes(rows: Sequence[Row]) -> list[str]:
    lines = ["## Beside the figures", ""]
    for row in rows:
        if row.notes:
            lines += [
                f"### {row.name[0].upper()}{row.name[1:]}",
                "",
                *(f"* {note}" for note in row.notes),
                "",
            ]
    return lines


def _plots(plots: Mapping[str, Bars | Curves]) -> list[str]:
    lines = ["## Plots", ""]
    for name, plot in plots.items():
        lines += [f"![{plot.title}]({file_name(name)})", ""]
    return lines
