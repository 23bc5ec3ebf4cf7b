"""The equal terms: what is the same for our operators and for the peers'."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

SHARE = float(os.environ.get("FLOWS_BENCH_SHARE", "1"))
"""Of all tasks; a smaller one tries this part out, and proves nothing."""
ROUNDS = 2  # of the runs by each operator: five would take half as long as the whole bench may
FEW_ROUNDS = 3  # of the few waits, likewise
RUN_SECONDS = 10.0  # of each run
RUNS = int(400 * SHARE)  # of each operator
WAITS = int(200 * SHARE)  # of each sensor
MANY = int(5_000 * SHARE)  # runs watched by sensors that no worker has started
THROUGH_WORKERS = int(1_000 * SHARE)  # runs watched by sensors that workers have started
SILENT = "silent"  # the connection of the many: their runs return nothing, as triggers that sleep do
MANY_SECONDS = 60.0  # for how long each of the many goes on once it was asked for
POLL_SECONDS = 1.0  # between two questions, which is our default
RETRIES: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=5)}
WORKERS = 8  # tasks at once
EMULATORS = 2  # processes; the runs are spread over them
FLOW = "bench"
ANSWER_SECONDS = 0.02  # that each answer on a watched run takes, so that two questions at once would meet
AT_ONCE: dict[str, Any] = {"max_active_tasks": 10_000, "default_args": RETRIES}
"""What every DAG says of its tasks."""
