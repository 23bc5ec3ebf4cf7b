"""What the `${…}` of a pipeline's task can speak of, looked up in Airflow while the task is rendered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from airflow_provider_flows.operators.left import FIELDS, left_by

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_provider_flows.pipelines.uses import Name

_TIMES = ("logical_date", "run_after", "data_interval_start", "data_interval_end", "start_date")


class Names:
    """The names as one task of a run sees them; each XCom and Variable is asked for once.

    :param context: Airflow's
    :param item: what `${item}` means
    """

    def __init__(self, context: Context, item: Any) -> None:
        self._context = context
        self._item = item
        self._known: dict[tuple[str, ...], Any] = {}

    def of(self, wanted: Iterable[Name]) -> dict[str, Any]:
        """Return JSON data that holds what is wanted; a step or Variable that gave nothing is null.

        Raises what Airflow raises where it can't be asked, and what `read_result` raises.
        """
        found: dict[str, Any] = {}
        for name in sorted(set(wanted)):
            for path in _whole(name):
                if path not in self._known:
                    self._known[path] = self._asked(*path)
                _put(found, path, self._known[path])
        return found

    def _asked(self, kind: str, *path: str) -> Any:
        ti: Any = self._context["ti"]
        if kind == "steps":
            return left_by(ti, *path)
        if kind == "vars":
            return _variable(*path)
        if kind == "params":
            return dict(self._context["params"])
        if kind == "dag_run":
            return _dag_run(self._context["dag_run"])
        return {"item": self._item, "index": ti.map_index}.get(kind)


def _whole(name: Name) -> Iterator[tuple[str, ...]]:
    """Return what is asked for as one, so that a name can be known."""
    match name:
        case ("steps", step):
            yield from (("steps", step, field) for field in FIELDS)
        case ("steps", step, field, *_):
            yield ("steps", step, field)
        case ("vars", variable, *_):
            yield ("vars", variable)
        case ("params" | "dag_run" | "item" | "index" as kind, *_):
            yield (kind,)


def _put(found: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for each in path[:-1]:
        found = found.setdefault(each, {})
    found[path[-1]] = value


def _variable(name: str) -> Any:
    """Return an Airflow Variable: a JSON object or list as such, all else as text, none as null."""
    from airflow.sdk import Variable

    text = Variable.get(name, default=None)
    if not isinstance(text, str) or text.lstrip()[:1] not in {"{", "["}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _dag_run(run: Any) -> dict[str, Any]:
    """Return what there is of a DAG run; its day is that of `run_after` where it has no logical date."""
    times = {name: getattr(run, name, None) for name in _TIMES}
    day = times["logical_date"] or times["run_after"]
    return {
        "run_id": run.run_id,
        "run_type": str(getattr(run.run_type, "value", run.run_type)),
        "dag_id": run.dag_id,
        "ds": day and day.strftime("%Y-%m-%d"),
        "ts": day and day.isoformat(),
        **{name: time and time.isoformat() for name, time in times.items()},
        "conf": dict(run.conf or {}),
    }
