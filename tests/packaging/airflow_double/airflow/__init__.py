"""Stands in for Apache Airflow when the demo's launcher is tested: the same commands and REST answers.

The launcher starts it as it starts Airflow (`python -m airflow <command>`), because its folder is first on
PYTHONPATH. The variable SCENARIO names a JSON file that says what its one DAG does. Shapes of answers are
those of Airflow 3.3.2.
"""
