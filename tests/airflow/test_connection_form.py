"""The connection form and the connections' answers of a real API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from airflow.providers_manager import ProvidersManager

from airflow_provider_flows.emulator import airflow_connections
from airflow_provider_flows.platforms import specs

PLATFORMS = ("unitelabs", "scade", "blinkops", "wisebot", "vishwa")
READS_FIELDS = hasattr(ProvidersManager, "_load_ui_metadata")  # Airflow 3.1 cannot be told of any


@pytest.fixture(scope="module")
def api(
    database: None,  # noqa: ARG001 - Airflow finds it by its configuration
) -> Iterator[Any]:
    """Serve Airflow's public API in this process; everybody is an administrator."""
    from airflow.api_fastapi.app import create_app
    from fastapi.testclient import TestClient

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
        with TestClient(create_app(apps="core"), base_url="http://localhost") as client:
            token = client.get("/auth/token").json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_form_shows_every_field(api: Any, platform: str) -> None:
    """The UI is told of each field with its label, kind and default, and to hide what has no use."""
    shown = {each["connection_type"]: each for each in api.get("/ui/connections/hook_meta").json()}[platform]
    spec = specs.load(platform)
    assert shown["hook_name"] == spec.title
    if not READS_FIELDS:
        assert not shown["extra_fields"]  # written as JSON there
        return
    for name, field in spec.extra.items():
        found = shown["extra_fields"][name]
        assert found["schema"]["title"] == field.title
        assert found["value"] == field.default
        assert (found["description"] or "") == field.description
        assert (found["schema"].get("format") == "password") == field.secret
    assert shown["extra_fields"].keys() == spec.extra.keys()
    for name, standard in spec.standard.items():
        found = shown["standard_fields"][name]
        assert (found["title"], found["placeholder"] or "") == (standard.title, standard.placeholder)
        assert not found["hidden"]
    assert shown["standard_fields"]["port"]["hidden"]


def test_no_answer_shows_a_secret(api: Any) -> None:
    """Neither the answer to a new connection nor the list of all shows a password or a secret extra."""
    planted = {
        "webhook_secret": "Planted-Webhook-Secret",
        "proxy": "http://user:Planted-Proxy-Secret@proxy:1",
    }
    for conn_id, connection in airflow_connections("http://127.0.0.1:9").items():
        extra = {**connection.get("extra", {}), **planted}
        body = {
            **connection,
            "connection_id": conn_id,
            "password": "Planted-Password",
            "extra": json.dumps(extra),
        }
        made = api.post("/api/v2/connections", json=body)
        assert made.status_code == 201
        assert "Planted" not in made.text
    listed = api.get("/api/v2/connections")
    assert listed.json()["total_entries"] >= len(PLATFORMS)
    assert "Planted" not in listed.text
    assert api.get("/api/v2/connections/blinkops_default").json()["password"] == "***"
