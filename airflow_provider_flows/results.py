"""Results that are too large for XCom: what stands for them there, and how a task reads them.

The operator's `result_storage` says where they go, `max_result_bytes` from which size on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from airflow_provider_flows.protocol.errors import FlowError, UsageError

JSON, TEXT = "application/json", "text/plain"
_KEYS = {"flow_result", "bytes", "content_type"}


class ResultStorageError(FlowError):
    """The object storage could not be reached, or would not serve: that may pass."""


class ResultTooLargeError(UsageError):
    """The result is larger than `max_result_bytes`, and there is no `result_storage`."""


class ResultLostError(UsageError):
    """The result is nowhere any more; only another run of the flow would bring one."""


def read_result(value: Any) -> Any:
    """Return the result that an operator's XCom stands for: the value itself, unless it is a reference.

    For tasks downstream of an operator that has `result_storage`:

        @task
        def count(result):
            return len(read_result(result)["rows"])

        count(run_flow.output)

    Raises `ResultLostError` when it isn't there any more, `ResultStorageError` when it can't be read now, and
    `UsageError` when Airflow lacks what the storage needs.
    """
    return stored_result(value) if is_reference(value) else value


def is_reference(value: Any) -> bool:
    """Tell whether a value has the shape of what stands for a result elsewhere."""
    return isinstance(value, Mapping) and value.keys() == _KEYS


def stored_result(reference: Mapping[str, Any]) -> Any:
    """Return the result that a reference names; raises as `read_result` does."""
    url, size = str(reference.get("flow_result")), reference.get("bytes")
    data = _read(url)
    if len(data) != size:
        raise ResultLostError(f"The result at {shown(url)} has {len(data)} bytes, but {size} were written")
    try:
        text = data.decode()
        return text if reference.get("content_type") == TEXT else json.loads(text)
    except ValueError as error:
        raise ResultLostError(f"What lies at {shown(url)} is no result of a flow: {error}") from error


def place(url: str) -> tuple[Any, str]:
    """Return the filesystem that a URL names, and the path on it; the user in it is an Airflow connection.

    Raises `UsageError` when Airflow lacks what it takes, and `ResultStorageError` when it can't sign in.
    """
    from airflow.sdk import ObjectStoragePath  # it brings fsspec, which only such a result needs

    try:
        path = ObjectStoragePath(url)
        filesystem = path.fs
    except (ImportError, LookupError, TypeError, ValueError) as error:
        raise UsageError(
            f"Results cannot be kept at {shown(url)}: {shown(error)}. Check the URL in result_storage, the "
            "Airflow connection in it, and that the provider for this kind of storage is installed"
        ) from error
    except Exception as error:
        raise unreachable(url, error) from error
    return filesystem, path.path


def unreachable(url: str, error: Exception) -> ResultStorageError:
    """Return the error for a storage that does not serve, without its secrets."""
    return ResultStorageError(f"No result at {shown(url)}: {type(error).__name__}: {shown(error)}")


def shown(text: object) -> str:
    """Return a text with URLs in it as people may read it: without passwords and without queries."""
    return re.sub(r"(://)[^/@\s]*:[^/@\s]*@|([?#])[^\s'\")]*", r"\1\2***", str(text))


def _read(url: str) -> bytes:
    filesystem, path = place(url)
    try:
        return bytes(filesystem.cat_file(path))
    except FileNotFoundError as error:
        raise ResultLostError(f"The result is not at {shown(url)} any more") from error
    except Exception as error:
        raise unreachable(url, error) from error
