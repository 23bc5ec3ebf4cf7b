"""Results as XCom, the journal and every database under them can hold them: JSON data, or text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.results import is_reference

# PostgreSQL's jsonb takes no NUL: https://www.postgresql.org/docs/current/datatype-json.html
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class Plain:
    """A result as data, the JSON text of that, and why it is text now if it was something else."""

    data: Any
    text: str
    oddity: str = ""

    @property
    def size(self) -> int:
        """Bytes of the JSON text, in UTF-8."""
        return len(self.text.encode())


def plain(result: Any) -> Plain:
    """Return the result itself, or a text in its place where it could not be kept as it is."""
    try:
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
        if not (oddity := _oddity(result, text)):
            return Plain(result, text)
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        oddity = f"is no JSON that Airflow keeps ({type(error).__name__}: {str(error)[:100]})"
    instead = _as_text(result)
    return Plain(instead, json.dumps(instead, ensure_ascii=False), oddity)


def _oddity(result: Any, text: str) -> str:
    from airflow.sdk.bases.xcom import BaseXCom

    text.encode()  # half a surrogate pair cannot be stored
    if _NUL.search(text):
        return "holds a NUL character, which databases refuse"
    if is_reference(result):
        return "looks like what stands for a stored result"
    BaseXCom.serialize_value(result)  # Airflow has reserved keys, and a depth of its own
    return ""


def _as_text(result: Any) -> str:
    if isinstance(result, bytes | bytearray):
        text = bytes(result).decode("utf-8", "backslashreplace")
    else:
        text = _json_text(result) or _own_text(result)
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\u0000")


def _json_text(result: Any) -> str:
    """Return what is nearest to JSON, empty for a single value, odd keys, circles and great depths."""
    with suppress(Exception):
        if isinstance(result, Mapping | list | tuple):
            return json.dumps(result, ensure_ascii=False, default=str)
    return ""


def _own_text(result: Any) -> str:
    try:
        return str(result)
    except Exception as error:  # noqa: BLE001 - anybody's method, and great depths; the run must not fail for it
        return f"(a result of type {type(result).__name__} that has no text: {type(error).__name__})"
