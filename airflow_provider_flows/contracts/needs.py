"""Which flows the pipelines of a folder run, and which steps run each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from airflow_provider_flows.contracts.changes import Change, changes
from airflow_provider_flows.contracts.lock import NAME, Contract, Lock, Target
from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place
from airflow_provider_flows.pipelines.model import Pipeline, Step


@dataclass(frozen=True, slots=True)
class Use:
    """One step that runs a flow."""

    pipeline: Pipeline
    step: Step

    @property
    def place(self) -> Place:
        """Where the step says what it runs."""
        return self.step.places.get("run", Place(self.pipeline.file))

    @property
    def excerpt(self) -> str:
        """The line there, empty where it is in another file."""
        lines = self.pipeline.source.splitlines()
        is_here = self.place.file == self.pipeline.file and self.place.line <= len(lines)
        return lines[self.place.line - 1] if is_here else ""


def uses(pipelines: Iterable[Pipeline]) -> dict[Target, list[Use]]:
    """Return the steps by the flow that they run, where that is known before they run."""
    found: dict[Target, list[Use]] = {}
    for pipeline in pipelines:
        for step in pipeline.steps:
            if "${" not in step.flow and "{{" not in step.flow and "{%" not in step.flow:
                target = Target(step.connection, step.platform, step.flow)
                found.setdefault(target, []).append(Use(pipeline, step))
    return found


def drift(old: Lock, new: Lock, used: Mapping[Target, list[Use]]) -> Iterator[Diagnostic]:
    """Yield what changed since the lock was written, for each step that it touches."""
    for target, contract in sorted(new.contracts.items()):
        before = old.contracts.get(target)
        for use in used.get(target, ()):
            if before is None:
                yield _told(target, use, Change("", f"is not in {NAME} yet", breaks=False))
            else:
                for change in changes(before.inputs, contract.inputs):
                    yield _told(target, use, change)


def without_unused(lock: Lock, used: Mapping[Target, list[Use]]) -> dict[Target, Contract]:
    """Return the contracts of flows that some step runs."""
    return {target: contract for target, contract in lock.contracts.items() if target in used}


def _told(target: Target, use: Use, change: Change) -> Diagnostic:
    what = f"the input `{change.name}` " if change.name else ""
    message = f"step `{use.step.name}`: `{target.name}`: {what}{change.text}"
    note = f"take it into {NAME}: airflow flows pull"
    return Diagnostic(
        place=use.place,
        code="drift",
        message=message,
        notes=(note,),
        excerpt=use.excerpt,
        is_error=change.breaks,
    )
