"""Values as YAML on one line: plain where that is safe, else as JSON, which YAML takes too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z/][\w ./@()-]*[\w.)/]|[A-Za-z/]")
_TAKEN = re.compile(r"(?i)true|false|null|yes|no|on|off|y|n")


def scalar(value: Any) -> str:
    """Return a value as it stands behind a key."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and not _TAKEN.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def flow_mapping(members: Mapping[str, Any]) -> str:
    """Return a mapping in braces."""
    return "{" + ", ".join(f"{_key(name)}: {_inner(value)}" for name, value in members.items()) + "}"


def _inner(value: Any) -> str:
    if isinstance(value, dict):
        return flow_mapping(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_inner, value)) + "]"
    return (
        scalar(value)
        if not (isinstance(value, str) and "," in value)
        else json.dumps(value, ensure_ascii=False)
    )


def _key(name: str) -> str:
    return (
        name
        if re.fullmatch(r"[A-Za-z][\w-]*", name) and not _TAKEN.fullmatch(name)
        else json.dumps(name, ensure_ascii=False)
    )
