"""What Airflow learns of the package through its entry point, read from the specs.

Airflow calls this in each of its processes, so nothing heavy is imported here.
Keys: https://airflow.apache.org/docs/apache-airflow-providers/howto/create-custom-providers.html
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

PACKAGE = "airflow_provider_flows"
CLASSES = {  # connection type → the prefix of its classes
    "unitelabs": "UniteLabs",
    "scade": "Scade",
    "blinkops": "BlinkOps",
    "wisebot": "Wisebot",
    "vishwa": "Vishwa",
}
_OURS = ("title", "description", "default", "required", "secret", "placeholder", "mask", "hint")
log = logging.getLogger(__name__)


def provider_info() -> dict[str, Any]:
    """Return the provider's description for Airflow's providers manager."""
    info = {
        "package-name": "airflow-provider-flows",
        "name": "Flow platforms",
        "description": "Runs flows on UniteLabs, Scade, BlinkOps, Wisebot and vishwa.ai.",
        "integrations": [],
        "connection-types": [],
        "hooks": [],
        "operators": [],
        "sensors": [{"integration-name": "Flow platforms", "python-modules": [f"{PACKAGE}.sensors.flow"]}],
        "triggers": [{"integration-name": "Flow platforms", "python-modules": [f"{PACKAGE}.triggers.flow"]}],
        "extra-links": [f"{PACKAGE}.links.flow.FlowRunLink"],
    }
    try:
        _add_platforms(info)
    except Exception:  # Airflow calls this while it starts: an exception here would break every command
        log.exception("The connection types of %s are not available", PACKAGE)
    return info


def _add_platforms(info: dict[str, Any]) -> None:
    from airflow_provider_flows.platforms.forms import form

    for name, prefix in CLASSES.items():
        spec = form(name)
        info["connection-types"].append(_connection_type(name, prefix, spec))
        info["integrations"].append(
            {"integration-name": spec["title"], "external-doc-url": spec["docs"], "tags": ["service"]}
        )
        for kind in ("hooks", "operators"):
            module = f"{PACKAGE}.{kind}.{name}"
            info[kind].append({"integration-name": spec["title"], "python-modules": [module]})
    info["integrations"].append(
        {
            "integration-name": "Flow platforms",
            "external-doc-url": info["integrations"][0]["external-doc-url"],
            "tags": [],
        }
    )
    generic = {"integration-name": "Flow platforms"}
    info["hooks"].append({**generic, "python-modules": [f"{PACKAGE}.hooks.flow"]})
    info["operators"].append({**generic, "python-modules": [f"{PACKAGE}.operators.flow"]})


def _connection_type(name: str, prefix: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    standard: Mapping[str, Mapping[str, Any]] = spec["standard"]
    return {
        "connection-type": name,
        "hook-class-name": f"{PACKAGE}.hooks.{name}.{prefix}Hook",
        "hook-name": spec["title"],
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "port", *({"host", "login", "password"} - set(standard))],
            "relabeling": {field: data["title"] for field, data in standard.items()},
            "placeholders": {
                field: data["placeholder"] for field, data in standard.items() if "placeholder" in data
            },
        },
        "conn-fields": {field: _conn_field(data) for field, data in spec["extra"].items()},
    }


def _conn_field(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a field for Airflow's form; it may be left empty unless it is required."""
    schema = {"type": "string", **{key: value for key, value in data.items() if key not in _OURS}}
    if "default" in data:
        schema["default"] = data["default"]
    kinds = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    if not data.get("required"):
        schema["type"] = [*kinds, "null"]
    field = {"label": data["title"], "schema": schema}
    return {**field, "description": data["description"]} if "description" in data else field
