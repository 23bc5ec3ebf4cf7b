"""What the `${…}` of a step find while nothing runs: params, results, variables, an item and a DAG run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.given import parsed
from airflow_provider_flows.pipelines.calls import as_json
from airflow_provider_flows.pipelines.model import Pipeline, Step
from airflow_provider_flows.pipelines.texts import compiled
from airflow_provider_flows.pipelines.uses import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Mocks:
    """What a person says that there is.

    :param results: what earlier steps have given, by step; of a step with `for_each` the list
    :param item: the item as JSON, None for the first of `for_each`
    :param now: when the made-up DAG run is
    """

    pipeline: Pipeline
    params: Mapping[str, Any]
    results: Mapping[str, Any]
    variables: Mapping[str, Any]
    item: str | None
    now: datetime

    def filled(self, step: Step, key: str, value: Any) -> Any:
        """Return a value of a step with its `${…}` filled.

        Raises `CommandError` naming all that nobody has said yet, and `UsageError` for what fails on it.
        """
        texts = compiled(as_json(value), f"steps.{step.name}.{key}")
        names: dict[str, Any] = {
            "params": self.params,
            "steps": {each.name: self._left_by(each) for each in self.pipeline.steps},
            "vars": self.variables,
            "dag_run": self._dag_run(),
        }
        missing = [flag for name in sorted(texts.names) for flag in _missing(name, names)]
        if missing:
            raise CommandError(f"`{key}` of `{step.name}` speaks of more: give {' and '.join(missing)}")
        if step.for_each is not None and key != "for_each":
            item = self._item(step) if ("item",) in texts.names else None
            names |= {"item": item, "index": 0}
        return texts.value(names)

    def task(self, step: Step) -> dict[str, Any]:
        """Return the names of the task, of which the names of runs are made."""
        parts = {
            "dag_id": self.pipeline.id,
            "task_id": step.name,
            "run_id": self._dag_run()["run_id"],
            "map_index": -1 if step.for_each is None else 0,
            "try_number": 1,
        }
        return {**parts, "key": ".".join(map(str, parts.values()))}

    def _left_by(self, step: Step) -> dict[str, Any]:
        left: dict[str, Any] = {"run_id": f"run-of-{step.name}", "link": None}
        if step.name in self.results:
            left["result" if step.for_each is None else "results"] = self.results[step.name]
        return left

    def _item(self, step: Step) -> Any:
        if self.item is not None:
            return parsed("--item", self.item)
        items = self.filled(step, "for_each", step.for_each)
        if not isinstance(items, list) or not items:
            raise CommandError(f"`for_each` of `{step.name}` gives no item here: give one with --item")
        return items[0]

    def _dag_run(self) -> dict[str, Any]:
        moment = self.now.isoformat()
        times = ("logical_date", "run_after", "data_interval_start", "data_interval_end", "start_date")
        return {
            "run_id": f"manual__{moment}",
            "run_type": "manual",
            "dag_id": self.pipeline.id,
            "ds": f"{self.now:%Y-%m-%d}",
            "ts": moment,
            **dict.fromkeys(times, moment),
            "conf": {},
        }


def _missing(name: Name, names: Mapping[str, Any]) -> Iterator[str]:
    """Yield how to give what a name needs."""
    match name:
        case ("steps", step, "result" | "results" as left) if left not in names["steps"][step]:
            yield f"--result {step}=JSON"
        case ("params", param) if param not in names["params"]:
            yield f"--param {param}=VALUE"
        case ("vars", variable) if variable not in names["vars"]:
            yield f"--var {variable}=VALUE"
