"""How a flow's runs are asked for, and what is read of the answer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.candidates import Candidate, Quest
from airflow_provider_flows.protocol.errors import (
    AnswerError,
    ConnectionFieldError,
    CredentialsError,
    FlowIdError,
    NotSupportedError,
    OptionsError,
)
from airflow_provider_flows.protocol.listing import Page
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState
from tests.link import answer
from tests.platforms.known import build, order
from tests.platforms.test_sixth_platform import sixth

RUNS = "/workflows/${flow}/runs"
EXECUTIONS = "https://app.blinkops.com/api/v1/workspace/ws-1/executions"
NAMED = "https://api.unitelabs.io/t-1/v1/runs?of=f-1&called=dag.task.1&from=50"


def quest(platform: str, flow_id: str = "f-1", **changes: Any) -> Quest:
    """Return a quest for a run that was started with `order`."""
    return Quest(order(platform, flow_id, **changes), 0.0, 1.0)


def asked(spoken: SpecPlatform, wanted: Quest, skip: int = 0) -> str:
    """Return the address at which a platform is asked for the runs."""
    request = spoken.search_request(wanted, skip)
    assert request is not None
    assert (request.purpose, request.method, request.body) == ("search", "GET", None)
    assert request.is_repeatable
    return request.url


def read(spoken: SpecPlatform, wanted: Quest, body: Any, status: int = 200) -> Page:
    """Return what a platform reads in an answer to a search."""
    request = spoken.search_request(wanted)
    assert request is not None
    return spoken.read_search(wanted, answer(request, status, body))


def test_only_two_platforms_can_be_searched() -> None:
    """BlinkOps documents a listing; UniteLabs has one if its connection says so; the others have none."""
    able = {name: build(name).can_search for name in ("unitelabs", "scade", "blinkops", "wisebot", "vishwa")}
    assert [name for name, can in able.items() if can] == ["blinkops"]
    assert build("blinkops", "sync").can_search
    assert build("unitelabs", extra={"runs_path": RUNS}).can_search
    for name in ("scade", "wisebot", "vishwa"):
        assert build(name).search_request(quest(name)) is None
    with pytest.raises(
        NotSupportedError, match=r"list a flow's runs; if .* extra runs_path of connection 'min"
    ):
        build("unitelabs").search_request(quest("unitelabs"))
    with pytest.raises(NotSupportedError, match="documents no way to make the call 'search'"):
        build("vishwa").run_name(order("vishwa"))


@pytest.mark.parametrize("flow_id", ["f-1", 'a"b', "größe & 50%"])
@pytest.mark.parametrize("skip", [0, 25])
def test_blinkops_is_asked_in_its_query_language(flow_id: str, skip: int) -> None:
    """The query is what the vendor's own tools send, whatever the flow is called."""
    url = asked(build("blinkops"), quest("blinkops", flow_id), skip)
    assert url.partition("?")[0] == EXECUTIONS
    [query] = parse_qs(urlsplit(url).query)["q"]
    assert json.loads(query) == {
        "filter": {"playbook_id": flow_id}, "sort": ["-started_at"], "limit": 25, "offset": skip,
    }  # fmt: skip


def test_the_workspace_is_that_of_the_order() -> None:
    """An option that the start had leads the search to the same place, and into the handle."""
    wanted = quest("blinkops", options={"workspace": "other"})
    spoken = build("blinkops")
    assert asked(spoken, wanted).startswith(EXECUTIONS.replace("ws-1", "other"))
    [found] = read(spoken, wanted, {"total": 1, "results": [{"id": "e-1"}]}).candidates
    assert found.run.handle == RunHandle("blinkops", "f-1", "e-1", {"workspace": "other"})
    [found] = read(build("blinkops", "sync"), wanted, {"results": [{"id": "e-1"}]}).candidates
    assert found.run.handle.variant == "sync"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        (RUNS, "https://api.unitelabs.io/t-1/v1/workflows/f-1/runs?_take=100&_skip=50"),
        ("/runs?of=${flow}&called=${options.name}&from=${page.skip}", NAMED),
        ("/runs/${flow}?all", "https://api.unitelabs.io/t-1/v1/runs/f-1?all"),
    ],
)
def test_unitelabs_is_asked_as_the_connection_says(path: str, url: str) -> None:
    """A path that brings a query of its own gets no other."""
    assert asked(build("unitelabs", extra={"runs_path": path}), quest("unitelabs"), 50) == url


@pytest.mark.parametrize(
    ("path", "said"),
    [("runs", "runs_path"), ("/runs/${run.id}", "run.id} is nothing"), ("/${", "never closed")],
)
def test_a_path_that_cannot_work_is_found_before_it_is_needed(path: str, said: str) -> None:
    """A listing has no run in its address; the error comes with the connection, not with the search."""
    with pytest.raises(ConnectionFieldError, match="connection 'mine'") as caught:
        build("unitelabs", extra={"runs_path": path})
    assert said in str(caught.value)
    with pytest.raises(ConnectionFieldError, match=r"page\.skip"):  # and a run has no pages
        build("unitelabs", extra={"status_path": "/runs/${page.skip}"})


def test_a_quest_is_checked_like_a_start() -> None:
    """A flow id and options that could not be started cannot be looked for either."""
    with pytest.raises(FlowIdError, match="flow_id"):
        build("blinkops").search_request(quest("blinkops", " "))
    with pytest.raises(OptionsError, match="'nope' is unknown"):
        build("blinkops").search_request(quest("blinkops", options={"nope": 1}))


def test_blinkops_tells_all_that_is_needed() -> None:
    """Id, flow, state, inputs, and when the start arrived: also of a run that is queued."""
    listed = {
        "id": "e-1", "playbook_id": "f-1", "state_ui": "In progress", "created_at": 1_700_000_000_500,
        "started_at": 0, "inputs": {"a": 1}, "name": "A playbook",
    }  # fmt: skip
    page = read(
        build("blinkops"), quest("blinkops"), {"limit": 25, "offset": 0, "total": 7, "results": [listed]}
    )
    handle = RunHandle("blinkops", "f-1", "e-1", {"workspace": "ws-1"})
    run = Run(handle, RunState.RUNNING, "In progress")
    assert page == Page([Candidate(run, 1_700_000_000.5, {"a": 1}, None)], 7)
    assert build("blinkops").run_name(order("blinkops")) is None


def test_unitelabs_tells_the_runs_name() -> None:
    """The name that a start gives is the option's, by default the attempt's key."""
    spoken = build("unitelabs", extra={"runs_path": RUNS})
    assert spoken.run_name(order("unitelabs")) == "dag.task.1"
    assert spoken.run_name(order("unitelabs", options={"name": "mine"})) == "mine"
    listed = {
        "id": "r-1", "name": "dag.task.1", "state_type": "COMPLETED", "workflow_id": "f-1",
        "created_at": "2023-11-14T22:13:20Z", "parameters": {"a": 1},
    }  # fmt: skip
    page = read(spoken, quest("unitelabs"), {"data": [listed], "pagination": {"totalCount": 1}})
    run = Run(RunHandle("unitelabs", "f-1", "r-1"), RunState.SUCCESS, "COMPLETED")
    assert page == Page([Candidate(run, 1_700_000_000.0, {"a": 1}, "dag.task.1")], 1)


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"id": "r-1"}]},
        {"items": [{"run_id": "r-1"}]},
        {"results": [{"id": "r-1"}]},
        [{"id": "r-1"}],
    ],
)
def test_unitelabs_runs_are_found_in_the_likely_places(body: Any) -> None:
    """What isn't told stays unknown, the run's flow being the one that was asked for."""
    page = read(build("unitelabs", extra={"runs_path": RUNS}), quest("unitelabs"), body)
    [found] = page.candidates
    assert found.run.handle == RunHandle("unitelabs", "f-1", "r-1")
    assert (found.run.state, page.total) == (RunState.UNKNOWN, None)
    assert (found.started_at, found.inputs, found.name) == (None, None, None)


@pytest.mark.parametrize(
    ("platform", "extra"),
    [("unitelabs", {"runs_path": RUNS}), ("blinkops", {})],
)
def test_one_setting_reshapes_a_listing(platform: str, extra: dict[str, str]) -> None:
    """`runs_field` finds the runs wherever they are, and gives their members the names that are expected."""
    field = (
        "found.all[].{id: uid, playbook_id: of, workflow_id: of, created_at: at, inputs: i, parameters: i}"
    )
    spoken = build(platform, extra={**extra, "runs_field": field})
    body = {"found": {"all": [{"uid": 7, "of": 8, "at": 1_700_000_000, "i": {"a": 1}}]}}
    [found] = read(spoken, quest(platform), body).candidates
    assert (found.run.handle.run_id, found.run.handle.flow_id) == ("7", "8")
    assert (found.started_at, found.inputs) == (1_700_000_000.0, {"a": 1})


@pytest.mark.parametrize("odd", [True, [1], {"a": 1}, 1.5])
def test_what_is_of_an_odd_kind_is_not_told(odd: Any) -> None:
    """A name that is no text, inputs that are no mapping and a time that is none tell no run from another."""
    spoken = build("unitelabs", extra={"runs_path": RUNS})
    inputs = "text" if isinstance(odd, dict) else odd
    listed = {"id": "r-1", "name": odd, "workflow_id": odd, "created_at": "soon", "parameters": inputs}
    [found] = read(spoken, quest("unitelabs"), {"data": [listed]}).candidates
    assert found.run.handle.flow_id == "f-1"
    assert (found.name, found.inputs, found.started_at) == (None, None, None)


@pytest.mark.parametrize("none", [[], None])
def test_a_flow_without_runs_has_an_empty_listing(none: Any) -> None:
    """Null is how some servers write an empty list; it counts only where the total says so."""
    body = {"limit": 25, "offset": 0, "total": 0, "results": none}
    assert read(build("blinkops"), quest("blinkops"), body) == Page([], 0)
    spoken = build("unitelabs", extra={"runs_path": RUNS})
    assert read(spoken, quest("unitelabs"), {"data": none, "pagination": {"totalCount": 0}}) == Page([], 0)
    assert read(spoken, quest("unitelabs"), []) == Page([], None)
    assert read(spoken, quest("unitelabs"), {"data": []}) == Page([], None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"total": 1, "executions": []}, "'results' finds no list of runs in the keys executions, total"),
        ({"total": False, "results": None}, "'results' finds no list of runs in the keys results, total"),
        ({"results": {"id": "e-1"}}, "'results' finds no list of runs"),
        ([], "'results' finds no list of runs in a list"),
        ({"results": [{"id": "e-1"}, {"uid": "e-2"}]}, "'id' finds no run id in the keys uid"),
        ({"results": ["e-1"]}, "'id' finds no run id in a str"),
        (b"<html>", "not JSON"),
    ],
)
def test_a_listing_that_cannot_be_read_is_an_error(body: Any, said: str) -> None:
    """A run without an id may be the one that is looked for, so it is never passed over."""
    with pytest.raises(AnswerError) as caught:
        read(build("blinkops"), quest("blinkops"), body)
    assert said in str(caught.value)
    assert "may have been started" not in str(caught.value)
    assert said == "not JSON" or "(extra runs_field of connection 'mine' says where else it is)" in str(
        caught.value
    )


def test_a_refused_search_says_what_to_do() -> None:
    """A key that may not list is told like any other refusal."""
    with pytest.raises(CredentialsError, match="Contributor or Owner"):
        read(build("blinkops"), quest("blinkops"), {"message": "no"}, 403)


def test_a_search_of_ones_own_platform_needs_no_more_than_an_address() -> None:
    """Without further words the answer is the list, and a run has an id at most."""
    spoken = sixth(("test: There", "search:\n  get: /flows/${flow}/runs\n  run_id: id\ntest: There"))
    wanted = quest("sixth")
    assert asked(spoken, wanted) == "https://sixth.test/v1/flows/f-1/runs"
    page = read(spoken, wanted, [{"id": "r-1", "name": "n", "inputs": {}, "started_at": 5}])
    assert page.total is None
    [found] = page.candidates
    assert (found.started_at, found.inputs, found.name) == (None, None, None)
    assert spoken.run_name(wanted.order) is None
