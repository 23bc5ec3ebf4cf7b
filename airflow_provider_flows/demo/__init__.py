"""Runs every example DAG in a real Airflow against the emulator, from one command and without an account.

`python -m airflow_provider_flows.demo run` is what `make demo` calls, `... demo up` is `make up`, and the
containers of `docker/` start their parts with the same module. Airflow runs in processes of its own; this one
speaks to it through its REST API and never imports it.
"""
