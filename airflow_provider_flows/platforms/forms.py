"""A platform's connection fields as data, read fast and unchecked: for forms, in every Airflow process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

SUFFIX = ".platform.yaml"
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_TEXTS = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value"}  # to YAML 1.1; JSON has none of them
_RESOLVERS = {
    first: [each for each in forms if each[0] not in _NO_TEXTS]
    for first, forms in _SAFE.yaml_implicit_resolvers.items()
}
LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = type(
    "Loader", (_SAFE,), {"yaml_implicit_resolvers": _RESOLVERS}
)
"""Reads YAML in which a date is a text, as pipelines and the check of specs read it."""


@cache
def shipped() -> tuple[str, ...]:
    """Return the names of the platforms that ship with the package."""
    found = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX)))


def class_prefix(name: str) -> str:
    """Return how the names of a platform's classes begin: `AcmeLab` for `acme_lab`."""
    return "".join(part.capitalize() for part in name.split("_"))


def form(text: str) -> dict[str, Any]:
    """Return the title, the page (empty where there is none) and the fields of a spec's text."""
    data = yaml.load(text, Loader=LOADER)  # noqa: S506 - LOADER is a safe one
    return {"title": data["title"], "docs": data.get("docs", ""), **field_data(data)}


def field_data(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the fields of a spec's connection: `standard` (host, login, password) and `extra`.

    The fields that all platforms have come last.
    """
    connection = data["connection"]
    standard = {name: connection[name] for name in ("host", "login", "password") if name in connection}
    if "password" in standard:
        standard["password"] = {"secret": True, **standard["password"]}
    common = dict(_fields("common.yaml"))
    if "status" in data:
        common |= _fields("state_fields.yaml")
    own = connection.get("extra", {})
    return {
        "standard": standard,
        "extra": {**own, **{key: value for key, value in common.items() if key not in own}},
    }


def text_of(name: str) -> str:
    """Return the text of a file that ships beside this module."""
    return (files(__package__) / name).read_text("utf-8")


@cache
def _fields(name: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.load(text_of(name), Loader=LOADER)  # noqa: S506 - LOADER is a safe one
    return loaded
