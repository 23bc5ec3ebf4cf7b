"""What to write instead of a value of the wrong type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container
from typing import Any

from airflow_provider_flows.pipelines.durations import near_duration
from airflow_provider_flows.pipelines.plain import plain

_KEY_WITHOUT_BLANK = re.compile(r"[A-Za-z_]\w*:(?![\s/])")


def mend(value: Any, types: Container[type], accepts: Callable[[str], bool]) -> str | None:
    """Return what to write instead of a value, None where nobody can tell.

    :param types: what it may be
    :param accepts: whether it may be a certain text
    """
    if value is None:
        return "give it a value, or take the key away"
    if isinstance(value, str):
        return _of_text(value, types)
    if isinstance(value, dict | list) or str not in types:
        return None
    if accepts(word := json.dumps(value)):
        return f'write "{word}"'
    return duration_mend(value, accepts)


def duration_mend(value: Any, accepts: Callable[[str], bool]) -> str | None:
    """Return how to write a duration that was meant, None where none was."""
    meant = near_duration(value)
    return f"write {meant}" if meant and accepts(meant) else None


def _of_text(value: str, types: Container[type]) -> str | None:
    if type(plain(value)) in types:
        return "take the quotes away"
    if dict in types and _KEY_WITHOUT_BLANK.match(value):
        return "a blank must follow the `:` of a key"
    return "write a list, even of one: [first, second]" if list in types else None
