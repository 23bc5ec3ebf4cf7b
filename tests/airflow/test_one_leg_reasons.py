"""When a worker ends a deferred task all the same: the list of `docs/scale.md`, one case each."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred
from airflow.sdk import DAG, Asset, BaseXCom, task
from airflow.sdk.execution_time import xcom
from airflow.sdk.listener import get_listener_manager
from airflow.serialization.serialized_objects import DagSerialization

from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.step import FlowStepOperator
from airflow_provider_flows.pipelines.tasks import LABEL
from airflow_provider_flows.sensors.flow import FlowRunSensor
from airflow_provider_flows.triggers import reasons
from tests.airflow.legs import Attempt, TaskInstance

Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


class PostExecuted(RunFlowOperator):
    """An operator of a user's that does something at the end."""

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Do nothing."""


class TakenUp(RunFlowOperator):
    """An operator of a user's that changes the result."""

    def execute_complete(self, context: Any, event: Any) -> Any:
        """Return more than the result."""
        return [super().execute_complete(context, event)]


def called(*_: Any) -> None:
    """Stand for a callback."""


# What `auto` leaves to a worker and `True` does not, and what no choice takes from a worker.
LOST: dict[str, dict[str, Any]] = {
    "outlets": {"outlets": [Asset("https://flows.example/a")]},
    "on_success_callback": {"on_success_callback": called},
    "e-mail": {"email": "lab@flows.example"},
    "a post_execute": {"post_execute": called},
    "map_index_template": {"map_index_template": "{{ ti.xcom_pull(key='run_id') }}"},
}
WRONG: dict[str, dict[str, Any]] = {
    "do_xcom_push is off": {"do_xcom_push": False},
    "multiple_outputs": {"multiple_outputs": True},
}


@pytest.fixture
def ended_by(flow: Flow, attempt: Make, logged: Callable[[], str]) -> Callable[..., tuple[bool, str]]:
    """Return a function that defers a task; it tells whether its trigger may end it, and gives the log."""

    def defer(
        kind: type[RunFlowOperator] = RunFlowOperator, email: str | None = None, **more: Any
    ) -> tuple[bool, str]:
        operator = kind(**flow("scade", outcome="never_ends"), deferrable=True, **more)
        operator.email = email  # Airflow warns of it as an argument
        return deferred(attempt(operator), logged)

    return defer


def deferred(process: Attempt, logged: Callable[[], str]) -> tuple[bool, str]:
    """Defer a task; tell whether its trigger may end it, and give the log."""
    logged()
    with pytest.raises(TaskDeferred) as deferral:
        process.start()
    return deferral.value.trigger.end is not None, logged()


@pytest.mark.parametrize("reason", LOST)
def test_what_would_be_lost_is_a_workers_unless_the_user_says_so(ended_by: Make, reason: str) -> None:
    """With `auto` the log tells the reason; `True` ends in the trigger, `False` never, and says nothing."""
    by_trigger, told = ended_by(**LOST[reason])
    assert not by_trigger
    assert "A worker is going to end this task: " in told
    assert reason in told
    assert ended_by(**LOST[reason], end_from_trigger=True)[0]
    by_trigger, told = ended_by(**LOST[reason], end_from_trigger=False)
    assert not by_trigger
    assert "A worker is going to end" not in told


@pytest.mark.parametrize("reason", WRONG)
@pytest.mark.parametrize("choice", ["auto", True])
def test_what_would_be_wrong_is_a_workers_whatever_the_user_says(
    ended_by: Make, reason: str, choice: str | bool
) -> None:
    """Data that would not be what they are elsewhere are never left by a trigger; the log tells why."""
    by_trigger, told = ended_by(**WRONG[reason], end_from_trigger=choice)
    assert not by_trigger
    assert f"A worker is going to end this task: {reason}" in told


def test_a_plain_task_is_ended_by_its_trigger(ended_by: Make) -> None:
    """Nothing of what most tasks have needs a worker: callbacks of failures, inlets, retries, params."""
    assert ended_by()[0]
    assert ended_by(
        on_failure_callback=called, on_retry_callback=called, on_skipped_callback=called,
        on_execute_callback=called, inlets=[Asset("https://flows.example/a")], retries=3,
        pre_execute=called,
    )[0]  # fmt: skip


def test_a_subclass_that_takes_the_task_up_is_heeded(ended_by: Make) -> None:
    """A user's own `execute_complete` makes the result, so it is called; a `post_execute` may be given up."""
    assert not ended_by(TakenUp, end_from_trigger=True)[0]
    assert "TakenUp.execute_complete" in ended_by(TakenUp)[1]
    assert not ended_by(PostExecuted)[0]
    assert ended_by(PostExecuted, end_from_trigger=True)[0]


@pytest.mark.parametrize("choice", ["auto", True])
def test_a_task_that_others_are_expanded_over_is_a_workers(
    flow: Flow, attempt: Make, logged: Callable[[], str], choice: str | bool
) -> None:
    """Airflow learns from a worker how many tasks there will be; of mapped tasks it counts the tasks."""

    @task
    def take(_value: Any) -> None: ...

    with DAG("dag", schedule=None):
        run = RunFlowOperator(**flow("scade", outcome="never_ends"), deferrable=True, end_from_trigger=choice)
        take.expand(_value=run.output)
    assert deferred(attempt(run), logged)[0] is False
    ti = TaskInstance("run", map_index=0)
    mapped = attempt(run, ti)
    ti.is_mapped = True
    assert deferred(mapped, logged)[0] is True
    with DAG("other", schedule=None):
        run = RunFlowOperator(**flow("scade", outcome="never_ends"), deferrable=True, end_from_trigger=choice)
        take(run.output)
    assert deferred(attempt(run), logged)[0] is True


def test_a_listener_of_successes_is_heeded(ended_by: Make) -> None:
    """A plugin that is told of each success hears of it from a worker; one of failures does not matter."""
    from airflow.listeners import hookimpl

    class OfFailures:
        @hookimpl
        def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None: ...

    class OfSuccesses:
        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None: ...

    manager: Any = get_listener_manager()
    try:
        manager.add_listener(OfFailures())
        assert ended_by()[0]
        manager.add_listener(OfSuccesses())
        by_trigger, told = ended_by()
        assert not by_trigger
        assert "a plugin listens" in told
        assert ended_by(end_from_trigger=True)[0]
    finally:
        manager.clear()


@pytest.mark.parametrize("choice", ["auto", True])
def test_an_xcom_backend_of_somebodys_own_is_a_workers(
    ended_by: Make, monkeypatch: pytest.MonkeyPatch, choice: str | bool
) -> None:
    """What a backend does to a value may hold up the triggerer, or need what only workers have."""

    class Backend(BaseXCom):
        pass

    monkeypatch.setattr(xcom, "XCom", Backend)
    by_trigger, told = ended_by(end_from_trigger=choice)
    assert not by_trigger
    assert "XCom backend" in told


def test_a_store_that_is_cleared_on_success_is_a_workers(
    ended_by: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow clears a task's store when a worker reports the success."""
    monkeypatch.setenv("AIRFLOW__STATE_STORE__CLEAR_ON_SUCCESS", "True")
    by_trigger, told = ended_by()
    assert not by_trigger
    assert "clear_on_success" in told
    assert ended_by(end_from_trigger=True)[0]


def test_the_steps_of_pipelines_are_ended_by_their_triggers(attempt: Make, flow: Flow) -> None:
    """A label is whole before the run starts, so mapped steps with labels need no worker at their end."""
    assert f"{{{{ {LABEL} }}}}" == reasons._EARLY_NAME
    arguments = {**flow("scade", outcome="never_ends"), "task_id": "run"}
    step = FlowStepOperator(
        **arguments, platform="scade", deferrable=True, label="of ${item}", item=3,
        map_index_template=f"{{{{ {LABEL} }}}}",
    )  # fmt: skip
    with DAG("dag", schedule=None):
        process = attempt(step, TaskInstance("run", map_index=0))
    with pytest.raises(TaskDeferred) as deferral:
        process.start(params={}, dag_run=None)
    assert deferral.value.trigger.end is not None


def test_sensors_heed_the_same_list(begun: Make, attempt: Make, logged: Callable[[], str]) -> None:
    """A deferred sensor is ended as an operator is, and falls back as it does."""
    common: dict[str, Any] = {
        "task_id": "wait", "flow_conn_id": "scade_default", "deferrable": True,
        "run": begun("scade", outcome="never_ends").to_json(),
    }  # fmt: skip
    for more, expected in (
        ({}, True), ({"outlets": LOST["outlets"]["outlets"]}, False), ({"multiple_outputs": True}, False),
        ({"end_from_trigger": False}, False),
        ({"on_success_callback": called, "end_from_trigger": True}, True),
    ):  # fmt: skip
        assert deferred(attempt(FlowRunSensor(**common, **more)), logged)[0] is expected


@pytest.mark.parametrize("choice", ["yes", None, 1])
def test_a_choice_that_is_none_is_refused(choice: Any) -> None:
    """Operator and sensor name what may stand there."""
    for make in (
        lambda: RunFlowOperator(task_id="t", flow_conn_id="c", flow_id="f", end_from_trigger=choice),
        lambda: FlowRunSensor(task_id="t", flow_conn_id="c", run="r", end_from_trigger=choice),
    ):
        with pytest.raises(ValueError, match="must be 'auto', True or False"):
            make()


def test_a_dag_is_taken_where_a_plugin_listens() -> None:
    """Airflow refuses a DAG there with a task whose `end_from_trigger` isn't false; ours don't show it."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.listeners import hookimpl
    from airflow.listeners.listener import get_listener_manager as listeners_of_airflow

    class Listener:
        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None: ...

    with DAG("listened", schedule=None) as dag:
        RunFlowOperator(task_id="a", flow_conn_id="c", flow_id="f")
        FlowRunSensor(task_id="b", flow_conn_id="c", run="r", end_from_trigger=True)
    bag = DagBag(os.devnull, collect_dags=False)
    manager: Any = listeners_of_airflow()
    try:
        manager.add_listener(Listener())
        bag.bag_dag(dag)
    finally:
        manager.clear()
    assert list(bag.dags) == ["listened"]


@pytest.mark.parametrize("arguments", [*LOST.values(), *WRONG.values()], ids=[*LOST, *WRONG])
def test_what_airflow_stores_of_a_mapped_task_tells_the_same(arguments: dict[str, Any]) -> None:
    """The triggerer has nothing else of a sensor that no worker has started."""
    with DAG("dag", schedule=None) as dag:
        RunFlowOperator.partial(task_id="run", flow_conn_id="c", **arguments).expand(flow_id=["a", "b"])
        RunFlowOperator.partial(task_id="plain", flow_conn_id="c").expand(flow_id=["a", "b"])
    stored: Any = DagSerialization.from_dict(DagSerialization.to_dict(dag))

    def told(task_id: str) -> str | None:
        task = stored.get_task(task_id)
        return reasons.hindrance(task, is_mapped=True) or reasons.loss(task)

    assert told("plain") is None
    if "post_execute" not in arguments:  # of which nothing is stored: the trigger was told by the DAG file
        assert told("run") is not None
