"""What the flows that pipelines run take, as it was when somebody looked: kept in a file, and held against.

Needs no Airflow and no network.
"""
