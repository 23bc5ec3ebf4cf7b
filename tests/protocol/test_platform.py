"""A platform of one's own: what it must be able to do, and what follows for the rest."""

from __future__ import annotations

import io
from typing import Any

import pytest

from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.candidates import Candidate, Quest
from airflow_provider_flows.protocol.errors import NotSupportedError
from airflow_provider_flows.protocol.listing import Page
from airflow_provider_flows.protocol.messages import FilePart, Request, Response
from airflow_provider_flows.protocol.platform import FlowPlatform
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunOrder, RunState
from airflow_provider_flows.protocol.waiting import Wait
from airflow_provider_flows.transports.driver import drive
from tests.protocol.made_up import BEGINNING, HANDLE, START, STEADY, Bare, Stage, said

FILE = FilePart(field_name="", file_name="a", size=0, content_type="text/plain", open=io.BytesIO)
QUEST = Quest(RunOrder("f"), 0.0, 1.0)
ANSWER = Response(request=START, status=200, body=b"{}")


def api(platform: FlowPlatform) -> tuple[FlowApi, Stage]:
    """Return the conversations with a platform, and a stage where every answer is a success."""
    stage = Stage(lambda request, _since: said(request, "success"))
    return FlowApi(platform=platform, clock=stage.clock, retry=STEADY), stage


def test_starting_is_the_one_thing_a_platform_must_do() -> None:
    """A platform without start is none; one with start and nothing else works as far as it goes."""
    with pytest.raises(TypeError, match="abstract"):
        FlowPlatform()  # type: ignore[abstract]  # that is the point
    spoken, stage = api(Bare())
    run = drive(spoken.start(RunOrder("f")), stage.perform)
    assert (run.handle, run.state) == (HANDLE, RunState.RUNNING)
    assert drive(spoken.result(run), stage.perform) is None
    assert drive(spoken.test(), stage.perform) == "Made-up documents no way to be tested without side effects"
    assert drive(spoken.sign_in(), stage.perform) == {"X-Key": "k"}
    assert spoken.platform.link(HANDLE) is None
    assert not spoken.platform.can_search
    assert spoken.platform.run_name(RunOrder("f")) is None
    assert spoken.platform.scrubbed("text") == "text"
    assert stage.asked_at == [0]


@pytest.mark.parametrize(
    ("wish", "said_"),
    [
        (lambda api: api.get(HANDLE), "tell how a run stands, so there is nothing to wait for"),
        (lambda api: api.wait(HANDLE, Wait(poll_interval=1, until=BEGINNING)), "nothing to wait for"),
        (lambda api: api.cancel(HANDLE), "cancel a run"),
        (lambda api: api.find(QUEST), "list a flow's runs"),
        (lambda api: api.upload(FILE), "take files"),
        (lambda api: api.describe("f"), "describe a flow"),
        (lambda api: api.start(RunOrder("f"), {"a": FILE}), "take files"),
    ],
)
def test_what_a_platform_cannot_do_is_said_before_anything_is_sent(wish: Any, said_: str) -> None:
    """An ability that a platform has not is an error that names both, and no request."""
    spoken, stage = api(Bare())
    with pytest.raises(NotSupportedError, match=f"Made-up documents no way to {said_}|{said_}"):
        drive(wish(spoken), stage.perform)
    assert stage.asked_at == []


@pytest.mark.parametrize(
    "read",
    [
        lambda platform: platform.read_status(HANDLE, ANSWER),
        lambda platform: platform.read_result(HANDLE, ANSWER),
        lambda platform: platform.read_cancel(HANDLE, ANSWER),
        lambda platform: platform.read_search(QUEST, ANSWER),
        lambda platform: platform.read_list(HANDLE, ANSWER),
        lambda platform: platform.read_upload(FILE, ANSWER),
        lambda platform: platform.read_description("f", ANSWER),
        lambda platform: platform.read_test(ANSWER),
    ],
)
def test_a_builder_without_its_reader_is_found_out(read: Any) -> None:
    """A platform that sends a request and forgets to read the answer says what is missing."""
    with pytest.raises(NotSupportedError, match="Made-up documents no way to"):
        read(Bare())


def test_a_platform_that_answers_at_once_needs_nothing_more() -> None:
    """A start may return a run that is over, with its result: then there is no further request."""

    class Immediate(Bare):
        def read_start(self, order: RunOrder, response: Response) -> Run:
            return Run(HANDLE, RunState.SUCCESS, result=[1], has_result=True)

    spoken, stage = api(Immediate())
    run = drive(spoken.start(RunOrder("f")), stage.perform)
    assert run.state.is_terminal
    assert drive(spoken.result(run), stage.perform) == [1]
    assert stage.asked_at == [0]


def test_abilities_are_added_one_by_one() -> None:
    """Each ability is a builder and a reader, and the conversation is there at once."""

    class Able(Bare):
        def result_request(self, handle: RunHandle) -> Request | None:
            return START

        def read_result(self, handle: RunHandle, response: Response) -> Any:
            return f"result: {response.text}"

        def cancel_request(self, handle: RunHandle) -> Request | None:
            return START

        def read_cancel(self, handle: RunHandle, response: Response) -> bool:
            return response.is_ok

        def search_request(self, quest: Quest, skip: int = 0) -> Request | None:
            return START

        def read_search(self, quest: Quest, response: Response) -> Page:
            told = Candidate(Run(HANDLE, RunState.RUNNING), 0.5, {}, response.text)
            return Page([told], 1)

        def run_name(self, order: RunOrder) -> str | None:
            return "failure" if order.options else "success"

        def test_request(self) -> Request | None:
            return START

        def read_test(self, response: Response) -> str:
            return "fine"

    spoken, stage = api(Able())
    assert drive(spoken.result(Run(HANDLE, RunState.SUCCESS)), stage.perform) == "result: success"
    assert drive(spoken.cancel(HANDLE), stage.perform) is True
    [found] = drive(spoken.find(QUEST), stage.perform)
    assert (found.run.handle, found.name) == (HANDLE, "success")
    named_otherwise = Quest(RunOrder("f", options={"a": 1}), 0.0, 1.0)
    assert drive(spoken.find(named_otherwise), stage.perform) == []
    assert drive(spoken.test(), stage.perform) == "fine"
    assert len(stage.asked_at) == 5
