"""What becomes of a run's result: XCom, the journal or object storage."""

from __future__ import annotations

import hashlib
import logging
import re
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from airflow_provider_flows.operators.plain import Plain, plain
from airflow_provider_flows.protocol.errors import FlowError, UsageError
from airflow_provider_flows.results import (
    JSON,
    TEXT,
    ResultLostError,
    ResultTooLargeError,
    place,
    shown,
    stored_result,
    unreachable,
)

INLINE = 32 * 1024  # bytes of a result in the journal; Airflow warns of values above 64 KiB
LONGEST_NAME = 100  # characters of one part of a path
# Here a file is there whole once it is closed, and there are no folders. Renaming it would need more rights.
OBJECT_STORES = frozenset(
    {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "wasb", "wasbs", "oss", "memory"}
)
_LOG = logging.getLogger(__name__)


_CAN_BE_HAD = (
    ": to get its result without running the flow again, give one of them to a FlowRunSensor, with the XCom "
    "'handle' of this task as its run, or pick the part that is needed with result_path there. Then set "
    "result_storage or max_result_bytes here as well"
)
_COMES_ONCE = (
    ", but its platform gives the result only once. Up to 32 KiB of it stand in this task's entry 'flow_run' "
    "of Airflow's task state store. Set result_storage or max_result_bytes, or pick the part that is needed "
    "with result_path, before the flow runs again: clearing the task runs it"
)


class ResultKeeper:
    """Keeps the results of one attempt where they fit.

    :param max_bytes: above this size, as JSON in UTF-8, a result does not go into XCom
    :param storage: URL of a folder for those that do not; its user is the id of an Airflow connection, as in
        `s3://aws_default@bucket/results`
    :param task: the attempt, as `task_key` tells it

    Raises `UsageError` for a URL that is none, or has a password in it, which would show up in XCom.
    """

    def __init__(self, max_bytes: int, storage: str | None, task: Mapping[str, Any]) -> None:
        self._max_bytes = max_bytes
        self._storage = _checked(storage) if storage else None
        self._task = task
        self._is_told = False

    def check(self) -> None:
        """Raise what stands in the way of storing anything, as far as that shows without writing.

        `UsageError` for what somebody has to mend, `ResultStorageError` for what may pass.
        """
        if self._storage:
            place(self._storage)

    def for_xcom(self, result: Any, *, comes_once: bool = False) -> Any:
        """Return the result, or what stands for it in XCom when it is too large; `read_result` reads both.

        What is no JSON is kept as text. Raises `ResultTooLargeError` where there is no storage, and
        `ResultStorageError` or `UsageError` when that can't be written. `comes_once` says that the platform
        gives the result only with the answer to the start.
        """
        kept = self._plain(result)
        if kept.size <= self._max_bytes:
            return kept.data
        if not self._storage:
            raise ResultTooLargeError(
                f"The result has {kept.size} bytes, more than max_result_bytes ({self._max_bytes}), and "
                "result_storage is not set. The run is over and did well"
                + (_COMES_ONCE if comes_once else _CAN_BE_HAD)
            )
        return self._stored(kept, "")

    def for_journal(self, result: Any, limit: int = INLINE) -> dict[str, Any]:
        """Return what the journal keeps: the result up to `limit` bytes, where it lies, or why it is lost."""
        try:
            kept = self._plain(result)
            if kept.size <= limit:
                return {"result": kept.data}
            if not self._storage:
                return {"lost": f"it has more than {limit} bytes, and result_storage is not set"}
            reference = self._stored(kept, ".answer")
            return {"stored": reference.pop("flow_result"), **reference}
        except FlowError as error:
            return {"lost": str(error)}
        except Exception as error:  # noqa: BLE001 - whatever fails: the run is over, and the journal must say so
            return {"lost": f"{type(error).__name__}: {shown(error)}"}

    def from_journal(self, kept: Mapping[str, Any]) -> Any:
        """Return the result that an earlier attempt kept.

        Raises `ResultLostError` when there is none, and `ResultStorageError` when it can't be read now.
        """
        if "result" in kept:
            return kept["result"]
        try:
            if "stored" in kept:
                return stored_result({**kept, "flow_result": kept["stored"]})
        except ResultLostError as error:
            raise _lost(str(error)) from error
        raise _lost(str(kept.get("lost") or "nobody says why"))

    def _plain(self, result: Any) -> Plain:
        kept = plain(result)
        if kept.oddity and not self._is_told:
            self._is_told = True
            _LOG.warning("The result %s: it is kept as text", kept.oddity)
        return kept

    def _stored(self, kept: Plain, suffix: str) -> dict[str, Any]:
        is_text = isinstance(kept.data, str)
        content = (kept.data if is_text else kept.text).encode()
        url = self._address(f"{suffix}.{'txt' if is_text else 'json'}")
        _write(url, content)
        _LOG.info("The result, %d bytes, is at %s", len(content), shown(url))
        return {"flow_result": url, "bytes": len(content), "content_type": TEXT if is_text else JSON}

    def _address(self, ending: str) -> str:
        parts = [_safe(str(self._task[name])) for name in ("dag_id", "run_id", "task_id", "map_index")]
        folder = "/".join(parts)
        slash = "" if str(self._storage).endswith("/") else "/"
        return f"{self._storage}{slash}{folder}/{self._task['try_number']}{ending}"


def _checked(storage: str) -> str:
    try:
        address = urlsplit(storage)
        has_password = address.password is not None
    except ValueError as error:
        raise UsageError(f"result_storage {shown(storage)} is no URL: {error}") from error
    if has_password or address.query or address.fragment:
        raise UsageError(
            f"result_storage {shown(storage)} has more in it than a place, and would show up in XCom: put "
            "credentials into an Airflow connection, and its id before the place, as in "
            "s3://aws_default@bucket/results"
        )
    return storage


def _safe(name: str) -> str:
    """Return a name that is one part of a path anywhere, and another one for each name."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")[:LONGEST_NAME]
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _write(url: str, data: bytes) -> None:
    """Write a file that is there whole or not at all, where the filesystem allows."""
    filesystem, path = place(url)
    try:
        if urlsplit(url).scheme in OBJECT_STORES:
            filesystem.pipe_file(path, data)
            return
        filesystem.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
        unfinished = f"{path}.{uuid.uuid4().hex}.part"
        try:
            filesystem.pipe_file(unfinished, data)
            filesystem.mv(unfinished, path)
        except BaseException:  # a task that is killed leaves no rubbish either
            with suppress(Exception):
                filesystem.rm_file(unfinished)
            raise
    except Exception as error:
        raise unreachable(url, error) from error


def _lost(why: str) -> ResultLostError:
    return ResultLostError(
        f"The run is over and did well, but its result was not kept: {why}. It came with the answer to the "
        "start, so it can't be asked for again, and the run is not started again. Look at the run on the "
        "platform; clear the task if it should run once more"
    )
