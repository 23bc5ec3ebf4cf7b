"""How runs stand, told by a listing of their flow, on the platforms that list runs."""

from __future__ import annotations

import pytest

from airflow_provider_flows.protocol.listing import Page
from airflow_provider_flows.protocol.runs import RunHandle
from tests.link import Link
from tests.platforms.hunt import RUNS, SEARCHED, Hunt


def listed(hunt: Hunt, handle: RunHandle, skip: int = 0) -> Page:
    """Return what a page of the runs of a run's flow tells."""
    request = hunt.api.platform.list_request(handle, skip)
    assert request is not None
    return hunt.api.platform.read_list(handle, hunt.link.run(hunt.api.call(request)))


@pytest.mark.parametrize("platform", SEARCHED)
@pytest.mark.parametrize("outcome", ["success", "failed", "cancelled", "never_ends"])
def test_a_listing_tells_of_a_run_what_a_question_tells(platform: str, outcome: str) -> None:
    """State, word and message are the same, and so is the handle."""
    hunt = Hunt(platform)
    hunt.flow(duration=5.0, outcome=outcome, error="the gripper lost a plate")
    handle = hunt.link.run(hunt.api.start(hunt.order({"a": 1}))).handle
    hunt.link.clock.now += 60
    [candidate] = listed(hunt, handle).candidates
    asked = hunt.link.run(hunt.api.get(handle))
    told = candidate.run
    assert (told.handle, told.state, told.raw_state) == (handle, asked.state, asked.raw_state)
    assert told.message == asked.message
    if outcome == "success":
        assert hunt.link.run(hunt.api.result(told)) == hunt.link.run(hunt.api.result(asked))


def test_a_listing_begins_with_the_newest_and_goes_on_from_there() -> None:
    """BlinkOps shows 25 runs at once; the page after that begins where the first one ended."""
    hunt = Hunt("blinkops")
    ids = []
    for number in range(30):
        ids.append(hunt.start({"n": number}))
        hunt.link.clock.now += 1
    handle = RunHandle("blinkops", "f", ids[0], {"workspace": hunt.config.blinkops_workspace})
    pages = [listed(hunt, handle, skip) for skip in (0, 25)]
    shown = [[each.run.handle.run_id for each in page.candidates] for page in pages]
    assert shown == [ids[:4:-1], ids[4::-1]]
    assert {page.total for page in pages} == {30}


@pytest.mark.parametrize("platform", ["scade", "vishwa", "wisebot"])
def test_other_platforms_list_nothing(platform: str) -> None:
    """Where no listing is documented, there is none to ask for."""
    assert Link().api(platform).platform.list_request(RunHandle(platform, "f", "r")) is None


def test_unitelabs_lists_only_where_the_connection_says_how() -> None:
    """Nobody has published a path for it, so without `runs_path` each run is asked for alone."""
    handle = RunHandle("unitelabs", "f", "r")
    assert Link().api("unitelabs").platform.list_request(handle) is None
    assert Link().api("unitelabs", extra=RUNS).platform.list_request(handle) is not None
