"""Makes the metadata database and the connections in it: `python -m airflow_provider_flows.demo.database`.

A process of its own, because it imports Airflow; one for both, because that import takes seconds. The
connections come as JSON in the variable `DEMO_CONNECTIONS`: connection id -> Airflow's JSON form.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

CONNECTIONS_VARIABLE = "DEMO_CONNECTIONS"


def prepare(connections: Mapping[str, Mapping[str, Any]]) -> None:
    """Create the database that Airflow's settings name, and add or replace the connections."""
    from airflow.models.connection import Connection
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    initdb()
    with create_session() as session:
        for conn_id, fields in connections.items():
            session.execute(delete(Connection).where(Connection.conn_id == conn_id))
            session.add(Connection.from_json(json.dumps(fields), conn_id=conn_id))


if __name__ == "__main__":
    prepare(json.loads(os.environ.get(CONNECTIONS_VARIABLE, "{}")))
