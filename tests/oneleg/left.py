"""What a DAG run left in Airflow's database and in its logs."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_RUN = re.compile(r"manual__[\w.:+-]+")
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b\d{3,}\b")
DEFERRED = "Pausing task as DEFERRED"
ENDED_HERE = "the task ends without another worker"


@dataclass(frozen=True, slots=True)
class Left:
    """A DAG run that is over; tasks by their name, mapped ones with their index.

    :param states: how each ended, and at which try
    :param xcoms: what each left, without the ids of its runs
    :param rendered: what each shows as rendered, likewise
    :param assets: the assets that it says to have changed
    :param durations: how many seconds each took, as Airflow counts
    :param ended_here: the tasks that a trigger ended
    :param deferred: those that a worker left to a trigger
    :param legs: how many workers each had
    """

    states: Mapping[str, tuple[str, int]]
    xcoms: Mapping[str, Mapping[str, Any]]
    rendered: Mapping[str, Any]
    assets: list[str]
    durations: Mapping[str, float]
    ended_here: frozenset[str]
    deferred: frozenset[str]
    legs: Mapping[str, int]


def left_by(home: Path, dag_id: str, run_id: str) -> Left:
    """Return what one run of a DAG left."""
    mine = "where dag_id = ? and run_id = ?"
    with closing(sqlite3.connect(home / "airflow.db")) as database:

        def rows(what: str, table: str) -> list[Any]:
            return database.execute(f"select {what} from {table} {mine}", (dag_id, run_id)).fetchall()  # noqa: S608

        tasks = rows("task_id, map_index, state, try_number, duration", "task_instance")
        xcoms: dict[str, dict[str, Any]] = {}
        for task_id, index, key, value in rows("task_id, map_index, key, value", "xcom"):
            xcoms.setdefault(_name(task_id, index), {})[key] = _plain(value, dag_id)
        fields = rows("task_id, map_index, rendered_fields", "rendered_task_instance_fields")
        assets = database.execute(
            "select asset.uri from asset_event join asset on asset.id = asset_event.asset_id"
            " where source_dag_id = ? and source_run_id = ?",
            (dag_id, run_id),
        ).fetchall()
    logs = {_name(task, index): _log(home, dag_id, run_id, task, index) for task, index, *_ in tasks}
    return Left(
        states={_name(task, index): (state, tries) for task, index, state, tries, _ in tasks},
        xcoms=xcoms,
        rendered={_name(task, index): _plain(value, dag_id) for task, index, value in fields},
        assets=sorted(_plain(uri, dag_id) for (uri,) in assets),
        durations={_name(task, index): duration for task, index, *_, duration in tasks},
        ended_here=frozenset(name for name, log in logs.items() if ENDED_HERE in log),
        deferred=frozenset(name for name, log in logs.items() if DEFERRED in log),
        legs={name: log.count("::endgroup::") for name, log in logs.items()},
    )


def _name(task_id: str, index: int) -> str:
    return task_id if index < 0 else f"{task_id}[{index}]"


def _plain(value: Any, dag_id: str) -> Any:
    """Return a value without what differs from run to run."""
    text = value if isinstance(value, str) else json.dumps(value)
    text = _ID.sub("ID", _RUN.sub("RUN", text.replace(dag_id, "DAG")))
    try:
        plain = json.loads(text)
    except ValueError:
        return text
    if isinstance(plain, dict):
        plain.pop("awaited_run", None)  # of `start_from_trigger`: the same as `run`
    return plain


def _log(home: Path, dag_id: str, run_id: str, task_id: str, index: int) -> str:
    folder = home / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}" / f"task_id={task_id}"
    if index >= 0:
        folder /= f"map_index={index}"
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.log*")))
