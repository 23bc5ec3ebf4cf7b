"""What an attempt knows of itself when it decides what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_flows.journal.decide import Circumstances
from airflow_provider_flows.operators.remote import TaskRemote

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_provider_flows.operators.flow import RunFlowOperator


def circumstances(task: RunFlowOperator, context: Context, remote: TaskRemote) -> Circumstances:
    """Return what `decide` asks of the attempt that runs here."""
    ti = context["ti"]
    return Circumstances(
        attempt_id=str(getattr(ti, "id", "")),
        try_number=ti.try_number,
        max_tries=getattr(ti, "max_tries", 0),
        fingerprint=remote.fingerprint(),
        on_ambiguous_start=task.on_ambiguous_start,
        waits=task.wait_for_completion,
        can_look=remote.can_look,
        can_cancel=remote.can_cancel,
    )
