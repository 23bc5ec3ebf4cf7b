"""What Airflow learns of the package through its entry point, read from the specs.

Airflow calls this in each of its processes, so nothing heavy is imported here.
Keys: https://airflow.apache.org/docs/apache-airflow-providers/howto/create-custom-providers.html
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
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
_CONFIG = {
    "flows": {
        "description": f"How {PACKAGE.replace('_', '-')} works.",
        "options": {
            "platforms_folder": {
                "description": (
                    "A folder with specs of your own platforms, *.platform.yaml. All parts of Airflow need "
                    "it: the API server for forms and tests of connections, the others to run flows. A "
                    "change is seen when they start anew."
                ),
                "version_added": "0.1.0",
                "type": "string",
                "example": "/opt/airflow/platforms",
                "default": None,
            },
            "load_ahead": {
                "description": (
                    "Whether scheduler and DAG processor load what a task's leg needs before they fork it."
                ),
                "version_added": "0.1.0",
                "type": "boolean",
                "example": None,
                "default": "True",
            },
        },
    }
}
log = logging.getLogger(__name__)


def provider_info() -> dict[str, Any]:
    """Return the provider's description for Airflow's providers manager.

    A platform whose spec cannot be read is left out and logged: Airflow asks while it starts, and an
    exception would break every command. Those that did not come with the package are there too.
    """
    info: dict[str, Any] = {
        "package-name": "airflow-provider-flows",
        "name": NAME,
        "description": "Runs flows on UniteLabs, Scade, BlinkOps, Wisebot, vishwa.ai and others.",
        "integrations": [{"integration-name": NAME, "tags": ["service"]}],
        "connection-types": [],
        "extra-links": [f"{PACKAGE}.links.flow.FlowRunLink"],
        "cli": [f"{PACKAGE}.cli.airflow_cli.commands"],  # from Airflow 3.2 on; 3.1 takes no notice
        "config": _CONFIG,
        **{kind: [_modules(NAME, f"{PACKAGE}.{kind}.flow")] for kind in KINDS},
    }
    for name, text in _specs():
        _add_platform(info, name, text)
    return info


def _specs() -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield every platform's name and how to read its spec."""
    from airflow_provider_flows.platforms.forms import SUFFIX, shipped, text_of

    for name in dict.fromkeys((*CLASSES, *shipped())):
        yield name, partial(text_of, name + SUFFIX)
    try:
        from airflow_provider_flows.platforms import registry

        outside = registry.found().sound
    except Exception:
        log.exception("Platforms that did not come with %s are not available", PACKAGE)
        return
    for name, each in outside.items():
        yield name, partial(str, each.text)


def _add_platform(info: dict[str, Any], name: str, text: Callable[[], str]) -> None:
    module = name if name in CLASSES else "others"
    try:
        from airflow_provider_flows.platforms.forms import class_prefix, form

        spec = form(text())
        prefix = CLASSES.get(name) or class_prefix(name)
        connection_type = _connection_type(name, f"{PACKAGE}.hooks.{module}.{prefix}Hook", spec)
        integration = {"integration-name": spec["title"], "tags": ["service"]}
        if spec["docs"]:
            integration["external-doc-url"] = spec["docs"]
    except Exception:  # Airflow calls this while it starts: an exception would break its every command
        log.exception("Connection type %r of %s is not available", name, PACKAGE)
        return
    info["integrations"].append(integration)
    info["connection-types"].append(connection_type)
    for kind in ("hooks", "operators"):
        info[kind].append(_modules(spec["title"], f"{PACKAGE}.{kind}.{module}"))


def _modules(integration: str, module: str) -> dict[str, Any]:
    return {"integration-name": integration, "python-modules": [module]}


def _connection_type(name: str, hook: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    standard: Mapping[str, Mapping[str, Any]] = spec["standard"]
    return {
        "connection-type": name,
        "hook-class-name": hook,
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
