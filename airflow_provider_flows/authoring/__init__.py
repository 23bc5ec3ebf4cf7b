"""Platform specs as people write them: what is wrong in one, and whether it keeps its own examples.

Needs no Airflow and no network.
"""
