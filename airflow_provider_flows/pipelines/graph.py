"""The steps of a pipeline as a picture, in text: Mermaid for pages, DOT for Graphviz.

https://mermaid.js.org/syntax/flowchart.html, https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from airflow_provider_flows.pipelines.model import Pipeline, Step

_LONGEST = 60  # characters of one line in a box


def mermaid(pipeline: Pipeline) -> str:
    """Return a Mermaid flowchart: a box with bars is a step with `for_each`, a dashed one has an `if`."""
    title = ["---", f"title: {json.dumps(pipeline.title or pipeline.id, ensure_ascii=False)}", "---"]
    boxes = _grouped(pipeline.steps, _mermaid_box, _mermaid_group)
    edges = [f"  {_node(need)} --> {_node(step.name)}" for step in pipeline.steps for need in step.needs]
    dashed = [_node(step.name) for step in pipeline.steps if step.condition is not None]
    styles = (
        ["  classDef conditional stroke-dasharray: 5", f"  class {','.join(dashed)} conditional"]
        if dashed
        else []
    )
    return "\n".join([*title, "flowchart LR", *boxes, *edges, *styles]) + "\n"


def dot(pipeline: Pipeline) -> str:
    """Return a graph for Graphviz: a double box is a step with `for_each`, a dashed one has an `if`."""
    boxes = _grouped(pipeline.steps, _dot_box, _dot_group)
    edges = [f"  {_quoted(need)} -> {_quoted(step.name)};" for step in pipeline.steps for need in step.needs]
    head = [
        f"digraph {_quoted(pipeline.id)} {{",
        f"  graph [label={_quoted(pipeline.title or pipeline.id)}, labelloc=t, rankdir=LR];",
        "  node [shape=box];",
    ]
    return "\n".join([*head, *boxes, *edges, "}"]) + "\n"


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around the boxes of a group."""

    begin: str
    end: str


def _grouped(
    steps: Sequence[Step], box: Callable[[Step], str], frame: Callable[[tuple[str, ...]], _Frame]
) -> list[str]:
    """Return the lines of the boxes, those of each group inside its frame, by the steps' order."""

    def lines(inside: tuple[str, ...]) -> Iterator[str]:
        depth = len(inside)
        indent = "  " * (depth + 1)
        drawn: set[str] = set()
        for step in steps:
            if step.group == inside:
                yield indent + box(step)
            elif step.group[:depth] == inside and step.group[depth] not in drawn:
                drawn.add(step.group[depth])
                group = step.group[: depth + 1]
                yield indent + frame(group).begin
                yield from lines(group)
                yield indent + frame(group).end

    return list(lines(()))


def _label(step: Step) -> Iterator[str]:
    yield step.name
    variant = f".{step.variant}" if step.variant else ""
    yield _short(f"{step.platform}{variant}/{step.flow}")
    if isinstance(step.for_each, str):
        yield _short(f"for each of {step.for_each}")
    elif step.for_each is not None:
        yield f"for each of {len(step.for_each)}"
    if step.condition is not None:
        text = step.condition if isinstance(step.condition, str) else json.dumps(step.condition)
        yield _short(f"if {text}")
    if "trigger_rule" in step.settings:
        yield f"when {step.settings['trigger_rule']}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _node(name: str) -> str:
    return f"step_{name}"  # a node called `end`, and several others, would break the picture


def _mermaid_box(step: Step) -> str:
    text = "<br/>".join(map(_entities, _label(step)))
    opening, closing = ("[", "]") if step.for_each is None else ("[[", "]]")
    return f'{_node(step.name)}{opening}"{text}"{closing}'


def _mermaid_group(group: tuple[str, ...]) -> _Frame:
    return _Frame(f'subgraph group_{"__".join(group)}["{_entities(group[-1])}"]', "end")


def _entities(text: str) -> str:
    """Return a text as a label holds it: what may mean something to Mermaid or HTML by its number."""
    return "".join(each if each.isalnum() or each in " ._-/$=…" else f"#{ord(each)};" for each in text)


def _dot_box(step: Step) -> str:
    looks = [f"label={_quoted(*_label(step))}"]
    looks += ["peripheries=2"] * (step.for_each is not None) + ["style=dashed"] * (step.condition is not None)
    return f"{_quoted(step.name)} [{', '.join(looks)}];"


def _dot_group(group: tuple[str, ...]) -> _Frame:
    name = _quoted(f"cluster_{'__'.join(group)}")
    return _Frame(f"subgraph {name} {{ label={_quoted(group[-1])};", "}")


def _quoted(*lines: str) -> str:
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
