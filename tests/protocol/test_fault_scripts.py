"""Properties of whole conversations under any script of faults, of the network and of the platforms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.emulator import EmulatorConfig
from airflow_provider_flows.protocol.api import FlowApi
from airflow_provider_flows.protocol.errors import FlowError, NotSentError, TransportError
from airflow_provider_flows.protocol.messages import Exchange, Response
from airflow_provider_flows.protocol.runs import Run, RunOrder
from airflow_provider_flows.protocol.waiting import Wait
from tests.link import DROPPED, REFUSED, SWALLOWED, Link

NETWORK = st.lists(st.sampled_from([None, None, REFUSED, SWALLOWED, DROPPED]), max_size=12)
PLACES = [("unitelabs", None), ("scade", None), ("blinkops", None), ("blinkops", "sync"), ("wisebot", None),
          ("wisebot", "webhook"), ("vishwa", None)]  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """One fault of a platform."""

    kind: str
    operation: str
    times: int
    details: tuple[tuple[str, Any], ...] = ()


def troubles(operations: tuple[str, ...]) -> st.SearchStrategy[list[Trouble]]:
    """Return some faults of a platform at these operations."""
    status = st.builds(
        lambda status, after, retry: (
            ("status", status),
            ("after", after),
            ("headers", {"Retry-After": retry} if retry else {}),
        ),
        st.sampled_from([401, 408, 425, 500, 502, 503, 504]),
        st.booleans(),
        st.sampled_from([None, None, "3", "Wed, 15 Nov 2023 00:00:00 GMT", "soon"]),
    )
    plain = st.sampled_from(
        ["lost", "hang", "cut", "no_run_id", "rate_limit", "not_json", "redirect", "expire_tokens"]
    )
    chosen = st.one_of(plain.map(lambda kind: (kind, ())), status.map(lambda details: ("status", details)))
    one = st.builds(
        lambda chosen, operation, times: Trouble(chosen[0], operation, times, chosen[1]),
        chosen, st.sampled_from(operations), st.integers(1, 3),
    )  # fmt: skip
    return st.lists(one, max_size=5)


def linked(
    place: tuple[str, str | None], network: list[str | None], platform: list[Trouble]
) -> tuple[Link, FlowApi]:
    """Return an emulator with these faults, and the conversations with it."""
    link = Link(EmulatorConfig(token_lifetime=50.0), script=list(network))
    name, variant = place
    link.core.flow(name, "f", duration=20.0)
    for each in platform:
        link.core.fault(
            each.kind, platform=name, operation=each.operation, times=each.times, **dict(each.details)
        )
    return link, link.api(name, variant)


def order(place: tuple[str, str | None]) -> RunOrder:
    """Return an order that the platform takes."""
    nodes = {"start_node_id": "in", "end_node_id": "out"} if place[0] == "scade" else {}
    return RunOrder("f", {"a": 1}, nodes, {"key": "k"})


def whole(
    api: FlowApi, place: tuple[str, str | None], clock: Callable[[], float]
) -> Exchange[tuple[Run, Any]]:
    """Start, wait, fetch the result: one conversation out of three."""
    run = yield from api.start(order(place))
    if not run.state.is_terminal:
        run = yield from api.wait(run.handle, Wait(poll_interval=5, until=clock() + 120, jitter=lambda: 0.5))
    return run, (yield from api.result(run))


def outcome(perform: Callable[[Exchange[Any]], Any], exchange: Exchange[Any]) -> tuple[str, Any]:
    """Return what a conversation returned, or the kind and text of its error."""
    try:
        return "fine", perform(exchange)
    except FlowError as error:
        return type(error).__name__, str(error)


@settings(max_examples=250)
@given(place=st.sampled_from(PLACES), network=NETWORK, platform=troubles(("start", "token")))
def test_no_script_of_faults_starts_two_runs(
    place: tuple[str, str | None], network: list[str | None], platform: list[Trouble]
) -> None:
    """A start is sent again only after it never left or was turned away, so that it runs once at most."""
    link, api = linked(place, network, platform)
    outcome(link.run, api.start(order(place)))
    told = [came for request, came in zip(link.sent, link.told, strict=True) if request.purpose == "start"]
    assert [came for came in told[:-1] if not _turned_away(came)] == []
    # only a platform that turns a start away and runs it all the same can make it two
    liars = [
        each
        for each in link.core.requests
        if each.operation == "start" and each.run_id and each.status >= 400
    ]
    assert link.starts() <= 1 + len(liars)


def _turned_away(came: Response | TransportError) -> bool:
    if isinstance(came, TransportError):
        return isinstance(came, NotSentError)
    return came.status in (401, 429) or (came.status == 503 and "retry-after" in came.headers)


@settings(max_examples=100)
@given(
    place=st.sampled_from(PLACES),
    network=NETWORK,
    platform=troubles(("start", "status", "result", "token")),
)
def test_worker_and_triggerer_hold_the_same_conversation(
    place: tuple[str, str | None], network: list[str | None], platform: list[Trouble]
) -> None:
    """The same faults lead to the same requests at the same times and the same outcome in both colours."""
    logs = []
    for colour in ("run", "arun"):
        link, api = linked(place, network, platform)
        said = outcome(getattr(link, colour), whole(api, place, link.clock))
        logs.append((said, link.log(), link.slept, link.sent, link.clock()))
    assert logs[0] == logs[1]


@settings(max_examples=150)
@given(
    place=st.sampled_from(PLACES),
    network=NETWORK,
    platform=troubles(("start", "status", "result", "token")),
)
def test_no_conversation_shows_a_secret(
    place: tuple[str, str | None], network: list[str | None], platform: list[Trouble]
) -> None:
    """However a conversation ends, no error, request, run, handle or event shows a credential."""
    link, api = linked(place, network, platform)
    config = link.config
    kind, said = outcome(link.run, whole(api, place, link.clock))
    shown = (
        f"{kind} {said!r} {said} {link.sent!r} {[str(each) for each in link.sent]} {api!r} {api.platform!r}"
    )
    shown += repr(getattr(api.platform, "settings", None))
    if kind == "fine":
        shown += f"{said[0].to_event()} {said[0].handle.to_json()}"
    secrets = [
        config.client_secret, config.scade_key, config.blinkops_key, config.wisebot_key, config.vishwa_key,
        config.wisebot_webhook_secret, *link.core.credentials(f"{place[0]}/token"),
        *link.core.credentials("unitelabs/start"),
    ]  # fmt: skip
    assert [secret for secret in secrets if secret in shown] == []


@pytest.mark.parametrize("place", PLACES)
def test_without_faults_there_is_one_run_and_a_result(place: tuple[str, str | None]) -> None:
    """The scripts above are about something: with an empty one the conversation succeeds in both colours."""
    for colour in ("run", "arun"):
        link, api = linked(place, [], [])
        said, (run, result) = outcome(getattr(link, colour), whole(api, place, link.clock))
        assert (said, run.state.value, link.starts()) == ("fine", "success", 1)
        assert result is not None
