"""Connections that a test can find again."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class _Base(DeclarativeBase):
    pass


class Connection(_Base):
    """Keeps a connection in a file of Airflow's home."""

    __tablename__ = "connection"
    conn_id: Mapped[str] = mapped_column(primary_key=True)

    @classmethod
    def from_json(cls, value: str, conn_id: str) -> Connection:
        """Make a connection from Airflow's JSON form."""
        folder = Path(os.environ["AIRFLOW_HOME"]) / "connections"
        folder.mkdir(exist_ok=True)
        (folder / f"{conn_id}.json").write_text(json.dumps(json.loads(value)))
        return cls(conn_id=conn_id)
