"""Connections from the variables of the vendors' own tools."""

from __future__ import annotations

import pytest

from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.variables import from_variables, variables

WISEBOT = {
    "WISEBOT_WORKFLOW_TRIGGER_ORIGIN": " https://hooks.example ",
    "WISEBOT_WORKFLOW_SECRET": "planted-secret",
}


def test_wisebots_variables_make_a_connection_for_its_webhook() -> None:
    """Origin and secret are all that the webhook needs."""
    assert from_variables(specs.load("wisebot").variant("webhook"), WISEBOT) == RawConnection(
        conn_id="environment",
        conn_type="wisebot",
        extra={"webhook_origin": "https://hooks.example", "webhook_secret": "planted-secret"},
    )


def test_they_do_not_make_one_for_the_dashboard() -> None:
    """Another credential signs in there, so they are not taken for it."""
    assert from_variables(specs.load("wisebot"), WISEBOT) is None


@pytest.mark.parametrize("missing", WISEBOT)
@pytest.mark.parametrize("value", [None, "", " "])
def test_half_a_connection_is_none(missing: str, value: str | None) -> None:
    """One variable that is absent or empty, and nothing is made of the other."""
    environment = {name: text for name, text in WISEBOT.items() if name != missing}
    if value is not None:
        environment[missing] = value
    assert from_variables(specs.load("wisebot").variant("webhook"), environment) is None


@pytest.mark.parametrize("platform", ["blinkops", "scade", "unitelabs", "vishwa"])
def test_a_platform_without_variables_takes_nothing_from_the_environment(platform: str) -> None:
    """No vendor but Wisebot names any."""
    assert variables(specs.load(platform)) == {}
    assert from_variables(specs.load(platform), WISEBOT) is None
