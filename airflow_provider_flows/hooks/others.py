"""Hooks of the platforms that have no Python of their own: `<Platform>Hook`, made from the spec.

The connection type `acme_lab` has `AcmeLabHook`. Airflow imports it by that name for the Test button.
"""

from __future__ import annotations

from functools import cache

from airflow_provider_flows.hooks import flow  # not its class: a platform may be called `flow`
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.forms import class_prefix


def __getattr__(name: str) -> type[flow.FlowHook]:
    """Return a platform's hook; raises `AttributeError` where there is no such platform."""
    if name.startswith("_") or not name.endswith("Hook"):
        raise AttributeError(name)
    return _hook(name)


@cache
def _hook(name: str) -> type[flow.FlowHook]:
    for platform in specs.names():
        if class_prefix(platform) + "Hook" == name:
            spec = specs.load(platform)
            members = {
                "__doc__": f"Starts, watches and cancels runs on {spec.title}, as {spec.document.name} says.",
                "__module__": __name__,
                "conn_type": platform,
                "default_conn_name": f"{platform}_default",
                "hook_name": spec.title,
            }
            return type(name, (flow.FlowHook,), members)
    raise AttributeError(
        f"there is no platform whose hook is called {name}; there are: {', '.join(specs.names())}"
    )
