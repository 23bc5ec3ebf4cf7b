"""The Test button of the connection form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airflow_provider_flows.emulator import EmulatorConfig, FlowEmulator
from airflow_provider_flows.protocol.errors import ConnectionFieldError
from tests.support.colours import Sync
from tests.support.servers import WireServer, answering
from tests.support.ways import HOOKS, ONCE, WAYS

Put = Callable[..., str]
CONFIG = EmulatorConfig()
VISHWA = next(way for way in WAYS if way.platform == "vishwa")


@pytest.mark.parametrize("platform", HOOKS)
def test_the_test_button_tells_what_it_proved(
    emulator: FlowEmulator, put_connection: Put, platform: str
) -> None:
    """The Test button succeeds with right credentials, and says so where it could not try them."""
    conn_id = put_connection("tested", emulator.url, platform=platform)
    done, text = HOOKS[platform](conn_id, retry=ONCE).test_connection()
    assert done
    tried = platform not in {"scade", "vishwa"}
    assert ("accepted the credentials" if tried else "was not tried") in text
    assert bool(emulator.requests) == tried


@pytest.mark.parametrize("platform", ["unitelabs", "blinkops", "wisebot"])
def test_the_test_button_refuses_wrong_credentials(
    emulator: FlowEmulator, put_connection: Put, platform: str
) -> None:
    """The Test button fails with a text for people when the credentials are refused."""
    conn_id = put_connection("tested", emulator.url, platform=platform, password="planted-secret")
    done, text = HOOKS[platform](conn_id, retry=ONCE).test_connection()
    assert not done
    assert "password" in text
    assert "planted-secret" not in text


def test_the_test_button_fails_without_a_platform(put_connection: Put) -> None:
    """The Test button says that nobody is there."""
    with WireServer(answering()) as gone:
        url = gone.url
    conn_id = put_connection("gone", url, platform="blinkops")
    done, text = HOOKS["blinkops"](conn_id, retry=ONCE).test_connection()
    assert not done
    assert "Nothing arrived there" in text


def test_a_wisebot_connection_may_serve_the_webhook_alone(
    colour: Sync, emulator: FlowEmulator, put_connection: Put
) -> None:
    """With the webhook's fields only, the variant works, and the Test button says what it knows."""
    conn_id = put_connection("hook_only", emulator.url, platform="wisebot", host=None, password=None)
    webhook = WAYS[5]
    webhook.add_flow(emulator)
    assert colour.call(webhook.hook(conn_id), "start_run", "quick", {}, variant="webhook").state.is_terminal
    done, text = webhook.hook(conn_id).test_connection()
    assert (done, "its secret was not tried" in text) == (True, True)
    with pytest.raises(ConnectionFieldError, match=r"host .*password"):
        colour.call(webhook.hook(conn_id), "start_run", "quick")
