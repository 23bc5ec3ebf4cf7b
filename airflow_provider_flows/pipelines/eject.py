"""A pipeline as Python: the calls of its plan, printed as a colleague would write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePosixPath
from textwrap import wrap

from airflow_provider_flows.pipelines.arrows import arrows
from airflow_provider_flows.pipelines.calls import Call, Output
from airflow_provider_flows.pipelines.imports import Imports
from airflow_provider_flows.pipelines.layout import INDENT, Member, Text, lines
from airflow_provider_flows.pipelines.literals import WIDTH, triple_quoted
from airflow_provider_flows.pipelines.model import Pipeline
from airflow_provider_flows.pipelines.pieces import Pieces, parts
from airflow_provider_flows.pipelines.plan import Plan, plan
from airflow_provider_flows.pipelines.tasks import TaskPlan
from airflow_provider_flows.pipelines.variables import variables

_DAG, _DOC = "dag", "DOC"
_NAMES = ("dag_display_name", "description")


def eject(pipeline: Pipeline, paths: Mapping[str, str] | None = None) -> str:
    """Return a Python file that builds the pipeline's DAG without the pipeline's file.

    :param paths: by a call's path, where the file is to import it from, if not from there; see `calls`
    """
    planned = plan(pipeline)
    imports = Imports({each.path: (paths or {}).get(each.path, each.path) for each in calls(planned)})
    names = variables(_named(planned), imports.names | {_DAG, _DOC})
    writer = _Writer(planned, Pieces(imports, names))
    sections = (
        _head(pipeline),
        imports.lines(),
        _constant(pipeline.doc),
        (*writer.dag(pipeline.doc), *writer.body()),
    )
    return "\n".join(_apart(map(tuple, sections))) + "\n"


def calls(planned: Plan) -> tuple[Call, ...]:
    """Return every call of a plan, those in arguments too."""
    found = parts([planned.dag, *(group.call for group in planned.groups), *map(_of_task, planned.tasks)])
    return tuple(each for each in found if isinstance(each, Call))


def _of_task(task: TaskPlan) -> list[object]:
    return [task.call, dict(task.mapped)]


def _named(planned: Plan) -> Iterator[str]:
    """Yield the tasks of which something else in the file speaks."""
    needed = {name for task in planned.tasks if task.needs for name in (task.task_id, *task.needs)}
    given = {each.task_id for each in parts(list(map(_of_task, planned.tasks))) if isinstance(each, Output)}
    yield from (task.task_id for task in planned.tasks if task.task_id in needed | given)


def _head(pipeline: Pipeline) -> Iterator[str]:
    file = re.sub(r"[^\w .()-]", "_", PurePosixPath(pipeline.file).name)
    told = f"""
        It was ejected from `{file}` and stands alone now. Leave only one of the two files to Airflow,
        since both make the DAG `{pipeline.id}`.
    """
    yield '"""The DAG of a pipeline, as Python.'
    yield ""
    yield from wrap(" ".join(told.split()), WIDTH, break_long_words=False, break_on_hyphens=False)
    yield '"""'


def _constant(doc: str | None) -> Iterator[str]:
    if _is_long(doc):
        yield f"{_DOC} = {triple_quoted(doc or '')}"


def _is_long(doc: str | None) -> bool:
    return doc is not None and "\n" in doc.rstrip("\n")


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the statements of one plan."""

    planned: Plan
    pieces: Pieces

    def dag(self, doc: str | None) -> Iterator[str]:
        """Yield the line that opens the DAG; its text is the pipeline's own, without the file."""
        planned = {name: value for name, value in self.planned.dag.keywords.items() if name != "doc_md"}
        names = {name: planned[name] for name in _NAMES if name in planned}
        keywords = {**names, "schedule": None, **planned}  # without one, a reader may think of Airflow 2
        more = [] if doc is None else [Member(_DOC if _is_long(doc) else Text(doc), "doc_md=")]
        call = self.pieces.call(replace(self.planned.dag, keywords=keywords), *more)
        return lines(call, "", "with ", f" as {_DAG}:")

    def body(self) -> Iterator[str]:
        """Yield the tasks, and what waits for what."""
        named = self.pieces.variables
        needs = {
            named[task.task_id]: [named[need] for need in task.needs]
            for task in self.planned.tasks
            if task.needs
        }
        around: dict[str | None, tuple[str, ...]] = {None: ()}
        for group in self.planned.groups:
            around[group.group_id] = (*around[group.parent], group.group_id)
        yield from _apart([*self._blocks(self.planned.tasks, around, 0), tuple(arrows(needs, INDENT))])

    def _blocks(
        self, tasks: Sequence[TaskPlan], around: Mapping[str | None, tuple[str, ...]], depth: int
    ) -> Iterator[tuple[str, ...]]:
        """Yield what stands together: the tasks of a group one after the other, and each group inside it."""
        indent = INDENT * (depth + 1)
        for group_ids, members in groupby(tasks, lambda task: around[task.group][depth : depth + 1]):
            if not group_ids:
                yield tuple(line for task in members for line in self._task(task, indent))
                continue
            group = next(each for each in self.planned.groups if (each.group_id,) == group_ids)
            opened = lines(self.pieces.call(group.call), indent, "with ", ":")
            yield (*opened, *_apart(self._blocks(tuple(members), around, depth + 1)))

    def _task(self, task: TaskPlan, indent: str) -> Iterator[str]:
        variable = self.pieces.variables.get(task.task_id)
        made = self.pieces.mapped(task.call, task.mapped) if task.mapped else self.pieces.call(task.call)
        return lines(made, indent, f"{variable} = " if variable else "")


def _apart(blocks: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of the blocks that have any, an empty one between them."""
    for number, block in enumerate(block for block in blocks if block):
        yield from [""] * bool(number)
        yield from block
