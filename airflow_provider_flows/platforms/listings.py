"""How to read the listing of a flow's runs, in which a run is looked for whose start's answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.platforms.expressions import Expression, Template, Where, expression, template
from airflow_provider_flows.platforms.instants import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Where the answer has the runs, and each run what tells it from others.

    A run's id and state are read like those of any other answer.
    """

    runs: Expression
    total: Expression | None
    flow: Expression | None
    started_at: Expression | None
    inputs: Expression | None
    name: Expression | None
    named: Template | None  # what a start calls its run

    def items(self, data: Any) -> list[Any] | None:
        """Return what the answer tells of each run, None where there is no list of them."""
        found = self.runs(data)
        if isinstance(found, list):
            return found
        return [] if self.length(data) == 0 else None  # some servers say null for an empty list

    def length(self, data: Any) -> int | None:
        """Return how many runs all pages hold, None where the answer doesn't say."""
        found = self.total(data) if self.total else None
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def flow_id(self, item: Any) -> str | None:
        """Return the id of the flow that was run, None where it isn't told."""
        return _text(self.flow, item)

    def run_name(self, item: Any) -> str | None:
        """Return what the run is called, None where it isn't told."""
        return _text(self.name, item)

    def instant(self, item: Any) -> float | None:
        """Return when the platform took the run on, in seconds since the epoch, None where it isn't told."""
        return instant(self.started_at(item)) if self.started_at else None

    def inputs_of(self, item: Any) -> Mapping[str, Any] | None:
        """Return the run's inputs, None where they are not told."""
        found = self.inputs(item) if self.inputs else None
        return found if isinstance(found, Mapping) else None


def read_listing(call: Mapping[str, Any], where: Where) -> Listing:
    """Compile the part of a call of a spec that reads a listing; by default all of the answer is the list."""

    def compile_at(part: str) -> Expression | None:
        return expression(call[part], where(part)) if part in call else None

    return Listing(
        runs=expression(call.get("runs", "@"), where("runs")),
        total=compile_at("total"),
        flow=compile_at("flow"),
        started_at=compile_at("started_at"),
        inputs=compile_at("inputs"),
        name=compile_at("name"),
        named=template(call["named"], where("named")) if "named" in call else None,
    )


def _text(part: Expression | None, item: Any) -> str | None:
    found = part(item) if part else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else None
