"""What each part of two calls stands for: the address, the flow, the run, the connection's own fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.authoring.scaffold.operations import (
    Operation,
    Part,
    is_hole,
    is_version,
    plain_name,
)

_FLOWS = re.compile(
    "flow|playbook|pipeline|job|dag|agent|automation|process|scenario|bot|recipe|procedure|robot|campaign|action"
)
_RUNS = re.compile("run|exec|task|instance|request|conversation")
_SPACES = re.compile(
    "workspace|tenant|org|account|team|project|space|company|customer|region|env|owner|user|ws"
)
INPUTS = (
    "inputs", "input_values", "input", "parameters", "params", "variables", "payload", "data", "conf",
    "arguments", "args", "fields", "values", "initial_input", "body",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Roles:
    """What stands for what.

    :param base: the parts of the path that both calls begin with and that tell only which API this is
    :param flow: the part that is the flow's id, None where no part of the path is
    :param fields: the parts that every call of one account has, by the name of their field
    :param run: the part of the status' path that is the run's id
    """

    base: tuple[str, ...]
    flow: Part | None
    fields: Mapping[str, Part]
    run: Part | None

    @classmethod
    def of(cls, start: Operation, status: Operation | None) -> Roles:
        """Tell them from the two calls."""
        flow = _flow(start)
        others = [part for part in start.holes if part != flow]
        run = None
        if status is not None:
            unknown = [part for part in status.holes if not _same(part, [*others, *([flow] if flow else [])])]
            run = unknown[-1] if unknown else None
            others += [part for part in unknown if part != run]
        return cls(_base(start, status), flow, {part.text: part for part in others}, run)

    def template(self, operation: Operation) -> str:
        """Return a call's path as specs have it."""
        return "".join(f"/{self._said(part)}" for part in operation.path[len(self.base) :]) or "/"

    def _said(self, part: Part) -> str:
        if part.sample is None:
            return part.text
        if part == self.run:
            return "${run.id}"
        if self.flow is not None and _same(part, [self.flow]):
            return "${flow}"
        found = next((name for name, each in self.fields.items() if _same(part, [each])), part.text)
        return f"${{conn.{found}}}"


def inputs_member(body: Any) -> str | None:
    """Return the member of a body that holds the flow's inputs, None where none is called so."""
    if not isinstance(body, dict):
        return None
    by_name = {plain_name(name): name for name, value in body.items() if isinstance(value, dict)}
    return next((by_name[name] for name in INPUTS if name in by_name), None)


def flow_member(body: Any) -> str | None:
    """Return the member of a body that names the flow, None where none does."""
    if not isinstance(body, dict):
        return None
    ids = [
        name
        for name, value in body.items()
        if isinstance(value, str | int) and value is not True and plain_name(name).endswith("id")
    ]
    return next((name for name in ids if _FLOWS.search(plain_name(name))), None)


def is_flow_name(name: str) -> bool:
    """Whether something of this name is a flow's id."""
    return _FLOWS.search(plain_name(name)) is not None


def is_run_name(name: str) -> bool:
    """Whether something of this name is a run's id."""
    return _RUNS.search(plain_name(name)) is not None and plain_name(name).endswith("id")


def is_sample(value: Any) -> bool:
    """Whether a value of a body only stands for one."""
    return isinstance(value, str) and is_hole(value)


def _flow(start: Operation) -> Part | None:
    holes = start.holes
    named = [part for part in holes if _FLOWS.search(part.text) and not _SPACES.search(part.text)]
    plain = [part for part in holes if part.text in {"id", "uuid", "name", "slug"}]
    free = [part for part in holes if not _SPACES.search(part.text)]
    return next(iter(reversed(named or plain or free)), None)


def _base(start: Operation, status: Operation | None) -> tuple[str, ...]:
    shared: list[str] = []
    for place, part in enumerate(start.path):
        if not is_version(part) or (status is not None and part not in status.path[place : place + 1]):
            break
        shared.append(part.text)
    return tuple(shared)


def _same(part: Part, known: list[Part]) -> bool:
    return any(part.text == each.text and part.sample == each.sample for each in known)
