"""A spec's text, read and checked for its shape, in each of its variants."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.findings import Findings
from airflow_provider_flows.pipelines.given import Given
from airflow_provider_flows.pipelines.marks import Marked, read_marked
from airflow_provider_flows.pipelines.rulebook import platform_rules
from airflow_provider_flows.platforms.documents import merged
from airflow_provider_flows.schemas import Path

KIND = "platform/1"


@dataclass(frozen=True, slots=True)
class Draft:
    """A spec in one variant, without what its shape forbids.

    :param variant: its name, None for the spec as it stands
    :param given: what it says, with the place of each value
    :param found: what is wrong with its shape
    """

    variant: str | None
    given: Given
    found: tuple[Diagnostic, ...] = ()

    def get(self, *path: str | int) -> Given | None:
        """Return a part of the spec, None where it is not there or wrong already."""
        here = self.given
        for part in path:
            value = here.value
            if not (isinstance(value, dict) and part in value):
                return None
            here = here.at(part)
        return here

    def names(self, *path: str) -> tuple[str, ...]:
        """Return the names in a mapping of the spec, none where it is not there."""
        found = self.get(*path)
        return tuple(found.names) if found is not None else ()


def read_drafts(text: str, file: str) -> tuple[list[Draft], list[Diagnostic]]:
    """Return the spec and its variants, and what is wrong with the file as YAML."""
    marked, found = read_marked(text, file)
    if marked is None:
        return [], found
    drafts = []
    for variant, each in _variants(marked):
        shape, unusable = _shape(each)
        drafts.append(Draft(variant, Given.file(each, unusable), tuple(shape)))
    return drafts, found


def _variants(marked: Marked) -> Iterator[tuple[str | None, Marked]]:
    yield None, marked
    patches = marked.data.get("variants") if isinstance(marked.data, dict) else None
    for name, patch in (patches if isinstance(patches, dict) else {}).items():
        if isinstance(patch, dict) and ("variants", name) not in marked.unusable:
            yield name, _patched(marked, name, patch)


def _patched(marked: Marked, name: str, patch: Any) -> Marked:
    """Return the spec as a variant has it; what the patch says has its place in the patch."""
    start = ("variants", name)

    def below(paths: Collection[Path]) -> list[Path]:
        return [path[2:] for path in paths if path[:2] == start and len(path) > 2]

    whole = {key: value for key, value in marked.data.items() if key != "variants"}
    marks = {**marked.marks, **{path: marked.marks[start + path] for path in below(marked.marks)}}
    unusable = {*marked.unusable, *below(marked.unusable)}
    return replace(marked, data=merged(whole, patch), marks=marks, unusable=frozenset(unusable))


def _shape(marked: Marked) -> tuple[list[Diagnostic], frozenset[Path]]:
    findings = Findings(marked, KIND, unusable=set(marked.unusable))
    if () not in findings.unusable:
        platform_rules()(marked.data, (), findings)
    return findings.diagnostics, frozenset(findings.unusable)
