"""What to write instead of a value of the wrong type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Mapping
from types import MappingProxyType
from typing import Any

from airflow_provider_flows.pipelines.durations import near_duration
from airflow_provider_flows.pipelines.plain import plain
from airflow_provider_flows.pipelines.secret_shapes import suspicion
from airflow_provider_flows.schemas import Path

_RUN = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)?/[\w.-]{1,60}")
_EXAMPLES: Mapping[str | int, tuple[str, str]] = MappingProxyType(
    {
        "params": ("param", "host: web-1"),
        "steps": ("step", "read: {run: wisebot/wf-9}"),
        "templates": ("template", "slow: {timeout: 4h}"),
        "with": ("input", "host: web-1"),
        "options": ("option", "name: value"),
        "files": ("file", "image: /data/image.png"),
    }
)
_KEY_WITHOUT_BLANK = re.compile(r"[A-Za-z_]\w*:(?![\s/])")


def mend(path: Path, value: Any, types: Container[type], accepts: Callable[[str], bool]) -> str | None:
    """Return what to write instead of a value, None where nobody can tell.

    :param path: where it stands
    :param types: what it may be
    :param accepts: whether it may be a certain text
    """
    if value is None:
        return "give it a value, or take the key away"
    if isinstance(value, str):
        return _of_text(path, value, types)
    if isinstance(value, dict | list):
        return _of_collection(path, value, types)
    if str not in types or path[:1] == ("schedule",):  # no number in quotes is a schedule
        return None
    if accepts(word := json.dumps(value)):
        return f'write "{word}"'
    return duration_mend(value, accepts)


def duration_mend(value: Any, accepts: Callable[[str], bool]) -> str | None:
    """Return how to write a duration that was meant, None where none was."""
    meant = near_duration(value)
    return f"write {meant}" if meant and accepts(meant) else None


def _of_text(path: Path, value: str, types: Container[type]) -> str | None:
    if type(plain(value)) in types:
        return "take the quotes away"
    if dict in types and _KEY_WITHOUT_BLANK.match(value):
        return "a blank must follow the `:` of a key"
    if _is_step(path) and _RUN.fullmatch(value) and not suspicion(path, value):
        return f"write {{run: {value}}}"
    return "write a list, even of one: [first, second]" if list in types else None


def _of_collection(path: Path, value: dict[str, Any] | list[Any], types: Container[type]) -> str | None:
    """Return how to turn a list into the mapping that is needed, or the other way round."""
    if isinstance(value, dict):
        return "write a list, even of one: [{notifier: …}]" if path[-1] == "on_failure" else None
    if dict not in types:
        return None
    if _is_step(path):
        return "write its keys without dashes: {run: wisebot/wf-9}"
    kind, example = _EXAMPLES.get(path[-1], ("", ""))
    return f"write each {kind} under its name: `{example}`" if kind else None


def _is_step(path: Path) -> bool:
    return len(path) == 2 and path[0] == "steps"
