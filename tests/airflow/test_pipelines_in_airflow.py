"""Whole pipelines in a real Airflow: values between steps, conditions, items, groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_flows.emulator import FlowEmulator
from tests.airflow.steps import step

Make = Callable[..., Any]
ODD = "a {{ ti.task_id }} of ${params.plate} {% raw %} $${x} {# no #}"


@pytest.fixture
def flows(emulator: FlowEmulator) -> Make:
    """Return a function that sets up flows of BlinkOps, each with its result."""

    def make(**results: Any) -> None:
        for name, result in results.items():
            emulator.flow("blinkops", name, duration=0, result=result)

    return make


def sent(emulator: FlowEmulator, flow: str) -> list[Any]:
    """Return the inputs of a flow's runs, those that had any; steps that need not wait run in any order."""
    return sorted((run.inputs for run in emulator.runs() if run.flow_id == flow and run.inputs), key=str)


def test_values_keep_their_type_from_end_to_end(
    run_pipeline: Make, emulator: FlowEmulator, flows: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results, params, Variables and the run's conf arrive as what they are; inside a text as scalars."""
    monkeypatch.setenv("AIRFLOW_VAR_SITE", '{"name": "Basel", "rooms": [1, 2]}')
    monkeypatch.setenv("AIRFLOW_VAR_PLAIN", "[no list")
    flows(read={"wells": [1, 2.5, None, True], "n": 3, "none": None}, probe="done")
    done = run_pipeline(
        step("read", "blinkops/read"),
        step(
            "use",
            inputs={
                "wells": "${steps.read.result.wells}",
                "deep": [{"n": "${steps.read.result.n}", "none": "${steps.read.result.none}"}],
                "text": "${params.plate} has ${steps.read.result.n} on {{ ti.task_id }}: $${plain}",
                "rooms": "${vars.site.rooms}",
                "plain": "${vars.plain}",
                "absent": "${vars.absent || 'nobody'}",
                "conf": "${dag_run.conf.who}",
                "run": "${dag_run.dag_id}/${dag_run.run_id}/${dag_run.run_type}",
                "ids": "${[steps.read.run_id, steps.read.link]}",
                "block": "two\nlines\n",
                "three": 3,
            },
            needs=("read",),
        ),
        params={"plate": {"type": "string", "default": "P-001"}},
        conf={"who": ["me"]},
    )
    assert done.states == {("read", -1): "success", ("use", -1): "success"}
    [inputs] = sent(emulator, "probe")
    dag_id, run_id, run_type = inputs.pop("run").split("/")
    assert dag_id.startswith("pipeline_")
    assert run_id.startswith("manual__")
    assert run_type == "manual"
    assert inputs == {
        "wells": [1, 2.5, None, True],
        "deep": [{"n": 3, "none": None}],
        "text": "P-001 has 3 on use: ${plain}",
        "rooms": [1, 2],
        "plain": "[no list",
        "absent": "nobody",
        "conf": ["me"],
        "ids": [done.xcoms["read", -1, "run_id"], None],
        "block": "two\nlines\n",
        "three": 3,
    }
    assert done.rendered["use", -1]["inputs"]["wells"] == [1, 2.5, None, True]
    assert done.rendered["use", -1]["inputs"]["text"] == "P-001 has 3 on use: ${plain}"


def test_what_data_hold_is_never_read_again(
    run_pipeline: Make, emulator: FlowEmulator, flows: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`{{`, `{%` and `${` in results, params, conf, Variables and items stay the text that they are."""
    monkeypatch.setenv("AIRFLOW_VAR_ODD", ODD)
    flows(read={"odd": ODD, ODD: 1}, probe="done")
    done = run_pipeline(
        step("read", "blinkops/read"),
        step(
            "use",
            for_each=("${steps.read.result.odd}", "{{ ti.xcom_pull('read')['odd'] }}"),
            inputs={
                "whole": "${steps.read.result.odd}",
                "mapping": "${steps.read.result}",
                "inside": "{{ ti.task_id }}: ${params.plate} ${vars.odd} ${dag_run.conf.odd} ${item}",
                "by_jinja": "{{ dag_run.conf['odd'] }}${item}",
            },
            label="${item}",
            needs=("read",),
        ),
        params={"plate": {"default": ODD}},
        conf={"odd": ODD},
    )
    assert done.result("use__items") == [ODD, ODD]
    assert (
        sent(emulator, "probe")
        == [
            {
                "whole": ODD,
                "mapping": {"odd": ODD, ODD: 1},
                "inside": f"use: {ODD} {ODD} {ODD} {ODD}",
                "by_jinja": ODD + ODD,
            }
        ]
        * 2
    )
    assert done.labels["use", 0] == ODD
    assert done.rendered["use", 1]["item"] == ODD


def test_a_false_condition_skips_the_step_before_anything_is_sent(
    run_pipeline: Make, emulator: FlowEmulator, flows: Make, logged: Make
) -> None:
    """`if` has JMESPath's truth; a skipped step's inputs are not looked at, and its result is null."""
    flows(read={"bad": [], "good": {"n": 0}, "zero": 0}, probe={"said": "so"})
    condition = "${steps.read.result.bad}"
    more: dict[str, Any] = {"needs": ("read",), "settings": {"trigger_rule": "none_failed"}}
    done = run_pipeline(
        step("read", "blinkops/read"),
        step("never", condition=condition, inputs={"first": "no. ${steps.read.result.bad[0]}"}, **more),
        step("off", condition=False),
        step("on", condition=True),
        step("zero", condition="${steps.read.result.zero}", **more),
        step("follows", needs=("never",)),
        step("goes_on", inputs={"said": "${steps.never.result.said}"}, **{**more, "needs": ("never",)}),
        step("each", for_each="${steps.read.result.good.list}", condition=condition, **more),
        step("by_item", for_each=(0, "", "x"), condition="${item}", inputs={"item": "${item}"}, **more),
    )
    assert {name: state for (name, _), state in done.states.items() if name != "by_item"} == {
        "read": "success",
        "never": "skipped",
        "off": "skipped",
        "on": "success",
        "zero": "success",
        "follows": "skipped",
        "goes_on": "success",
        "each__items": "skipped",
        "each": "skipped",
    }
    assert [done.states["by_item", n] for n in range(3)] == ["success", "skipped", "success"]
    assert sent(emulator, "probe") == [{"item": "x"}, {"item": 0}, {"said": None}]
    text = logged()
    assert f"Step 'never' is skipped: `if: {condition}` gave []" in text
    assert "Step 'off' is skipped: its `if` is false" in text
    assert done.rendered["never", -1]["condition"] == []


def test_a_step_runs_for_each_item(run_pipeline: Make, emulator: FlowEmulator, flows: Make) -> None:
    """Items come from a list, a result or another step's results; each run has its label and number."""
    flows(read={"samples": [{"id": 1, "owner": "Ann"}, {"id": 2, "owner": None}]}, none=None)
    for name in ("probe", "again", "texts"):
        emulator.flow("blinkops", name, duration=0)
    done = run_pipeline(
        step("read", "blinkops/read"),
        step(
            "tell",
            for_each="${steps.read.result.samples}",
            inputs={"to": "${item.owner}", "n": "${index}"},
            label="${item.owner} no. ${item.id}",
            max_parallel=1,
            needs=("read",),
            group=("outer", "inner"),
        ),
        step(
            "again",
            "blinkops/again",
            for_each="${steps.tell.results[*].echo}",
            inputs={"was": "${item}", "all": "${steps.tell.results}"},
            label="${item}",
            needs=("tell",),
            group=("outer",),
        ),
        step("texts", "blinkops/texts", for_each=("{{ ti.task_id }}", "$${x}"), inputs={"text": "${item}"}),
        step("one", for_each=(["a"],), inputs={"one": "${item}"}, label="${item}", settings={"retries": 0}),
        step("nulls", "blinkops/none", for_each=(1, 2)),
        step(
            "sum",
            inputs={"results": "${steps.one.results}", "nulls": "${steps.nulls.results}"},
            needs=("one", "nulls"),
        ),
        step("nobody", for_each="${steps.nulls.results}", needs=("nulls",)),
    )
    both: list[Any] = [{"echo": {"to": "Ann", "n": 0}}, {"echo": {"to": None, "n": 1}}]
    assert sent(emulator, "again") == [{"was": each["echo"], "all": both} for each in both]
    assert sent(emulator, "texts") == [{"text": "${x}"}, {"text": "texts__items"}]
    assert done.labels["tell", 0] == "Ann no. 1"
    assert done.labels["tell", 1] == "1"  # an owner is missing
    assert done.labels["again", 0] == '{"to": "Ann", "n": 0}'
    assert done.labels["one", 0] == '["a"]'
    assert {"results": [{"echo": {"one": ["a"]}}], "nulls": []} in sent(emulator, "probe")
    assert done.states["nobody", -1] == "skipped"
    assert done.states["nobody__items", -1] == "success"


def test_what_cannot_be_filled_ends_the_task_for_good(
    run_pipeline: Make, emulator: FlowEmulator, flows: Make, logged: Make
) -> None:
    """The error names the step, the expression and what there was; nothing is sent or tried again."""
    flows(read={"list": [1], "mapping": {"a": 1}, "text": "x"})
    needs: dict[str, Any] = {"needs": ("read",), "settings": {"retries": 3}}
    done = run_pipeline(
        step("read", "blinkops/read"),
        step("missing", inputs={"a": ["no. ${steps.read.result.nothing}"]}, **needs),
        step("mapping", inputs={"a": "no. ${steps.read.result.mapping}"}, **needs),
        step("fails", condition="${length(steps.read.result.nothing)}", **needs),
        step("no_list", for_each="${steps.read.result.mapping}", **needs),
        step("no_items", for_each="${steps.read.result.nothing}", **needs),
    )
    assert {state for (name, _), state in done.states.items() if name != "read"} == {
        "failed",
        "upstream_failed",
    }
    assert sent(emulator, "probe") == []
    assert {tries for (name, _), tries in done.tries.items() if done.states[name, -1] == "failed"} == {1}
    text = logged()
    assert (
        "${steps.read.result.nothing} (steps.missing.with.a[0]) stands inside a text and finds noth" in text
    )
    assert "${steps.read.result.mapping} (steps.mapping.with.a) stands inside a text and is a mapping" in text
    assert "${length(steps.read.result.nothing)} (steps.fails.if) fails" in text
    assert "Step 'no_list': for_each gave a dict, a list was expected: ${steps.read.result.mapping}" in text
    assert "Step 'no_items': for_each gave nothing, a list was expected: ${steps.read.result.noth" in text


def test_a_deferred_step_keeps_what_it_sent(run_pipeline: Make, emulator: FlowEmulator, flows: Make) -> None:
    """After the trigger the same values are shown, and the label is the same."""
    flows(read={"odd": ODD})
    emulator.flow("vishwa", "probe", duration=0.5)
    done = run_pipeline(
        step("read", "blinkops/read"),
        step(
            "use",
            "vishwa/probe",
            for_each=("a",),
            inputs={"odd": "${steps.read.result.odd} of ${item}"},
            label="item ${item}",
            needs=("read",),
            settings={"deferrable": True},
        ),
    )
    assert done.states["use", 0] == "success"
    assert done.rendered["use", 0]["inputs"] == {"odd": f"{ODD} of a"}
    assert done.labels["use", 0] == "item a"
