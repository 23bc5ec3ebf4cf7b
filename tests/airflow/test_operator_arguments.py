"""What an operator is told: templates, native types, mapping, and what is refused before anything is sent."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import ObjectStoragePath

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.blinkops import BlinkOpsRunFlowOperator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.scade import ScadeRunFlowOperator
from airflow_provider_flows.operators.unitelabs import UniteLabsRunFlowOperator
from airflow_provider_flows.operators.vishwa import VishwaRunFlowOperator
from airflow_provider_flows.operators.wisebot import WisebotRunFlowOperator
from airflow_provider_flows.outcomes import FlowPermanentError
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.sensors.flow import FlowRunSensor

TYPED = {
    "unitelabs": UniteLabsRunFlowOperator,
    "scade": ScadeRunFlowOperator,
    "blinkops": BlinkOpsRunFlowOperator,
    "wisebot": WisebotRunFlowOperator,
    "vishwa": VishwaRunFlowOperator,
}
SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}, "items": {"type": "array", "items": {"type": "string"}}},
    "required": ["n", "name"],
}
Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


@pytest.mark.parametrize("platform", TYPED)
def test_a_typed_operator_has_a_keyword_for_each_option_of_its_spec(platform: str) -> None:
    """Options and keywords cannot change without each other, and only required ones have no default."""
    spec = specs.load(platform)
    fields = {**spec.options}
    for variant in spec.variants:
        fields |= spec.variant(variant).options
    own = inspect.signature(vars(TYPED[platform])["__init__"]).parameters
    keywords = {name: each for name, each in own.items() if each.kind is each.KEYWORD_ONLY}
    assert keywords.keys() - {"flow_conn_id", "options"} == fields.keys()
    assert keywords["flow_conn_id"].default == f"{platform}_default"
    for name, field in fields.items():
        must_be_given = field.required and field.default is None
        assert (keywords[name].default is inspect.Parameter.empty) == must_be_given
        assert f":param {name}:" in str(TYPED[platform].__doc__)


@pytest.mark.parametrize("platform", TYPED)
def test_a_typed_operator_starts_a_flow_with_its_options(
    attempt: Make, emulator: FlowEmulator, flow: Flow, platform: str
) -> None:
    """Each typed operator finds its platform's default connection and runs a flow."""
    arguments = flow(platform)
    options = arguments.pop("options") or {}
    del arguments["flow_conn_id"]
    attempt(TYPED[platform](**arguments, **options)).run()
    assert [run.platform for run in emulator.runs()] == [platform]


def test_typed_options_reach_the_platform(attempt: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """Keywords and `options` are sent together."""
    arguments = {**flow("blinkops"), "options": {"runner": "r1"}}
    attempt(BlinkOpsRunFlowOperator(**arguments, trigger_type="event", event={"id": 7})).run()
    [run] = emulator.runs()
    assert (run.body["runner"], run.body["trigger_type"], run.body["event"]) == ("r1", "event", {"id": 7})


def test_an_option_that_is_given_twice_is_refused() -> None:
    """An option stands in `options` or in its keyword; nobody could tell which of two is meant."""
    with pytest.raises(ValueError, match="given both in options and by a keyword: name"):
        UniteLabsRunFlowOperator(task_id="t", flow_id="f", name="a", options={"name": "b"})


def test_typed_operators_need_a_mapping_of_options() -> None:
    """Options from another task cannot be joined with keywords, which is said while the DAG is parsed."""
    from airflow.sdk import DAG, task

    with DAG("typed_options", schedule=None):

        @task
        def other() -> dict[str, Any]:
            return {}

        with pytest.raises(TypeError, match="options must be a mapping here, not"):
            UniteLabsRunFlowOperator(task_id="t", flow_id="f", options=other())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["poll_interval", "timeout", "defer_after"])
@pytest.mark.parametrize("value", [-1, "5", True, None, timedelta(seconds=-1)])
def test_times_are_seconds(name: str, value: object) -> None:
    """A time that is none is refused while the DAG is parsed, with its name."""
    wrong: dict[str, Any] = {name: value}
    with pytest.raises(ValueError, match=f"{name} must be .* seconds"):
        RunFlowOperator(task_id="t", flow_conn_id="c", flow_id="f", **wrong)


def test_only_defer_after_may_be_zero() -> None:
    """A run cannot take no time, nor can one ask without a pause; but one may defer at once."""
    assert RunFlowOperator(task_id="t", flow_conn_id="c", flow_id="f", defer_after=0).defer_after == 0
    for name in ("poll_interval", "timeout"):
        wrong: dict[str, Any] = {name: 0}
        with pytest.raises(ValueError, match="more than 0 seconds"):
            RunFlowOperator(task_id="t", flow_conn_id="c", flow_id="f", **wrong)


def test_deferrable_follows_airflows_configuration() -> None:
    """`[operators] default_deferrable` decides for operator and sensor where the DAG does not."""
    code = (
        "from airflow_provider_flows.operators.flow import RunFlowOperator as Operator\n"
        "from airflow_provider_flows.sensors.flow import FlowRunSensor as Sensor\n"
        "print(Operator(task_id='o', flow_conn_id='c', flow_id='f').deferrable,"
        " Sensor(task_id='s', flow_conn_id='c', run='r').deferrable)"
    )
    env = {**os.environ, "AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE": "True"}
    shown = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    assert shown.stdout.split()[-2:] == ["True", "True"]
    assert not RunFlowOperator(task_id="o", flow_conn_id="c", flow_id="f").deferrable
    assert not FlowRunSensor(task_id="s", flow_conn_id="c", run="r").deferrable


def test_all_violations_are_told_at_once_and_nothing_is_sent(
    attempt: Make, emulator: FlowEmulator, flow: Flow
) -> None:
    """Inputs that break their schema fail the task for good, each place named, before a word is sent."""
    arguments = flow("vishwa")
    task = attempt(RunFlowOperator(**arguments, inputs={"n": "one", "items": ["a", 2]}, input_schema=SCHEMA))
    with pytest.raises(FlowPermanentError) as caught:
        task.run()
    for part in ("3 place(s)", "inputs.n", "inputs.items[1]", "'name' is a required property"):
        assert part in str(caught.value)
    assert not emulator.requests


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"result_path": "rows[?"}, "result_path: not a valid JMESPath expression: 'rows\\[\\?'"),
        ({"flow_id": ""}, "flow_id"),
        ({"flow_id": ".."}, "flow_id"),
        ({"inputs": {"at": {1, 2}}}, "inputs.at: JSON has no set"),
        ({"inputs": ["no", "names"]}, "inputs must be a mapping"),
        ({"options": {"runer": "r1"}}, "did you mean 'runner'"),
        ({"options": {"event": "text"}}, "event"),
        ({"options": "{{ 'text' }}"}, "options must be a mapping"),
        ({"variant": "sink"}, "variant"),
        ({"files": {"doc": "/nowhere/at/all"}}, "take files|/nowhere/at/all"),
        ({"input_schema": {"type": "nothing"}}, "input_schema is no JSON Schema"),
    ],
)
def test_what_is_wrong_is_found_before_anything_is_sent(
    attempt: Make, emulator: FlowEmulator, flow: Flow, change: dict[str, Any], said: str
) -> None:
    """Each wrong argument fails the task for good with its name, and the platform hears nothing."""
    with pytest.raises(FlowPermanentError, match=said):
        attempt(RunFlowOperator(**{**flow("blinkops"), **change})).run()
    assert not emulator.requests


@pytest.mark.parametrize("stored", [False, True], ids=["local", "object storage"])
def test_files_are_uploaded_and_put_into_the_inputs(
    attempt: Make, emulator: FlowEmulator, flow: Flow, tmp_path: Path, *, stored: bool
) -> None:
    """A file is uploaded before the start, and what stands for it is an input that the schema knows of."""
    (tmp_path / "plan.txt").write_bytes(b"twelve plates")
    arguments = flow("vishwa")
    place = (
        ObjectStoragePath(f"file://{tmp_path}/plan.txt") if stored else "{{ dag_run.conf.folder }}/plan.txt"
    )
    schema = {"required": ["plan", "n"], "properties": {"plan": {"type": "string"}}}
    operator = VishwaRunFlowOperator(
        **{**arguments, "options": None},
        inputs={"n": 1},
        files={"plan": place},
        input_schema=schema,
        temp=True,
    )

    class DagRun:
        conf: dict[str, str] = {"folder": str(tmp_path)}  # noqa: RUF012 - only read

    attempt(operator).run(dag_run=DagRun())
    [upload] = emulator.core.uploads
    assert (upload.filename, upload.size, upload.temp) == ("plan.txt", 13, True)
    assert emulator.runs()[0].inputs == {"n": 1, "plan": f"https://assets.invalid/{upload.id}"}


def test_the_options_that_a_subclass_sets_are_sent(attempt: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """What is shown of the rendered options is a copy, but a subclass may still replace them."""

    class Named(UniteLabsRunFlowOperator):
        def execute(self, context: Any) -> Any:
            self.options = {**self.options, "name": "by subclass"}
            return super().execute(context)

    attempt(Named(**{**flow("unitelabs"), "options": None}, name="by author")).run()
    assert emulator.runs()[0].name == "by subclass"


def test_the_run_name_is_unique_to_the_attempt(attempt: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """UniteLabs' run is named after task and attempt, unless its name is given."""
    arguments = {**flow("unitelabs"), "options": None}
    first = attempt(UniteLabsRunFlowOperator(**arguments))
    first.run()
    first.ti.try_number = 2
    first.run()
    attempt(UniteLabsRunFlowOperator(**arguments, name="{{ ti.run_id }} by hand")).run(ti=first.ti)
    names = [run.name for run in emulator.runs()]
    assert names == ["dag.run.manual__1.-1.1", "dag.run.manual__1.-1.2", "manual__1 by hand"]


def test_a_typed_operator_refuses_the_connection_of_another_platform(
    attempt: Make, emulator: FlowEmulator, flow: Flow
) -> None:
    """A typed operator starts nothing on a platform that is not its own."""
    arguments = {**flow("vishwa"), "options": None}
    with pytest.raises(FlowPermanentError, match=r"has the type 'vishwa', but the type 'blinkops' is needed"):
        attempt(BlinkOpsRunFlowOperator(**arguments)).run()
    assert not emulator.requests
