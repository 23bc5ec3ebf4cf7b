# Written by `airflow flows sync` from alert_triage.flow.yaml, which is what to edit. (airflow dag)
from airflow_provider_flows.dags import load_dag

dag = load_dag("alert_triage.flow.yaml")
