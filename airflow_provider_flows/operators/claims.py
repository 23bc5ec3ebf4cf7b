"""Which runs other tasks hold, so that no search takes one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import Context


def claimed_runs(context: Context, log: Any) -> list[str]:
    """Return the ids of the runs that the tasks of this DAG run have put into XCom, this one too.

    Tasks of other DAG runs cannot be asked: inputs, time and `correlation_input` tell their runs apart.
    """
    try:
        # without map_indexes it gives the values of all mapped ones, in a list
        values = context["ti"].xcom_pull(task_ids=list(context["dag"].task_dict), key="run_id")
        return [value for value in values or () if isinstance(value, str)]
    except Exception as error:  # noqa: BLE001 - then a search has less to go by, and several candidates fail it
        log.warning("Which runs other tasks hold could not be asked: %s", error)
        return []
