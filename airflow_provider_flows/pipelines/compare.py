"""What changed between two states of pipelines, in the words of the language: steps, order, inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from airflow_provider_flows.pipelines.findings import cut
from airflow_provider_flows.pipelines.hiding import hidden_forms
from airflow_provider_flows.pipelines.model import Pipeline, Schedule, Step
from airflow_provider_flows.pipelines.secret_shapes import suspicion

_LONGEST = 80
_OF_PIPELINE = (
    "title",
    "owner",
    "tags",
    "start",
    "end",
    "timezone",
    "catchup",
    "max_active_runs",
    "run_timeout",
)
_OF_STEP = ("connection", "condition", "for_each", "label", "max_parallel", "group", "outlets")
_WORDS = {"condition": "if", "inputs": "with"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    :param sign: `+` for what is new, `-` for what is gone, `~` for what changed
    :param what: the step or the key
    :param lines: what of it, one line each
    """

    sign: str
    what: str
    lines: tuple[str, ...] = ()


def differences(old: Pipeline, new: Pipeline) -> list[Difference]:
    """Return what changed in a pipeline: its own keys first, then the steps in their order."""
    return [*_of_keys(old, new), *_of_steps(old, new)]


def step_line(step: Step) -> str:
    """Return a step in one line: what it runs, and after what."""
    after = f", after {', '.join(step.needs)}" if step.needs else ""
    return f"{_run(step)}{after}"


def _of_keys(old: Pipeline, new: Pipeline) -> Iterator[Difference]:
    if (was := _schedule(old.schedule)) != (now := _schedule(new.schedule)):
        yield Difference("~", "schedule", (f"{was} → {now}",))
    for name in _OF_PIPELINE:
        yield from _line_of(name, getattr(old, name), getattr(new, name))
    for name in sorted({*old.params, *new.params}):
        yield from _line_of(f"params.{name}", old.params.get(name), new.params.get(name))


def _line_of(what: str, was: Any, now: Any) -> Iterator[Difference]:
    if was != now:
        sign = "+" if was is None else "-" if now is None else "~"
        yield Difference(sign, what, (f"{_shown(what, was)} → {_shown(what, now)}",))


def _of_steps(old: Pipeline, new: Pipeline) -> Iterator[Difference]:
    before = {step.name: step for step in old.steps}
    after = {step.name: step for step in new.steps}
    for name, step in after.items():
        if name not in before:
            yield Difference("+", f"step {name}", (step_line(step),))
        elif lines := tuple(_of_step(before[name], step)):
            yield Difference("~", f"step {name}", lines)
    for name, step in before.items():  # in the order of the file, so that the same change reads the same
        if name not in after:
            yield Difference("-", f"step {name}", (step_line(step),))


def _of_step(old: Step, new: Step) -> Iterator[str]:
    if (was := _run(old)) != (now := _run(new)):
        yield f"runs {was} → {now}"
    if set(old.needs) != set(new.needs):
        yield f"waits for {_listed(old.needs)} → {_listed(new.needs)}"
    for part in ("inputs", "options", "files"):
        yield from _of_mapping(_WORDS.get(part, part), getattr(old, part), getattr(new, part))
    for name in _OF_STEP:
        was_, now_ = getattr(old, name), getattr(new, name)
        if was_ != now_:
            yield f"{_WORDS.get(name, name)}: {_shown(name, was_)} → {_shown(name, now_)}"
    yield from _of_mapping("", old.settings, new.settings)


def _of_mapping(what: str, old: Any, new: Any) -> Iterator[str]:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        if old != new:
            yield f"{what}: {_shown(what, old)} → {_shown(what, new)}"
        return
    for name in [*new, *(each for each in old if each not in new)]:
        key = f"{what}.{name}" if what else name
        if name not in old:
            yield f"{key}: + {_shown(key, new[name])}"
        elif name not in new:
            yield f"{key}: - {_shown(key, old[name])}"
        elif old[name] != new[name]:
            yield f"{key}: {_shown(key, old[name])} → {_shown(key, new[name])}"


def _run(step: Step) -> str:
    variant = f".{step.variant}" if step.variant else ""
    return f"{step.platform}{variant}/{step.flow}"


def _schedule(schedule: Schedule) -> str:
    told = {each.name: getattr(schedule, each.name) for each in fields(schedule) if each.name != "place"}
    said = {name: value for name, value in told.items() if value}
    return _shown("schedule", said.get("text", said)) if said else "none"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"


def _shown(what: str, value: Any) -> str:
    """Return a value on one line, cut short; what looks like a secret is not shown."""
    if value is None:
        return "nothing"
    if isinstance(value, str) and suspicion(tuple(what.split(".")), value):
        return "…"
    return cut(hidden_forms(json.dumps(value, ensure_ascii=False, default=str)), _LONGEST)
