"""Which run a sensor waits for."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from airflow_provider_flows.protocol.errors import NotSupportedError, OptionsError
from airflow_provider_flows.protocol.runs import RunHandle

if TYPE_CHECKING:
    from airflow_provider_flows.platforms.spec_platform import SpecPlatform


def target(
    run: Any, platform: SpecPlatform, flow_conn_id: str, flow_id: str, options: Mapping[str, Any] | None
) -> RunHandle:
    """Return the handle of a run that is given by its handle or its id.

    Raises `NotSupportedError` where the platform can't tell how a run stands, and another `UsageError` for
    what is no run of it; nothing is sent.
    """
    if not platform.spec.can("status"):
        raise NotSupportedError(
            f"{platform.title} documents no way to tell how a run stands, so there is nothing to wait "
            "for: start the flow with an operator, which waits for the answer itself"
        )
    handle = _handle(run, platform, flow_id, options)
    if handle.platform != platform.spec.name:
        raise OptionsError(
            f"run is on {handle.platform}, but connection {flow_conn_id!r} leads to {platform.spec.name}"
        )
    return handle


def _handle(run: Any, platform: SpecPlatform, flow_id: str, options: Mapping[str, Any] | None) -> RunHandle:
    if isinstance(run, str) and run.lstrip().startswith("{"):
        run = _untexted(run)
    if run is None or run in ("", "None"):
        raise OptionsError(
            f"run is {run!r}: there is no run to wait for. Where it comes from another task's XCom, see "
            "whether that task has that id, is upstream, and has put that key there"
        )
    if isinstance(run, str) and run.lstrip().startswith(("{", "[")):
        raise OptionsError(
            f"run is {run!r:.60}, the text of another value: a template turns what it finds into "
            'text. Take a task\'s XCom as it is, such as run=task.output["handle"]'
        )
    if isinstance(run, str | int):
        return platform.handle(str(run), flow_id, options)
    try:
        return RunHandle.from_json(run)
    except ValueError as error:
        what = "a run's id, or the handle that an operator left in XCom"
        raise OptionsError(f"run must be {what}: {error}") from error


def _untexted(text: str) -> Any:
    """Return the handle that a text stands for, in JSON or as Python writes it; else the text."""
    for read in (json.loads, ast.literal_eval):
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            return RunHandle.from_json(read(text)).to_json()
    return text
