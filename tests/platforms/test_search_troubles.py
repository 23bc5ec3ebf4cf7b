"""Searches that cannot be carried out, or not at once."""

from __future__ import annotations

import pytest

from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.errors import (
    CredentialsError,
    FlowError,
    NotFoundError,
    NotSupportedError,
    UnavailableError,
)
from airflow_provider_flows.protocol.runs import RunOrder
from tests.link import DROPPED, SWALLOWED, Link
from tests.platforms.hunt import SEARCHED, Hunt


@pytest.mark.parametrize("platform", SEARCHED)
def test_a_search_is_harmless_and_repeated(platform: str) -> None:
    """It changes nothing, so that passing faults are met with patience, and it starts nothing."""
    hunt = Hunt(platform)
    quest = hunt.lose(hunt.order({"a": 1}))
    hunt.link.core.fault("status", platform=platform, operation="list", status=502)
    hunt.link.script = [DROPPED, SWALLOWED]
    assert [each.run.handle.run_id for each in hunt.link.run(hunt.api.find(quest))] == [hunt.last]
    assert hunt.link.starts() == 1
    hunt.link.core.fault("status", platform=platform, operation="list", status=502, times=5)
    with pytest.raises(UnavailableError, match="answered 502"):
        hunt.link.run(hunt.api.find(quest))


def test_a_search_that_is_refused_is_an_error() -> None:
    """Nobody can look with a wrong key, or for a flow that isn't there; that is no empty listing."""
    hunt = Hunt("unitelabs")
    quest = Quest(hunt.order({}, flow_id="nope"), 0, 1)
    with pytest.raises(NotFoundError, match="flow 'nope' exists there"):
        hunt.link.run(hunt.api.find(quest))
    stranger = hunt.link.api("blinkops", password="wrong-key-0000")
    with pytest.raises(CredentialsError, match="API key"):
        hunt.link.run(stranger.find(quest))


def test_a_listing_that_hides_runs_is_an_error() -> None:
    """A path that shows only the newest run says nothing about those that it doesn't show."""
    hunt = Hunt("unitelabs", extra={"runs_path": "/workflows/${flow}/runs?_take=1"})
    hunt.start({"a": 1})
    quest = hunt.lose(hunt.order({"a": 1}))
    hunt.start({"a": 1}, number=3)
    with pytest.raises(FlowError, match=r"UniteLabs \(connection '.*'\): the listing .* shows 1 of 3 runs"):
        hunt.link.run(hunt.api.find(quest))


@pytest.mark.parametrize("platform", ["scade", "wisebot", "vishwa"])
def test_nobody_else_can_be_searched(platform: str) -> None:
    """Where no listing is documented, the error says so, and nothing is sent."""
    link = Link()
    with pytest.raises(NotSupportedError, match="documents no way to list a flow's runs"):
        link.run(link.api(platform).find(Quest(RunOrder("f", task={"key": "k"}), 0, 1)))
    assert link.sent == []
