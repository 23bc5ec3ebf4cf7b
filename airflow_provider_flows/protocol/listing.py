"""Reading a listing of runs to its end, page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from airflow_provider_flows.protocol.candidates import Candidate
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.messages import Exchange

MOST_PAGES = 40


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing; `total` is how many runs all its pages hold, None where it isn't told."""

    candidates: list[Candidate]
    total: int | None = None


def every_page(get: Callable[[int], Exchange[Page]], subject: str) -> Exchange[list[Candidate]]:
    """Return all runs of a listing, each once. `get` is given how many runs to skip.

    Runs move while a listing is read, since others begin: one that is short of its total at the end is read
    again. Without a total a listing ends with a page that brings nothing new. Raises `FlowError` for one that
    is longer than `MOST_PAGES`, or that does not show all of its own total: a run that it doesn't show may be
    the one that is looked for.
    """
    found: dict[str, Candidate] = {}
    skipped = known_before = 0
    for _ in range(MOST_PAGES):
        page = yield from get(skipped)
        known = len(found)
        found.update((each.run.handle.run_id, each) for each in page.candidates)
        skipped += len(page.candidates)
        if len(found) == known if page.total is None else len(found) >= page.total:
            return list(found.values())
        if page.total is not None and (skipped >= page.total or not page.candidates):
            if len(found) == known_before:
                raise _incomplete(subject, f"shows {len(found)} of {page.total} runs")
            skipped, known_before = 0, len(found)
    raise _incomplete(subject, f"is longer than {MOST_PAGES} pages ({len(found)} runs)")


def _incomplete(subject: str, why: str) -> FlowError:
    return FlowError(
        f"{subject}: the listing of the flow's runs {why}, so the run that is looked for may be one that it "
        f"does not show"
    )
