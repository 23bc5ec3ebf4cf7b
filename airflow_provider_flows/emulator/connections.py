"""Airflow connections that lead to an emulator."""

from __future__ import annotations

from airflow_provider_flows.emulator.config import EmulatorConfig
from airflow_provider_flows.emulator.wire import Json


def airflow_connections(url: str, config: EmulatorConfig | None = None) -> dict[str, dict[str, Json]]:
    """Return an Airflow connection for each platform, by its id, ready for JSON.

    Put each as JSON into ``AIRFLOW_CONN_<ID>`` or into ``airflow connections add --conn-json``.
    """
    config = config or EmulatorConfig()
    return {
        "unitelabs_default": {
            "conn_type": "unitelabs",
            "host": url,
            "login": config.client_id,
            "password": config.client_secret,
            "extra": {"tenant": config.tenant, "auth_url": url},
        },
        "scade_default": {"conn_type": "scade", "host": url, "password": config.scade_key},
        "blinkops_default": {
            "conn_type": "blinkops",
            "host": url,
            "password": config.blinkops_key,
            "extra": {"workspace": config.blinkops_workspace},
        },
        "wisebot_default": {
            "conn_type": "wisebot",
            "host": url,
            "password": config.wisebot_key,
            "extra": {"webhook_origin": url, "webhook_secret": config.wisebot_webhook_secret},
        },
        "vishwa_default": {"conn_type": "vishwa", "host": url, "password": config.vishwa_key},
    }
