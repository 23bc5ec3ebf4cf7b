"""Flow ids of every kind, sent as they are meant."""

from __future__ import annotations

import pytest

from tests.platforms.known import build, order

ODD_IDS = {
    "a/b": "a%2Fb",
    "a b": "a%20b",
    "größe": "gr%C3%B6%C3%9Fe",
    "50%": "50%25",
    "a?b#c&d=e+f": "a%3Fb%23c%26d%3De%2Bf",
    "...": "...",
    "${conn.password}": "%24%7Bconn.password%7D",
    "日本": "%E6%97%A5%E6%9C%AC",
}
STARTS = [
    ("unitelabs", None, "/workflows/{}/runs"),
    ("scade", None, "/scade/flow/{}/execute"),
    ("blinkops", None, "/playbooks/{}/execute"),
    ("blinkops", "sync", "/playbooks/{}/execute?run_sync=true&timeout=60"),
    ("wisebot", None, "/api/v1/flow/{}"),
    ("wisebot", "webhook", "?workflowId={}"),
    ("vishwa", None, "/v1/workflow/{}/start-run"),
]


@pytest.mark.parametrize("flow_id", ODD_IDS)
@pytest.mark.parametrize(("platform", "variant", "path"), STARTS)
def test_an_odd_flow_id_is_sent_as_meant(platform: str, variant: str | None, path: str, flow_id: str) -> None:
    """Every character of a flow's id reaches the platform as itself, inside one part of the address."""
    request = build(platform, variant).start_request(order(platform, flow_id))
    assert request.url.endswith(path.format(ODD_IDS[flow_id]))
