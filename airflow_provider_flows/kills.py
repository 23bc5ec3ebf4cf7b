"""Who ended a task: a person, or Airflow for reasons of its own.

Airflow calls `on_kill` when a person marks a task or clears it, but also when a pod is moved, a scheduler or
a triggerer is started anew, the API server was away, or `execution_timeout` has passed. Only the first are a
wish to end the run, and only the task's state tells them apart.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

WISHED = frozenset({"failed", "success", "skipped", "removed", "restarting"})
PATIENCE = 3.0  # seconds; Airflow grants a worker five between asking it to end and ending it
PATIENCE_IN_TRIGGERER = 10.0  # seconds; there it grants 30, of which cancelling the run takes up to 15


def wished(ti: Any, log: Any) -> bool:
    """Tell whether a person ended this task; without an answer in time, no.

    The question goes through Airflow's one channel, whose lock the interrupted code may hold: so it is asked
    from another thread, for a limited time.
    """
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(_ask(ti))
        except Exception as error:  # noqa: BLE001 - Airflow ends this process; there is nobody to raise to
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return _judged(answers[0] if answers else f"no answer within {PATIENCE:.0f} s", log)


async def awished(ti: Any, log: Any) -> bool:
    """Do what `wished` does, in the triggerer."""
    try:
        answer = await asyncio.wait_for(asyncio.to_thread(_ask, ti), PATIENCE_IN_TRIGGERER)
    except asyncio.TimeoutError:
        answer = f"no answer within {PATIENCE_IN_TRIGGERER:.0f} s"
    except Exception as error:  # noqa: BLE001 - as above
        answer = error
    return _judged(answer, log)


def _ask(ti: Any) -> Any:
    """Return the task's state as Airflow has it now; None where it has none, as after a clear."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    states: Mapping[str, Mapping[str, Any]] = RuntimeTaskInstance.get_task_states(
        dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=ti.map_index
    )
    mapped = ti.map_index is not None and ti.map_index >= 0
    name = f"{ti.task_id}_{ti.map_index}" if mapped else ti.task_id
    return {"state": states.get(ti.run_id, {}).get(name)}


def _judged(answer: Any, log: Any) -> bool:
    if not isinstance(answer, Mapping):
        log.warning("Airflow ends this task and did not say why (%s): its run is left as it is", answer)
        return False
    state = answer["state"]
    if str(state) in WISHED:
        return True
    log.info("Airflow ends this process while the task is %s: its run is left to the next attempt", state)
    return False
