"""Signing in at the emulated platforms: tokens, keys, secrets, and what is said when they are refused."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.emulator import EmulatorConfig
from airflow_provider_flows.protocol.errors import (
    CredentialsError,
    NotFoundError,
)
from airflow_provider_flows.protocol.runs import RunState
from tests.platforms.talk import Talk


def test_wisebots_credentials_never_cross() -> None:
    """The key goes to the dashboard and the secret to the webhook, whichever header carries it."""
    for variant, extra in ((None, {}), ("webhook", {}), ("webhook", {"webhook_header": "X-Workflow-Secret"})):
        talk = Talk("wisebot", variant, extra=extra).flow()
        talk.start()
        shown = {
            "wisebot/dashboard": talk.config.wisebot_key,
            "wisebot/webhook": talk.config.wisebot_webhook_secret,
        }
        for endpoint, secret in shown.items():
            assert talk.link.core.credentials(endpoint) <= {secret}
        assert len(talk.link.core.requests) == 1
    jwt = Talk("wisebot", fields={"password": EmulatorConfig().wisebot_jwt}).flow()
    assert jwt.start().state is RunState.SUCCESS


WEBHOOK_REFUSALS = [
    ({"webhook_enabled": False}, {}, "The workflow's webhook is not enabled"),
    ({"ip_allowed": False}, {}, "IP allow or block list"),
    ({}, {"webhook_secret": EmulatorConfig().wisebot_key}, "The API key or JWT is another credential"),
]


@pytest.mark.parametrize(("behaviour", "extra", "advice"), WEBHOOK_REFUSALS)
def test_wisebots_refusals_say_what_to_do(
    behaviour: dict[str, Any], extra: dict[str, Any], advice: str
) -> None:
    """401 and 403 name the wrong one of two credentials, the webhook that is off, and the IP lists."""
    talk = Talk("wisebot", "webhook", extra=extra).flow(**behaviour)
    with pytest.raises(CredentialsError, match=advice):
        talk.start()
    assert talk.link.starts() == 0


def test_a_token_is_renewed_during_a_long_wait() -> None:
    """Before a token expires a new one is taken out, and the platform never sees an old one."""
    talk = Talk("unitelabs", config=EmulatorConfig(token_lifetime=300.0)).flow(duration=1500.0)
    run, _ = talk.through()
    assert run.state is RunState.SUCCESS
    assert talk.asked.count("token") == 6
    assert {request.status for request in talk.link.core.requests} <= {200, 201}


def test_a_revoked_token_is_replaced_once() -> None:
    """A token that is refused early is replaced, during a wait and for a start, and one run is started."""
    talk = Talk("unitelabs").flow(duration=60.0)
    talk.link.run(talk.api.sign_in())
    talk.link.core.fault("expire_tokens", operation="start")
    run = talk.start()
    talk.link.core.fault("expire_tokens", operation="status")
    assert talk.wait(run.handle).state is RunState.SUCCESS
    assert talk.asked[:5] == ["token", "start", "token", "start", "status"]
    assert talk.asked[5:7] == ["token", "status"]
    assert talk.asked.count("token") == 3
    assert talk.link.starts() == 1


def test_a_token_that_is_always_refused_is_an_error() -> None:
    """A 401 with a fresh token is not repeated for ever."""
    talk = Talk("unitelabs").flow()
    talk.link.core.fault("expire_tokens", operation="start", times=9)
    with pytest.raises(CredentialsError, match="client ID"):
        talk.start()
    assert talk.asked == ["token", "start", "token", "start"]


@pytest.mark.parametrize(
    ("platform", "fields"),
    [
        ("unitelabs", {"password": "wrong-secret"}),
        ("scade", {"password": "wrong-key"}),
        ("blinkops", {"password": "wrong-key"}),
        ("wisebot", {"password": "wrong-key"}),
        ("vishwa", {"password": "wrong-key"}),
    ],
)
def test_wrong_credentials_are_told_by_everything(platform: str, fields: dict[str, Any]) -> None:
    """Start and test both say whose credentials of which connection were refused, without showing them."""
    talk = Talk(platform, fields=fields).flow()
    with pytest.raises(CredentialsError, match=f"'{platform}_default'|BlinkOps profile|password") as caught:
        talk.start()
    assert fields["password"] not in str(caught.value)
    if platform in ("scade", "vishwa"):
        assert "the key was not tried" in talk.link.run(talk.api.test())
    else:
        with pytest.raises(CredentialsError):
            talk.link.run(talk.api.test())
    assert talk.link.starts() == 0


@pytest.mark.parametrize("platform", ["unitelabs", "blinkops", "wisebot"])
def test_a_good_connection_passes_its_test(platform: str) -> None:
    """The test says what it proved, and starts nothing."""
    talk = Talk(platform)
    assert "accepted the credentials" in talk.link.run(talk.api.test())
    assert talk.link.starts() == 0


def test_a_wrong_tenant_and_a_viewers_key_are_told() -> None:
    """Refusals beside the credentials themselves say what to check."""
    wrong = Talk("unitelabs", extra={"tenant": "other"}).flow()
    with pytest.raises(
        NotFoundError, match=r"Realm does not exist.*Check that the call that signs in exists there"
    ):
        wrong.start()
    viewer = Talk("blinkops", fields={"password": EmulatorConfig().blinkops_viewer_key}).flow()
    with pytest.raises(CredentialsError, match=r"the Viewer role cannot run workflows.*Contributor or Owner"):
        viewer.start()
    assert viewer.link.starts() == 0


@pytest.mark.parametrize(
    "host", ["http://platforms.test/{t}", "http://platforms.test/{t}/v1", "platforms.test"]
)
@pytest.mark.parametrize(
    "auth", ["", "/realms/{t}/protocol/openid-connect", "/realms/{t}/protocol/openid-connect/token"]
)
def test_unitelabs_addresses_may_be_written_in_any_form(host: str, auth: str) -> None:
    """Every form of both addresses that the vendor's page shows leads to the same calls."""
    tenant = EmulatorConfig().tenant
    extra = {"auth_url": "http://platforms.test" + auth.format(t=tenant)}
    fields = {"host": host.format(t=tenant), "schema": None if "://" in host else "http"}
    talk = Talk("unitelabs", extra=extra, fields=fields).flow()
    talk.start()
    assert [request.raw_path for request in talk.link.core.requests] == [
        f"/realms/{tenant}/protocol/openid-connect/token",
        f"/{tenant}/v1/workflows/f/runs",
    ]
