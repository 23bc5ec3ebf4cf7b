"""An Airflow plugin for the good file that asks for a plugin's timetable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.simple import NullTimetable


class Moonrise(NullTimetable):
    """Takes and keeps arguments of its own."""

    def __init__(self, offset: int = 0, zones: Sequence[str] = ()) -> None:
        self.offset, self.zones = offset, list(zones)

    def serialize(self) -> dict[str, Any]:
        """Return the arguments, as Airflow stores them."""
        return {"offset": self.offset, "zones": self.zones}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Moonrise:
        """Return the timetable that was stored."""
        return cls(**data)


class CorpusPlugin(AirflowPlugin):
    """Registers the timetable."""

    name = "corpus"
    timetables = [Moonrise]  # noqa: RUF012 - as Airflow declares it
