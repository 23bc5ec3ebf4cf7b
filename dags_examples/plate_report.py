# Written by `airflow flows sync` from plate_report.flow.yaml, which is what to edit. (airflow dag)
from airflow_provider_flows.dags import load_dag

dag = load_dag("plate_report.flow.yaml")
