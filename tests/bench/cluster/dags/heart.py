"""Measures the triggerer's event loop from within, for as long as this DAG's run lasts."""

from __future__ import annotations

from airflow.sdk import DAG

from tests.bench.cluster.asleep import HeartSensor

with DAG("heart", schedule=None):
    HeartSensor(task_id="beat")
