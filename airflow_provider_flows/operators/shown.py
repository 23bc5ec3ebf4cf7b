"""What Airflow's pages may show of an operator's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk.log import mask_secret

from airflow_provider_flows.platforms.options import secret_parts, without_secrets
from airflow_provider_flows.protocol.secrecy import HIDDEN

if TYPE_CHECKING:
    from airflow_provider_flows.hooks.flow import FlowHook


def shown_options(hook: FlowHook, variant: str | None, options: Any) -> Any:
    """Return a copy of the options without their secret parts, and hide those in the task's log."""
    if not isinstance(options, Mapping):
        return HIDDEN
    try:
        fields = hook.platform(variant).spec.options
    except Exception:  # noqa: BLE001 - `execute` meets the same fault and tells of it; until then hide all
        return dict.fromkeys(options, HIDDEN)
    for secret in secret_parts(fields, options):
        mask_secret(secret)
    return without_secrets(fields, options)
