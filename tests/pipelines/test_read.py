"""Whole files: what a right one becomes, what a wrong one tells, and that nothing breaks the reading."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.given import Given
from airflow_provider_flows.pipelines.inherit import Keys
from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.model import Notice, Pipeline, Step
from airflow_provider_flows.pipelines.read import read_pipeline, same_ids
from airflow_provider_flows.pipelines.steps import Draft
from airflow_provider_flows.pipelines.texts import compiled
from tests.pipelines.told import CASES, DEFAULTS, FILE, FOLDER, cases, heads, pipeline, read, told

GOOD = (CASES / "plate_report.flow.yaml").read_text("utf-8")


def test_a_whole_file_becomes_a_pipeline() -> None:
    """Everything is merged, named and typed; texts with `${…}` stay whole; times are in seconds."""
    reading = read_pipeline(GOOD, FILE)
    assert reading.diagnostics == reading.errors == ()
    found = reading.pipeline
    assert found is not None
    assert (found.id, found.file, found.source) == ("plate_report", FILE, GOOD)
    assert (found.title, found.doc, found.owner) == ("Plate report", "# Plates", "lab")
    assert (found.tags, found.timezone, found.catchup) == (("lab", "nightly"), "Europe/Zurich", True)
    assert (found.start, found.end) == ("2026-01-01", "2027-01-01T12:00:00")
    assert (found.max_active_runs, found.run_timeout) == (2, 21600)
    assert found.schedule.text == "0 6 * * 1-5"
    assert found.params == {
        "plate": {"type": "string", "default": "P-001", "title": "Plate"},
        "limit": {"type": "integer", "default": 3},
    }
    assert found.on_failure == (Notice(notifier="a.B", arguments={"x": 1}, place=Place(FILE, 65, 25)),)
    assert [step.name for step in found.steps] == [
        *("history", "read_plate", "case", "tell_owner", "ask", "all"),
    ]


def test_the_steps_of_a_whole_file() -> None:
    """Each key of a step is where the model has it; what waits for what is in the file's order."""
    found = read_pipeline(GOOD, FILE).pipeline
    assert found is not None
    history, plate, case, tell, ask, every = (_without_places(step) for step in found.steps)
    mail = (Notice(notifier="SmtpNotifier", arguments={"to": "lab@example.org"}, place=Place(FILE, 22, 27)),)
    common = {"retries": 2, "retry_delay": 60, "timeout": 3600}
    assert history == Step(
        name="history",
        platform="scade",
        variant=None,
        flow="41785",
        connection="scade_default",
        inputs={"question": "History of ${params.plate}"},
        options={"start_node_id": "axi1-start", "end_node_id": "AQ6K-end"},
        settings=common,
        on_failure=mail,
    )
    assert (plate.connection, plate.group, plate.doc) == ("lab_prod", ("lab", "reading"), "Reads.")
    assert plate.settings == {**common, "timeout": 14400, "deferrable": True}
    assert (case.platform, case.variant, case.flow) == ("blinkops", "sync", "pb-77")
    assert case.needs == ("history", "read_plate")
    assert case.condition == "${steps.read_plate.result.failed_wells}"
    assert case.inputs == {
        "plate": "${params.plate}",
        "wells": "${steps.read_plate.result.failed_wells}",
        "none": None,
    }
    assert (tell.flow, tell.label, tell.max_parallel) == ("wf-9", "${item.owner}", 4)
    assert tell.for_each == "${steps.read_plate.result.samples}"
    assert tell.needs == ("history", "read_plate", "case")
    assert tell.outlets == ("flows://lab/plates",)
    assert [each.notifier for each in tell.on_failure] == ["my.Notifier"]
    assert tell.settings == {**common, "trigger_rule": "none_failed"}
    assert (ask.flow, ask.for_each, ask.needs) == ("${params.plate}", (1, "${params.limit}"), ("tell_owner",))
    assert (ask.files, ask.options, ask.on_failure) == (
        {"scan": "/scans/${params.plate}.png"},
        {"temp": True},
        (),
    )
    assert (every.condition, every.inputs) == (False, "${params}")


def _without_places(step: Step) -> Step:
    return Step(**{name: getattr(step, name) for name in Step.__slots__ if name != "places"})


@pytest.mark.parametrize(("body", "said"), cases("many"))
def test_one_pass_finds_all(body: str, said: list[str]) -> None:
    """A file with many faults tells each of them once, at its place, and no other."""
    assert heads(body) == said


@pytest.mark.parametrize(("body", "said"), cases("one_cause"))
def test_a_fault_breeds_no_others(body: str, said: list[str]) -> None:
    """What depends on a broken part is not judged."""
    assert heads(body) == said


def test_a_file_without_steps_lacks_only_them() -> None:
    """What else is in it is read all the same."""
    said = [each.headline.partition("error")[2] for each in read("timezone: x\n").diagnostics]
    assert said == ["[missing-key] a pipeline needs `steps`", "[bad-timezone] no time zone is called `x`"]


def test_a_step_with_errors_is_never_built() -> None:
    """Nothing is guessed for it."""
    marked, _ = read_marked("{}", FILE)
    assert marked is not None
    draft = Draft.read("a", Given(marked.data, marked), Keys(), ["a"])
    with pytest.raises(ValueError, match="the step 'a' has errors"):
        draft.step(["a"])


def test_a_text_that_is_no_yaml_tells_only_that() -> None:
    """Nothing can be said of the rest."""
    reading = read_pipeline("flows: [", FILE)
    assert reading.pipeline is None
    assert [each.code for each in reading.diagnostics] == ["yaml-syntax"]


def test_a_defaults_file_is_no_pipeline() -> None:
    """It is named as what it is."""
    (found,) = read_pipeline(f"{DEFAULTS}defaults: {{}}\n", FILE).diagnostics
    assert found.headline == (
        f"{FILE}:1:8: error[bad-value] this file is to be a `pipeline/1`, but says that it is a `defaults/1`"
    )


def test_warnings_keep_no_pipeline_from_being_built() -> None:
    """What only may be wrong is told beside the pipeline."""
    reading = read("steps: {a: {run: wisebot/w, label: '${item.x}', max_parallel: 3}}\n")
    assert [each.headline for each in reading.diagnostics] == [
        f"{FILE}:3:29: warning[bad-value] `label` does nothing without `for_each`",
        f"{FILE}:3:49: warning[bad-value] `max_parallel` does nothing without `for_each`",
    ]
    assert reading.errors == ()
    assert reading.pipeline is not None


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("'a.b[0]'", []),
        ("'{{ params.path }}'", []),
        ("¦a..b", ["`result_path` is not valid JMESPath: unexpected `.`, at its character 3"]),
    ],
)
def test_a_result_path_is_jmespath(path: str, said: list[str]) -> None:
    """It is checked, unless Airflow's templates make it."""
    assert [each.message for each in told(f"steps: {{a: {{run: wisebot/w, result_path: {path}}}}}\n")] == said


def test_an_id_belongs_to_one_file() -> None:
    """The second file of an id is told, at its id, with the name of the first."""
    first, other, second, third = (
        _named(each, file) for each, file in [("x", "a"), ("y", "b"), ("x", "c"), ("x", "d")]
    )
    assert same_ids([first, other]) == []
    assert [each.headline for each in same_ids([first, other, second, third])] == [
        "c:2:11: error[duplicate-pipeline] another file has the pipeline `x` too",
        "d:2:11: error[duplicate-pipeline] another file has the pipeline `x` too",
    ]
    assert same_ids([first, second])[0].notes == ("the first is in a",)


def _named(name: str, file: str) -> Pipeline:
    found = read_pipeline(
        f"flows: pipeline/1\npipeline: {name}\nsteps: {{a: {{run: wisebot/w}}}}\n", file
    ).pipeline
    assert found is not None
    return found


def test_what_a_step_speaks_of_can_be_filled() -> None:
    """Whatever is read without an error compiles for the run."""
    found = read_pipeline(GOOD, FILE).pipeline
    assert found is not None
    for step in found.steps:
        texts = compiled(
            {
                "flow": step.flow,
                "inputs": step.inputs,
                "options": step.options,
                "files": step.files,
                "condition": step.condition,
                "for_each": list(step.for_each) if isinstance(step.for_each, tuple) else step.for_each,
            }
        )
        assert {name[1] for name in texts.names if name[0] == "steps"} <= set(step.needs)


TEXTS = [
    *("", "x", "a", "t", "1h", "90", "2026-01-01", "@daily", "0 6 * * *", "scade/x", "blinkops.sync/y"),
    *(
        "${steps.a.result}",
        "${steps.b.results[0]}",
        "${item}",
        "${",
        "${a b}",
        "$${x}",
        "{{ x }}",
        "wisebot/${x}",
    ),
]
NAMES = [
    *("a", "b", "t", "x y", "run", "with", "options", "files", "needs", "if", "for_each", "label", "extends"),
    *(
        "on_failure",
        "outlets",
        "retries",
        "timeout",
        "platforms",
        "scade",
        "default",
        "type",
        "notifier",
        "nope",
    ),
]
TOP = ["pipeline", "steps", "params", "schedule", "start", "timezone", "defaults", "templates", "on_failure"]


def _value(chance: Random, depth: int = 0) -> Any:
    """Return any JSON data, made of words that mean something in a pipeline."""
    kind = chance.randrange(8 if depth < 5 else 4)
    if kind < 4:
        return chance.choice([None, True, 0, 1.5, *TEXTS])
    if kind == 4:
        return [_value(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {chance.choice(NAMES): _value(chance, depth + 1) for _ in range(chance.randrange(6))}


@pytest.mark.parametrize("seed", range(20))
def test_nothing_breaks_the_reading(seed: int) -> None:
    """Any data gives a pipeline or errors, and each error has a place in its file."""
    chance = Random(seed)  # noqa: S311 - no secret is made of it
    for _ in range(20):
        data = {key: _value(chance, depth=1) for key in chance.sample(TOP, 5)}
        folder = {key: _value(chance, depth=1) for key in chance.sample(TOP, 3)}
        texts = {
            FILE: json.dumps({"flows": "pipeline/1", **data}, indent=1),
            FOLDER: json.dumps({"flows": "defaults/1", **folder}),
        }
        reading = read_pipeline(texts[FILE], FILE, [(texts[FOLDER], FOLDER)])
        assert (reading.pipeline is None) is bool(reading.errors)
        for each in reading.diagnostics:
            assert 1 <= each.place.line <= texts[each.place.file].count("\n") + 1


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, len(GOOD) - 1),
    st.sampled_from([*"{}[]:#'\"$&*!%@`-\n\t ", "${", "x", ""]),
    st.integers(0, 12),
)
def test_a_slip_of_the_pen_breaks_nothing(place: int, inserted: str, removed: int) -> None:
    """Any small change to a right file gives a pipeline or errors with places."""
    text = GOOD[:place] + inserted + GOOD[place + removed :]
    reading = read_pipeline(text, FILE)
    assert (reading.pipeline is None) is bool(reading.errors)
    assert list(reading.diagnostics) == sorted(reading.diagnostics, key=lambda each: each.place)


def test_a_pipeline_needs_no_more_than_a_step() -> None:
    """All else has a default."""
    found = pipeline("steps: {a: {run: wisebot/w}}\n")
    assert (found.id, found.tags, found.params, found.catchup) == ("x", (), {}, False)
    assert (found.schedule.text, found.start, found.run_timeout, found.on_failure) == (None, None, None, ())
    (step,) = found.steps
    assert _without_places(step) == Step(
        name="a", platform="wisebot", variant=None, flow="w", connection="wisebot_default"
    )
