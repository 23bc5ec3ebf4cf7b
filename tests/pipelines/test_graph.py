"""Pipelines as pictures in text."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.graph import dot, mermaid
from airflow_provider_flows.pipelines.model import Pipeline, Step


def step(name: str, **more: Any) -> Step:
    """Return a step."""
    return Step(
        **{"name": name, "platform": "wisebot", "variant": None, "flow": "f", "connection": "c", **more}
    )


def pipeline(*steps: Step, **more: Any) -> Pipeline:
    """Return a pipeline of these steps."""
    return Pipeline(**{"id": "p", "file": "p.flow.yaml", "source": "", "steps": steps, **more})


SMALL = pipeline(
    step("read", platform="unitelabs"),
    step("case", platform="blinkops", variant="sync", needs=("read",), condition="${steps.read.result.bad}"),
    step(
        "tell",
        needs=("read", "case"),
        for_each="${params.w}",
        settings={"trigger_rule": "all_done"},
    ),
    step("never", condition=False, for_each=(1, 2)),
    title='Plates "A"',
)


def test_a_mermaid_picture() -> None:
    """Boxes, arrows, what is mapped and what may be skipped."""
    assert mermaid(SMALL) == dedent("""\
        ---
        title: "Plates \\"A\\""
        ---
        flowchart LR
          step_read["read<br/>unitelabs/f"]
          step_case["case<br/>blinkops.sync/f<br/>if $#123;steps.read.result.bad#125;"]
          step_tell[["tell<br/>wisebot/f<br/>for each of $#123;params.w#125;<br/>when all_done"]]
          step_never[["never<br/>wisebot/f<br/>for each of 2<br/>if false"]]
          step_read --> step_case
          step_read --> step_tell
          step_case --> step_tell
          classDef conditional stroke-dasharray: 5
          class step_case,step_never conditional
        """)


def test_a_picture_for_graphviz() -> None:
    """The same as DOT."""
    assert (
        dot(SMALL)
        == dedent(r"""
        digraph "p" {
          graph [label="Plates \"A\"", labelloc=t, rankdir=LR];
          node [shape=box];
          "read" [label="read\nunitelabs/f"];
          "case" [label="case\nblinkops.sync/f\nif ${steps.read.result.bad}", style=dashed];
          "tell" [label="tell\nwisebot/f\nfor each of ${params.w}\nwhen all_done", peripheries=2];
          "never" [label="never\nwisebot/f\nfor each of 2\nif false", peripheries=2, style=dashed];
          "read" -> "case";
          "read" -> "tell";
          "case" -> "tell";
        }
        """).lstrip()
    )


GROUPED = pipeline(
    step("a", group=("outer", "inner")),
    step("b"),
    step("c", group=("outer",)),
    step("d", group=("outer", "inner")),
)


def test_groups_stand_inside_of_one_another() -> None:
    """Each group is drawn once, where its first step stands, with all of its steps in it."""
    assert mermaid(GROUPED).split("flowchart LR\n")[1].splitlines() == [
        '  subgraph group_outer["outer"]',
        '    subgraph group_outer__inner["inner"]',
        '      step_a["a<br/>wisebot/f"]',
        '      step_d["d<br/>wisebot/f"]',
        "    end",
        '    step_c["c<br/>wisebot/f"]',
        "  end",
        '  step_b["b<br/>wisebot/f"]',
    ]
    assert 'subgraph "cluster_outer__inner" { label="inner";' in dot(GROUPED)
    assert dot(GROUPED).count("{") == dot(GROUPED).count("}") == 3


def test_long_expressions_are_cut() -> None:
    """A box stays a box."""
    found = dot(pipeline(step("a", condition="${" + "x" * 100 + "}")))
    assert "if ${" + "x" * 54 + "…" in found


ODD = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


@given(flow=ODD, title=ODD, item=ODD)
def test_no_text_breaks_out_of_its_box(flow: str, title: str, item: str) -> None:
    """Quotes, brackets, backslashes and line breaks in a file change no line of the picture's own."""
    odd = pipeline(step("a", flow=flow, for_each=(item,), condition="${" + item + "}"), title=title)
    box = mermaid(odd).split("flowchart LR\n")[1].splitlines()
    assert len(box) == 3
    assert re.fullmatch(r'  step_a\[\["[^"\[\]{}<>`]*(<br/>[^"\[\]{}<>`]*)*"\]\]', box[0])
    lines = [line for line in dot(odd).split("\n") if line.startswith('  "a" [')]
    assert len(lines) == 1
    assert re.fullmatch(r'  "a" \[label="(?:[^"\\]|\\.)*", peripheries=2, style=dashed\];', lines[0])
