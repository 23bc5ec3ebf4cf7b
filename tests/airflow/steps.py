"""Steps of pipelines for tests, as a checked file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.pipelines.model import Step

QUICK: Mapping[str, Any] = {"poll_interval": 0.1, "defer_after": 0.0, "retry_delay": 0.0, "deferrable": False}


def step(name: str, run: str = "blinkops/probe", **fields: Any) -> Step:
    """Return a step that asks often and waits on the worker."""
    target, _, flow = run.partition("/")
    platform, _, variant = target.partition(".")
    settings = {**QUICK, **fields.pop("settings", {})}
    return Step(
        name=name,
        platform=platform,
        variant=variant or None,
        flow=flow,
        connection=fields.pop("connection", f"{platform}_default"),
        settings=settings,
        **fields,
    )
