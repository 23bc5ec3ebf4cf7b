"""A step's operator: what fills its texts and when, and that it keeps every promise of `RunFlowOperator`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSkipException, TaskDeferred

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.items import FlowItemsOperator
from airflow_provider_flows.operators.step import FlowStepOperator
from airflow_provider_flows.outcomes import FlowPermanentError, FlowUnavailableError
from tests.airflow.legs import Attempt, Store, TaskInstance

Make = Callable[..., Any]
Flow = Callable[..., dict[str, Any]]
NOON = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
SECRET = "Planted-Secret"


@dataclass(slots=True)
class Upstream(TaskInstance):
    """A task instance whose run has XComs of other tasks; it notes what is asked for."""

    left: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)
    fault: Exception | None = None
    _ti_context_from_server: Any = None

    def xcom_pull(self, task_ids: list[str] | str, key: str, map_indexes: Any = None) -> list[Any]:
        [task_id] = [task_ids] if isinstance(task_ids, str) else task_ids
        self.asked.append((task_id, key))
        if self.fault is not None:
            raise self.fault
        left = self.left.get((task_id, key), [None])
        return left if map_indexes is None else [left[index] for index in map_indexes]

    def get_task_states(self, dag_id: str, task_ids: list[str], run_ids: list[str]) -> Any:
        [task_id] = task_ids
        found = {name: state for name, state in self.states.items() if name.rpartition("_")[0] == task_id}
        return {run_ids[0]: found or {task_id: self.states.get(task_id, "success")}}


def results(**values: Any) -> Upstream:
    """Return a task instance after steps with these results."""
    return Upstream("run", left={(name, "return_value"): [value] for name, value in values.items()})


@pytest.fixture
def made(attempt: Make, flow: Flow) -> Make:
    """Return a function that makes an attempt of a step on BlinkOps."""
    arguments = {**flow("blinkops"), "flow_conn_id": None, "options": None}

    def make(ti: Any = None, store: Store | None = None, **more: Any) -> Attempt:
        operator = FlowStepOperator(platform="blinkops", **{**arguments, **more})
        done: Attempt = attempt(operator, ti or results(), store)
        return done

    return make


def rendered(attempt: Attempt, **context: Any) -> Any:
    """Return the task as it is once Airflow has rendered it."""
    attempt.task.render_template_fields(attempt._context(context))
    return attempt.task


def test_each_name_is_asked_for_once(made: Make) -> None:
    """Whatever speaks of it: the condition, any number of texts, and the label."""
    ti = results(a={"n": 1, "m": 2}, unused={})
    both = "${steps.a.result.n} ${steps.a.result.m}"
    task = rendered(made(ti, inputs={"x": both, "y": [both]}, condition="${steps.a.result}", label=both))
    assert task.inputs == {"x": "1 2", "y": ["1 2"]}
    assert ti.asked == [("a", "return_value")]


def test_the_run_of_a_step_and_the_dag_run_can_be_named(made: Make) -> None:
    """Ids and links, and of the DAG run all that Airflow tells, with times as ISO text."""
    ti = results()
    ti.left = {("a", "run_id"): ["r-1"], ("a", "_link_FlowRunLink"): [""], ("a", "return_value"): ["x"]}
    run = SimpleNamespace(
        run_id="manual__1",
        run_type=SimpleNamespace(value="manual"),
        dag_id="plates",
        logical_date=None,
        run_after=NOON,
        start_date=NOON,
        conf=None,
    )
    inputs = {
        "step": "${steps.a}",
        "run": "${dag_run}",
        "all": "${params}",
        "index": "${index}",
        "no": "${x}",
        "neither": "${steps.b.no_field}",
    }
    task = rendered(made(ti, inputs=inputs), dag_run=run, params={"p": 1})
    assert task.inputs == {
        "step": {"result": "x", "run_id": "r-1", "link": None},
        "run": {
            "run_id": "manual__1",
            "run_type": "manual",
            "dag_id": "plates",
            "ds": "2026-05-01",  # a run by hand or by an asset may have no logical date
            "ts": "2026-05-01T12:00:00+00:00",
            "logical_date": None,
            "run_after": "2026-05-01T12:00:00+00:00",
            "data_interval_start": None,
            "data_interval_end": None,
            "start_date": "2026-05-01T12:00:00+00:00",
            "conf": {},
        },
        "all": {"p": 1},
        "index": -1,
        "no": None,
        "neither": None,
    }


def test_a_stored_result_is_read_where_it_lies(made: Make, tmp_path: Path) -> None:
    """A step that is too large for XCom gives its result all the same; one that is away may come back."""
    path = tmp_path / "result.json"
    path.write_text('{"wells": [1]}')
    reference = {"flow_result": f"file://{path}", "bytes": 14, "content_type": "application/json"}
    inputs = {"one": "${steps.a.result.wells}", "all": "${steps.b.results[].wells[]}"}
    ti = results(a=reference)
    ti.left["b", "return_value"] = [{"wells": [0]}, reference]
    ti.states = {"b_0": "success", "b_1": "success"}
    assert rendered(made(ti, inputs=inputs)).inputs == {"one": [1], "all": [0, 1]}
    path.unlink()
    with pytest.raises(FlowPermanentError, match=r"is not at file://.*any more"):
        rendered(made(ti, inputs=inputs))
    path.mkdir()
    with pytest.raises(FlowUnavailableError):
        rendered(made(ti, inputs=inputs))


@pytest.mark.parametrize("state", [None, "skipped", "upstream_failed", "removed"])
def test_what_an_earlier_time_left_is_not_taken_for_this_ones(made: Make, state: str | None) -> None:
    """Airflow keeps the XComs of a task that was cleared and then not started: such a result is null."""
    ti = results(a={"x": 1}, b="mapped")
    ti.left["a", "run_id"] = ["r-1"]
    ti.left["b", "return_value"] = [1, 2, 3]
    inputs = {"a": "${steps.a.result.x}", "run": "${steps.a.run_id}", "b": "${steps.b.results}"}
    ti.states = {"a": state, "b_0": "success", "b_1": state, "b_2": "failed"}
    assert rendered(made(ti, inputs=inputs)).inputs == {"a": None, "run": None, "b": [1, 3]}
    ti.states = {"a": "failed", "b_0": "success", "b_1": "running", "b_2": "success"}
    assert rendered(made(ti, inputs=inputs)).inputs == {"a": 1, "run": "r-1", "b": [1, 2, 3]}
    ti.states = {"b": state}  # not expanded this time
    assert rendered(made(ti, inputs=inputs)).inputs["b"] == []
    ti.states = {"b_0": state}
    assert rendered(made(ti, inputs=inputs)).inputs["b"] == []


def test_a_connection_of_another_platform_is_refused(made: Make, emulator: FlowEmulator) -> None:
    """Its type must be the step's platform; nothing is sent."""
    with pytest.raises(
        FlowPermanentError, match="'vishwa_default' has the type 'vishwa', but the type 'blink"
    ):
        made(flow_conn_id="vishwa_default").run()
    assert emulator.runs() == []


def test_secrets_that_are_filled_in_are_sent_and_not_shown(
    made: Make, emulator: FlowEmulator, monkeypatch: pytest.MonkeyPatch, logged: Make
) -> None:
    """Options are hidden after they were filled."""
    monkeypatch.setenv("AIRFLOW_VAR_HEADER", SECRET)
    callback = {"url": "https://hooks.invalid/done", "headers": {"X-Key": "${vars.header}"}}
    attempt = made(options={"callback": callback})
    attempt.run()
    assert attempt.task.options["callback"]["headers"] == {"X-Key": "***"}
    assert emulator.runs()[0].body["callback"]["headers"] == {"X-Key": SECRET}
    assert SECRET not in logged()


def test_a_retry_knows_its_run_by_what_was_filled_in(made: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """The same values go on with the run; others are other inputs."""
    flow("blinkops", duration=0.5, result="done")
    store = Store()
    asked = {"inputs": {"n": "${steps.a.result}"}, "deferrable": True}
    with pytest.raises(TaskDeferred):
        made(results(a=1), store, **asked).start()
    changed = results(a=2)
    changed.try_number, changed.id = 2, "attempt-2"
    with pytest.raises(FlowPermanentError, match="other inputs"):
        made(changed, store, **asked).start()
    same = results(a=1)
    same.try_number, same.id = 3, "attempt-3"
    assert made(same, store, **asked).run() == "done"
    assert [run.inputs for run in emulator.runs()] == [{"n": 1}]


RESUMED = SimpleNamespace(next_method="execute_complete")


def test_a_started_run_is_seen_through_whatever_its_texts_would_say_now(made: Make, logged: Make) -> None:
    """After the trigger nothing is sent, so what can't be looked up again ends nothing, and skips nothing."""
    asked: dict[str, Any] = {
        "inputs": {"a": "no. ${steps.a.result}"},
        "condition": "${steps.a.result}",
        "label": "${steps.a.result}",
        "result_path": "{{ 'echo.' }}part",
    }
    ti = results(a=None)
    ti._ti_context_from_server = RESUMED
    task = rendered(made(ti, **asked))
    assert task.inputs == asked["inputs"]
    assert task.condition == asked["condition"]
    assert task.result_path == "echo.part"
    assert "What was sent can't be shown again: ${steps.a.result} (steps.run.with.a) stands" in logged()
    ti.fault = ConnectionError("away")
    rendered(made(ti, **asked))
    assert "What was sent can't be shown again: away" in logged()
    task.skip_unless_wanted()
    first = results(a=1)
    first.fault = ti.fault
    with pytest.raises(ConnectionError):
        rendered(made(first, **asked))


def test_a_label_is_never_worth_a_run(made: Make, logged: Make) -> None:
    """One that can't be filled is the item's number; a long one is cut, as Airflow keeps it."""
    for label, expected in (
        ("${item.nothing} x", "3"),
        ("${item", "3"),
        ("${item.name}", "Ann"),
        ("${item.n}", "[1]"),
        ("${item.name}" * 100, ("Ann" * 100)[:250]),
    ):
        ti = results()
        ti.map_index = 3
        attempt = made(ti, item={"name": "Ann", "n": [1]}, label=label)
        context = attempt._context({})
        attempt.task.render_template_fields(context)
        assert context["flow_label"] == expected
    assert "Item 3 has no label: ${item.nothing} (steps.run.label) stands inside a text" in logged()


def test_what_airflow_renders_inside_of_a_field_is_left_to_it(made: Make) -> None:
    """Objects with templates of their own are rendered by the same method, and hold no `${…}`."""

    class Note:
        template_fields = ("text",)

        def __init__(self) -> None:
            self.text = "{{ ti.task_id }} ${x}"

    note = Note()
    attempt = made(inputs={"a": "${item}"}, item="{{ ti.task_id }}")
    attempt.task.input_schema = note
    assert rendered(attempt).inputs == {"a": "{{ ti.task_id }}"}
    assert attempt.task.item == "{{ ti.task_id }}"
    assert note.text == "run ${x}"


def test_a_malformed_expression_is_told_where_it_stands(made: Make) -> None:
    """It can only come from Python: a file with one gives no DAG."""
    with pytest.raises(FlowPermanentError, match=r"steps\.run\.with\.a"):
        rendered(made(inputs={"a": "${steps.a.["}))
    with pytest.raises(FlowPermanentError, match=r"steps\.run\.if"):
        rendered(made(condition="${steps.a.["))


def test_variables_are_json_only_where_they_look_like_it(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object or a list is read; a number, a broken object and everything else is text."""
    values = {"OBJ": '{"a": 1}', "LIST": " [1]", "NUMBER": "5", "BROKEN": "{a", "EMPTY": ""}
    for name, text in values.items():
        monkeypatch.setenv(f"AIRFLOW_VAR_{name}", text)
    inputs = {name.lower(): f"${{vars.{name.lower()}}}" for name in values}
    assert rendered(made(inputs=inputs)).inputs == {
        "obj": {"a": 1},
        "list": [1],
        "number": "5",
        "broken": "{a",
        "empty": "",
    }


def test_items_are_a_list_or_an_error(attempt: Make) -> None:
    """What gives the items says what it got instead, and a false condition skips it first."""

    def items(for_each: Any, **more: Any) -> Any:
        operator = FlowItemsOperator(task_id="s__items", step="s", for_each=for_each, **more)
        return attempt(operator, results(a={"list": [1], "text": "x"})).run()

    assert items("${steps.a.result.list}") == [1]
    assert items(["${steps.a.result.text}", "{{ ti.task_id }}", 2]) == ["x", "run", 2]
    for name, found in (("text", "a str"), ("nothing", "nothing")):
        asked = f"${{steps.a.result.{name}}}"
        with pytest.raises(FlowPermanentError) as caught:
            items(asked)
        assert str(caught.value) == f"Step 's': for_each gave {found}, a list was expected: {asked}"
    with pytest.raises(AirflowSkipException, match=r"Step 's' is skipped: `if: .*` gave null"):
        items("${steps.a.result.nothing}", condition="${steps.a.result.nothing}")


def test_json_is_what_the_platform_gets(made: Make, emulator: FlowEmulator) -> None:
    """A whole mapping can come from one `${…}`, as can a flow's id."""
    ti = results(a={"flow": "probe", "inputs": {"x": [1, None, {"y": "é"}]}})
    attempt = made(ti, flow_id="${steps.a.result.flow}", inputs="${steps.a.result.inputs}")
    assert attempt.run() == {"echo": {"x": [1, None, {"y": "é"}]}}
    assert json.dumps(emulator.runs()[0].inputs) == json.dumps({"x": [1, None, {"y": "é"}]})
