"""Listings that are read to their end, whatever happens to them meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.protocol.candidates import Candidate
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.listing import MOST_PAGES, Page, every_page
from airflow_provider_flows.protocol.messages import Exchange
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from airflow_provider_flows.transports.driver import drive


def runs(ids: Iterable[object]) -> list[Candidate]:
    """Return one run for each id."""
    handles = [RunHandle("made_up", "f", str(each)) for each in ids]
    return [Candidate(Run(handle, RunState.RUNNING), None, None) for handle in handles]


def read(page: Callable[[int], Page]) -> tuple[list[str], list[int]]:
    """Read a listing; return the ids of its runs, and how many were skipped for each page."""
    asked = []

    def get(skip: int) -> Exchange[Page]:
        asked.append(skip)
        yield from ()
        return page(skip)

    found = drive(every_page(get, "Made-up"), lambda _: None)
    return [each.run.handle.run_id for each in found], asked


def paged(count: int, size: int, *, told: bool = True) -> Callable[[int], Page]:
    """Return a listing of so many runs with a page of that size, its total told or not."""
    return lambda skip: Page(runs(range(count)[skip : skip + size]), count if told else None)


@given(count=st.integers(0, 60), size=st.integers(2, 30), told=st.booleans())
def test_a_listing_is_read_whole(count: int, size: int, *, told: bool) -> None:
    """Every run is returned once, in the listing's order, and with a total no page is asked for in vain."""
    ids, asked = read(paged(count, size, told=told))
    assert ids == [str(number) for number in range(count)]
    pages = max(1, -(-count // size))
    assert len(asked) == (pages if told else -(-count // size) + 1)


def test_a_listing_that_knows_no_pages_is_asked_twice_at_most() -> None:
    """Without a total, a page that brings nothing new is the end."""
    assert read(lambda _: Page(runs("abc"))) == (["a", "b", "c"], [0, 3])


def test_runs_that_begin_meanwhile_hide_no_other() -> None:
    """New runs push the others towards the end; what was missed is read again."""
    ids = list("dcba")
    pages = 0

    def get(skip: int) -> Page:
        nonlocal pages
        pages += 1
        if pages == 2:
            ids.insert(0, "e")
        return Page(runs(ids[skip : skip + 2]), len(ids))

    found, asked = read(get)
    assert sorted(found) == list("abcde")
    assert asked == [0, 2, 4, 0]


def test_a_run_that_moves_to_the_front_is_not_missed() -> None:
    """A queued run that begins between two pages jumps over the reader, and is read in the next round."""
    orders = iter(["abcd", "dabc", "dabc", "dabc"])
    found, asked = read(lambda skip: Page(runs(next(orders)[skip : skip + 2]), 4))
    assert sorted(found) == list("abcd")
    assert asked == [0, 2, 0]


def test_runs_that_vanish_meanwhile_do_no_harm() -> None:
    """A history that drops its oldest runs is short of nothing that it still tells of."""
    totals = iter([5, 4, 4])
    found, _ = read(lambda skip: Page(runs("abcd"[skip : skip + 2]), next(totals)))
    assert found == list("abcd")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (lambda _: Page(runs("ab"), 5), "shows 2 of 5 runs"),
        (lambda skip: Page(runs("abc"[skip:]), 5), "shows 3 of 5 runs"),
        (lambda _: Page([], 1), "shows 0 of 1 runs"),
        (paged(10 * MOST_PAGES, 5), f"is longer than {MOST_PAGES} pages ({5 * MOST_PAGES} runs)"),
        (paged(10 * MOST_PAGES, 5, told=False), f"is longer than {MOST_PAGES} pages"),
    ],
)
def test_a_listing_that_hides_runs_is_no_answer(page: Callable[[int], Page], said: str) -> None:
    """What is not shown may be the run that is looked for, so nothing is concluded from the rest."""
    with pytest.raises(FlowError) as caught:
        read(page)
    assert f"Made-up: the listing of the flow's runs {said}" in str(caught.value)
    assert "may be one that it does not show" in str(caught.value)
