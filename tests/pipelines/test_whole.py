"""A pipeline with all that it inherits, written out as a file that stands alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.dags.files import pipeline_files, read_file
from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.model import Notice, Pipeline
from airflow_provider_flows.pipelines.read import read_pipeline
from airflow_provider_flows.pipelines.whole import whole
from tests.pipelines.told import DEFAULTS, FILE, FOLDER, HEAD

TESTS = Path(__file__).parents[1]
GOOD = [*pipeline_files(TESTS / "corpus" / "good"), *pipeline_files(TESTS.parent / "dags_examples")]


def meaning(pipeline: Pipeline | None) -> Pipeline:
    """Return a pipeline without its file and the places in it."""
    assert pipeline is not None

    def nowhere(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
        return tuple(replace(each, place=Place("")) for each in notices)

    return replace(
        pipeline,
        source="",
        file="",
        schedule=replace(pipeline.schedule, place=Place("")),
        on_failure=nowhere(pipeline.on_failure),
        steps=tuple(replace(step, places={}, on_failure=nowhere(step.on_failure)) for step in pipeline.steps),
    )


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_it_is_the_same_pipeline_without_defaults_and_templates(path: Path) -> None:
    """What is written out is read as the same pipeline, with nothing around it."""
    pipeline = read_file(path, path.parent).pipeline
    assert pipeline is not None
    text = whole(pipeline)
    assert "templates:" not in text.splitlines()
    assert meaning(read_pipeline(text, FILE).pipeline) == meaning(pipeline)


TRICKY = (
    *("on", "No", "y", "~", "null", "08:30", "010", "1e3", "0x1F", "1_000", "2026-01-01", "=", "<<", "- a"),
    *("# no comment", "a # b", "a: b", "line\nline\n", "ends\n\n", " lead\n in", "tab\t", "trailing "),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(TRICKY)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(inputs=st.dictionaries(TEXTS, VALUES, max_size=4))
def test_every_input_comes_back(inputs: dict[str, Any]) -> None:
    """Whatever JSON data stands in `with`, its texts, numbers and names mean the same once written out."""
    source = HEAD + yaml.safe_dump({"steps": {"a": {"run": "wisebot/f", "with": inputs}}}, allow_unicode=True)
    pipeline = read_pipeline(source, FILE).pipeline
    if pipeline is not None:  # a text may be no expression, or look like a secret
        again = read_pipeline(whole(pipeline), FILE).pipeline
        assert meaning(again) == meaning(pipeline)


def test_each_value_says_where_it_comes_from() -> None:
    """The file and the line of what was given, also inside of what is merged; what nobody gave says why."""
    defaults = DEFAULTS + dedent("""\
        defaults:
          retries: 2
          platforms:
            scade: {options: {start_node_id: s}}
        """)
    source = HEAD + dedent("""\
        templates:
          t:
            run: scade/1
            timeout: 90m
            with: {a: 1}
        steps:
          one:
            extends: t
            options: {end_node_id: e}
            with:
              b: [x, {y: null}]
          two: {run: wisebot.webhook/2, with: "${steps.one.result}", if: false, group: a.b}
        """)
    pipeline = read_pipeline(source, FILE, [(defaults, f"../{FOLDER}")]).pipeline
    assert pipeline is not None
    assert whole(pipeline) == dedent("""\
        flows: pipeline/1
        pipeline: x
        steps:
          one:
            run: scade/1  # x.flow.yaml:5
            connection: scade_default  # by the platform's name
            with:
              a: 1  # x.flow.yaml:7
              b:  # x.flow.yaml:13
              - x
              - {y: null}
            options:
              start_node_id: s  # ../flows.defaults.yaml:5
              end_node_id: e  # x.flow.yaml:11
            retries: 2  # ../flows.defaults.yaml:3
            timeout: 1h30m  # x.flow.yaml:6
          two:
            run: wisebot.webhook/2  # x.flow.yaml:14
            connection: wisebot_default  # by the platform's name
            with: ${steps.one.result}  # x.flow.yaml:14
            needs: [one]  # by what it speaks of
            if: false  # x.flow.yaml:14
            group: a.b  # x.flow.yaml:14
            retries: 2  # ../flows.defaults.yaml:3
        """)
