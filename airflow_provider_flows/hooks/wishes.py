"""What is asked of a platform, as the values that the protocol takes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

from airflow_provider_flows import seen
from airflow_provider_flows.protocol.runs import Run, RunOrder


def order_of(
    flow_id: str,
    inputs: Mapping[str, Any] | None,
    options: Mapping[str, Any] | None,
    task: Mapping[str, Any] | None,
) -> RunOrder:
    """Return what is to be started; a caller without a task gets a key of its own."""
    return RunOrder(
        flow_id,
        {} if inputs is None else inputs,
        {} if options is None else options,
        task or {"key": f"by-hand-{uuid.uuid4()}"},
    )


class Reporter:
    """Logs how a run stands, and tells Airflow's statistics how long it took.

    A class and not a closure: it takes less room, and thousands of runs are waited for at once.

    :param log: where to
    :param since: when the run began, in seconds since the epoch, by default now
    """

    __slots__ = ("_began", "_log")

    def __init__(self, log: Any, since: float | None = None) -> None:
        self._log = log
        self._began = time.time() if since is None else since

    def __call__(self, run: Run) -> None:
        """Report a run."""
        word = f" ({run.raw_state})" if run.raw_state else ""
        self._log.info("%s is %s%s", run.handle, run.state.value, word)
        if run.message and not run.state.is_terminal:
            self._log.warning("%s: %s", run.handle, run.message)
        seen.end(run, self._began)
