"""UniteLabs: prepare a plate, read several, and wait for a long flow without holding a worker."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag

from airflow_provider_flows.operators.unitelabs import UniteLabsRunFlowOperator


@dag(schedule=None, catchup=False, tags=["flows", "unitelabs"], default_args={"deferrable": True})
def flows_unitelabs() -> None:
    """### Flows on UniteLabs.

    * `prepare_plate` hands JSON inputs to a flow and gives its run a name of its own.
    * `read_plate` is mapped: one run for each plate, all at the same time.
    * `calibrate` takes 15 seconds; like the others it waits in the triggerer.

    The connection is `unitelabs_default`, as long as no `flow_conn_id` names another.
    """
    prepare_plate = UniteLabsRunFlowOperator(
        task_id="prepare_plate",
        flow_id="plate-prep",
        inputs={"plate_id": "P-1", "samples": ["A1", "A2", "B1"]},
        name="Plate P-1 of {{ run_id }}",
        timeout=timedelta(minutes=30),
    )
    read_plate = UniteLabsRunFlowOperator.partial(
        task_id="read_plate", flow_id="plate-readout", result_path="absorbance"
    ).expand(inputs=[{"plate_id": "P-1"}, {"plate_id": "P-2"}])
    UniteLabsRunFlowOperator(task_id="calibrate", flow_id="slow", inputs={"instrument": "reader-1"})

    prepare_plate >> read_plate


flows_unitelabs()
