"""From the text of a pipeline file to the pipeline, or to all that is wrong with it, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from airflow_provider_flows.pipelines import params, schedules
from airflow_provider_flows.pipelines.cycles import rings
from airflow_provider_flows.pipelines.dates import moment
from airflow_provider_flows.pipelines.diagnostics import Diagnostic, in_order
from airflow_provider_flows.pipelines.durations import seconds
from airflow_provider_flows.pipelines.files import PIPELINE, File, read_defaults, read_file
from airflow_provider_flows.pipelines.given import UNUSABLE, Given
from airflow_provider_flows.pipelines.inherit import Inheritance
from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.model import Pipeline, Reading
from airflow_provider_flows.pipelines.references import Scope
from airflow_provider_flows.pipelines.spoken import spoken
from airflow_provider_flows.pipelines.steps import Draft, notices
from airflow_provider_flows.pipelines.wording import not_filled

_NEVER_FILLED = ("schedule", "params", "on_failure", "tags")

Check: TypeAlias = Callable[[Draft, Given], Iterable[Diagnostic]]
"""Looks for more in a step; given is the whole pipeline, too."""


def read_pipeline(
    text: str, file: str, defaults: Sequence[tuple[str, str]] = (), more: Check | None = None
) -> Reading:
    """Return the pipeline of a file, and all that is wrong with it and with its folders' defaults.

    :param file: the file's name, for errors
    :param defaults: text and name of each folder's `flows.defaults.yaml`, the outermost first
    :param more: what else to look for in each step
    """
    own = read_file(text, file, PIPELINE)
    folders = _from_the_root([read_defaults(*each) for each in defaults])
    found = [each for part in (*folders, own) for each in part.diagnostics]
    if own.given is None:
        return Reading(None, _once(found))
    given = [each.given for each in folders if each.given is not None]
    inheritance = Inheritance([*given, own.given], is_whole=len(given) == len(folders))
    drafts = _drafts(own.given, inheritance)
    found += inheritance.problems(own.given.get("steps"))
    found += _problems(own.given, drafts)
    if more is not None:
        found += (each for draft in drafts for each in more(draft, own.given))
    diagnostics = _once(found)
    is_sound = not any(each.is_error for each in diagnostics)
    return Reading(_pipeline(own.given, drafts) if is_sound else None, diagnostics)


def read_defaults_file(text: str, file: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a `flows.defaults.yaml` by itself."""
    read = read_defaults(text, file)
    rings = Inheritance([read.given], is_whole=False).problems(None) if read.given is not None else ()
    return _once([*read.diagnostics, *rings])


def same_ids(pipelines: Iterable[Pipeline]) -> list[Diagnostic]:
    """Return an error for each pipeline whose id an earlier one has already."""
    first: dict[str, Pipeline] = {}
    found = []
    for each in pipelines:
        other = first.setdefault(each.id, each)
        marked, _ = read_marked(each.source, each.file) if other is not each else (None, [])
        if marked is not None:
            message = f"another file has the pipeline `{each.id}` too"
            found.append(
                marked.found(("pipeline",), "duplicate-pipeline", message, f"the first is in {other.file}")
            )
    return found


def _from_the_root(folders: list[File]) -> list[File]:
    """Return the folders' files without those above the last that says that it is the root."""
    roots = [
        place for place, each in enumerate(folders) if each.given and each.given.names.get("root") is True
    ]
    return folders[roots[-1] :] if roots else folders


def _once(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics by place; what several steps have from one template is told once."""
    by_text = {(each.place, each.code, each.message): each for each in reversed(list(found))}
    return in_order(by_text.values())


def _drafts(pipeline: Given, inheritance: Inheritance) -> list[Draft]:
    steps = pipeline.get("steps")
    if steps is None:
        return []
    return [
        Draft.read(name, each, inheritance.keys(each), steps.names)
        for name, each in steps.each()
        if each.value is not UNUSABLE
    ]


def _problems(pipeline: Given, drafts: list[Draft]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the pipeline beyond the shape of its file."""
    yield from schedules.problems(pipeline)
    yield from params.problems(pipeline, is_scheduled=schedules.is_scheduled(pipeline))
    for key in _NEVER_FILLED:
        if (given := pipeline.get(key)) is not None:
            yield from (not_filled(each, key, is_error=False) for each in spoken(given))
    scope = _scope(pipeline, drafts)
    for draft in drafts:
        yield from draft.problems(scope)
    yield from _cycles(drafts)


def _scope(pipeline: Given, drafts: list[Draft]) -> Scope:
    """Return what any step of the pipeline may speak of."""
    steps, told = pipeline.get("steps"), pipeline.get("params")
    mapped = {draft.name: draft.is_mapped for draft in drafts}
    return Scope(
        steps={name: mapped.get(name) for name in steps.names} if steps is not None else {},
        params=None
        if told is not None and told.value is UNUSABLE
        else tuple(told.names)
        if told is not None
        else (),
    )


def _cycles(drafts: list[Draft]) -> Iterator[Diagnostic]:
    """Yield an error for each ring of steps that wait for one another."""
    by_name = {draft.name: draft for draft in drafts}
    needs = {draft.name: [name for name in draft.needs if name in by_name] for draft in drafts}
    for ring in rings(needs):
        notes = (
            f"`{name}` waits for `{need}`: {by_name[name].needs[need].place}" for name, need in pairwise(ring)
        )
        message = f"steps wait for one another: {' -> '.join(ring)}"
        yield by_name[ring[0]].given.found("cycle", message, *notes, key=True)


def _pipeline(given: Given, drafts: list[Draft]) -> Pipeline:
    """Return the pipeline of a file without errors."""
    data = given.value
    order = [draft.name for draft in drafts]
    return Pipeline(
        id=data["pipeline"],
        file=given.marked.file,
        source=given.marked.text,
        steps=tuple(draft.step(order) for draft in drafts),
        title=data.get("title"),
        description=data.get("description"),
        doc=data.get("doc"),
        owner=data.get("owner"),
        tags=tuple(data.get("tags", ())),
        schedule=schedules.schedule(given),
        start=_iso(data.get("start")),
        end=_iso(data.get("end")),
        timezone=data.get("timezone"),
        catchup=data.get("catchup", False),
        max_active_runs=data.get("max_active_runs"),
        run_timeout=seconds(data["run_timeout"]) if "run_timeout" in data else None,
        params=params.params(given),
        on_failure=notices(given.get("on_failure")),
    )


def _iso(text: str | None) -> str | None:
    """Return a date as it is, and a time as every Python reads it."""
    return text if text is None or len(text) == len("2026-01-01") else moment(text).isoformat()
