"""Files that a flow takes, from a local path or any object storage."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from airflow_provider_flows.protocol.errors import InputsError
from airflow_provider_flows.protocol.messages import FilePart


def file_parts(files: Mapping[str, Any] | None) -> dict[str, FilePart]:
    """Return the files by input, unopened; raises `InputsError` naming each that is not there.

    A text with `://` in it is the address of an `ObjectStoragePath`.
    """
    if not isinstance(files, Mapping | None):
        raise InputsError(f"files must be a mapping of inputs to paths, not {type(files).__name__}")
    problems: list[str] = []
    found = {name: _looked_up(name, path, problems) for name, path in (files or {}).items()}
    if problems:
        raise InputsError("; ".join(problems))
    return {name: part for name, part in found.items() if part}


def _looked_up(name: str, path: Any, problems: list[str]) -> FilePart | None:
    try:
        return _part(path)
    except (OSError, TypeError, ValueError, ImportError, AttributeError) as error:
        problems.append(f"files.{name}: {str(path)!r} cannot be read: {error}")
        return None


def _part(path: Any) -> FilePart:
    found: Any = path
    if isinstance(path, str):
        found = _object_storage(path) if "://" in path else Path(path)
    if found.is_dir():
        raise IsADirectoryError("it is a folder")
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return FilePart(
        field_name="",
        file_name=found.name,
        size=found.stat().st_size,
        content_type=kind,
        open=partial(found.open, "rb"),
    )


def _object_storage(address: str) -> Any:
    from airflow.sdk import ObjectStoragePath  # it brings fsspec, which only such a file needs

    return ObjectStoragePath(address)
