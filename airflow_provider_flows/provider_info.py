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
NAME = "Flow platforms"
KINDS = ("hooks", "operators", "sensors", "triggers")
_OURS = ("title", "description", "default", "required", "secret", "placeholder", "mask", "hint", "variable")
log = logging.getLogger(__name__)


def provider_info() -> dict[str, Any]:
    """Return the provider's description for Airflow's providers manager.

    A platform whose spec cannot be read is left out and logged: Airflow asks while it starts, and an
    exception would break every command.
    """
    info: dict[str, Any] = {
        "package-name": "airflow-provider-flows",
        "name": NAME,
        "description": "Runs flows on UniteLabs, Scade, BlinkOps, Wisebot and vishwa.ai.",
        "integrations": [{"integration-name": NAME, "tags": ["service"]}],
        "connection-types": [],
        "extra-links": [f"{PACKAGE}.links.flow.FlowRunLink"],
        "cli": [f"{PACKAGE}.cli.airflow_cli.commands"],  # from Airflow 3.2 on; 3.1 takes no notice
        **{kind: [_modules(NAME, f"{PACKAGE}.{kind}.flow")] for kind in KINDS},
    }
    for name, prefix in CLASSES.items():
        _add_platform(info, name, prefix)
    return info


def _add_platform(info: dict[str, Any], name: str, prefix: str) -> None:
    try:
        from airflow_provider_flows.platforms.forms import form

        spec = form(name)
        title, page = spec["title"], spec["docs"]
        connection_type = _connection_type(name, prefix, spec)
    except Exception:  # Airflow calls this while it starts: an exception would break its every command
        log.exception("Connection type %r of %s is not available", name, PACKAGE)
        return
    info["integrations"].append({"integration-name": title, "external-doc-url": page, "tags": ["service"]})
    info["connection-types"].append(connection_type)
    for kind in ("hooks", "operators"):
        info[kind].append(_modules(title, f"{PACKAGE}.{kind}.{name}"))


def _modules(integration: str, module: str) -> dict[str, Any]:
    return {"integration-name": integration, "python-modules": [module]}


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
