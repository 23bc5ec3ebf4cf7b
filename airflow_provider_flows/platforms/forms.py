"""A platform's connection fields as data, read fast and unchecked: for forms, in every Airflow process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

SUFFIX = ".platform.yaml"
LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def form(name: str) -> dict[str, Any]:
    """Return a shipped platform's title, page and fields."""
    data = yaml.load(text_of(name + SUFFIX), Loader=LOADER)  # noqa: S506 - LOADER is a safe one
    return {"title": data["title"], "docs": data["docs"], **field_data(data)}


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
