"""A whole bench: its parts one after the other, then the page."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from importlib import import_module, metadata
from pathlib import Path
from typing import Protocol, cast

from tests.bench.context import Context
from tests.bench.page import Circumstances, page
from tests.bench.plots import draw_all, file_name
from tests.bench.rows import FIGURES, Row, last_line

# In the order in which they run: what is quick and quiet first.
PARTS = {
    "law": "tests.bench.law",
    "limit": "tests.bench.limit",
    "cost": "tests.bench.polling.cost",
    "load": "tests.bench.polling.load",
    "cluster": "tests.bench.cluster.part",
}
_ROUNDS = 5  # the least that a page may tell of
_DOCS = Path(__file__).parents[2] / "docs"
_TOLD = (
    "apache-airflow",
    "aiohttp",
    "apache-airflow-providers-http",
    "apache-airflow-providers-databricks",
    "apache-airflow-providers-dbt-cloud",
    "apache-airflow-providers-airbyte",
    "airflow-provider-fivetran-async",
)


class Part(Protocol):
    """A module that measures some of the figures."""

    def rows(self, context: Context) -> list[Row]:
        """Measure, keep raw numbers and plots in the context, and return the rows."""
        ...


def load_part(name: str) -> Part:
    """Import a part, which may import what the others don't need."""
    return cast("Part", import_module(PARTS[name]))


def run(only: Sequence[str], rounds: int, load: Callable[[str], Part] = load_part) -> int:
    """Run the parts, print their rows, and write the page of a whole bench; return the exit code."""
    began = time.monotonic()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="flows-bench-") as folder:
        Path(folder).chmod(0o755)  # nginx's worker has a user of its own
        context = Context(Path(folder), rounds)
        broken = [name for name in only or PARTS if not _part(name, load, context, rows)]
    lacks = not only and len(rows) != FIGURES
    if lacks:
        print(f"bench: a whole one has {FIGURES} figures", file=sys.stderr)
    elif not only and rounds >= _ROUNDS:
        _write(rows, context, (time.monotonic() - began) / 60)
    print(last_line(rows))
    return 1 if lacks or broken or not all(row.holds for row in rows) else 0


def _part(name: str, load: Callable[[str], Part], context: Context, rows: list[Row]) -> bool:
    """Print a part's rows and tell whether it gave them; if it breaks, the others still run."""
    inner = Context(context.folder / name, context.rounds, context.numbers, context.plots)
    inner.folder.mkdir()
    try:
        found = load(name).rows(inner)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is told, and the bench fails
        print(f"{name}: broke: {type(error).__name__}: {error}", flush=True)
        return False
    for row in found:
        print("\n".join(row.lines()), flush=True)
    rows += found
    return True


def _write(rows: Sequence[Row], context: Context, minutes: float) -> None:
    where = Circumstances(
        day=datetime.now(timezone.utc).date().isoformat(),
        processors=len(os.sched_getaffinity(0)),
        versions={name: metadata.version(name) for name in _TOLD},
        rounds=context.rounds,
        minutes=minutes,
    )
    for old in _DOCS.glob(file_name("*")):
        old.unlink()
    draw_all(context.plots, _DOCS)
    (_DOCS / "performance.md").write_text(page(rows, context.plots, where, ", ".join(PARTS)))
    numbers = json.dumps(_rounded(context.numbers), indent=1)
    (_DOCS / "performance.json").write_text(f"{numbers}\n")


def _rounded(value: object) -> object:
    """Return numbers as exact as they mean anything."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
