# Written by `airflow flows sync` from other_airflow.flow.yaml, which is what to edit. (airflow dag)
from airflow_provider_flows.dags import load_dag

dag = load_dag("other_airflow.flow.yaml")
