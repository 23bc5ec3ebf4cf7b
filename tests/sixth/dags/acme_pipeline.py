"""Loads the pipeline; written by `airflow flows sync`."""

from airflow_provider_flows.dags import load_dag

dag = load_dag("acme_pipeline.flow.yaml")
