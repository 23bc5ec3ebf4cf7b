"""Commands for people and CI: `airflow-flows …`, and the same as `airflow flows …`.

Airflow imports the table with each of its own commands, so nothing here imports more than it needs.
"""
