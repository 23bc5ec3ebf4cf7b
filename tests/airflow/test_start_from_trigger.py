"""Sensors that no worker starts: what the scheduler is given, what the trigger does, what is refused."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSkipException, TaskDeferred
from airflow.sdk import DAG, Asset, AssetAlias, task
from airflow.serialization.decoders import smart_decode_trigger_kwargs
from airflow.serialization.serialized_objects import DagSerialization
from airflow.triggers.base import TaskSuccessEvent

from airflow_provider_flows.outcomes import FlowPermanentError, FlowRunFailedError
from airflow_provider_flows.sensors.flow import FlowRunSensor
from airflow_provider_flows.sensors.trigger import FlowSensorTrigger
from tests.airflow.channel import Channel, channel
from tests.airflow.legs import Attempt, Store, TaskInstance

__all__ = ["channel"]
Make = Callable[..., Any]
COMMON: dict[str, Any] = {
    "task_id": "wait", "flow_conn_id": "blinkops_default", "poke_interval": 0.1, "start_from_trigger": True,
}  # fmt: skip


def decoded(arguments: Any) -> dict[str, Any]:
    """Return a trigger's arguments as the triggerer takes them out of the database."""
    plain: dict[str, Any] = smart_decode_trigger_kwargs(arguments)  # type: ignore[no-untyped-call]
    return plain


class Started:
    """A sensor as the scheduler and the triggerer have it: from the stored DAG, without a worker."""

    def __init__(self, channel: Channel, run: Any, **more: Any) -> None:
        with DAG("dag", schedule=None, params=more.pop("params", {})) as dag:
            self.sensor = FlowRunSensor(**{**COMMON, **more}, run=run)
        stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))
        self.task: Any = DagSerialization.from_dict(stored).get_task("wait")
        self.channel = channel
        self.ti = TaskInstance("wait")
        self.context: dict[str, Any] = {}

    def trigger(self) -> FlowSensorTrigger:
        """Make and render the trigger as the triggerer does."""
        arguments = self.task.start_trigger_args
        trigger = FlowSensorTrigger(**decoded(arguments.trigger_kwargs))
        self.ti.task = self.task
        trigger.task_instance = self.ti  # type: ignore[assignment]
        context: Any = {"ti": self.ti, **self.context}
        trigger.render_template_fields(context)
        return trigger

    def event(self, trigger: FlowSensorTrigger | None = None) -> Any:
        """Return the one event of the trigger."""
        made = trigger or self.trigger()

        async def events() -> list[Any]:
            return [event async for event in made.run()]

        [event] = asyncio.run(events())
        return event

    def resume(self, event: Any) -> Any:
        """Take the sensor up on a worker, which has never had it."""
        worker = Attempt(self.sensor.prepare_for_execution(), TaskInstance("wait"), Store())
        return worker.resume(event.payload)


@pytest.fixture
def started(channel: Channel) -> Callable[..., Started]:
    """Return a function that starts a sensor without a worker."""

    def start(run: Any, **more: Any) -> Started:
        return Started(channel, run, **more)

    return start


def test_a_run_is_awaited_and_its_result_left_without_any_worker(started: Make, begun: Make) -> None:
    """A handle, its texts and an id lead to the run; the result is what a worker would leave."""
    run = begun("blinkops", duration=0.3, result={"a": [1, None]})
    for given in (run.to_json(), json.dumps(run.to_json()), str(run.to_json()), run.run_id):
        sensor = started(given)
        assert isinstance(sensor.event(), TaskSuccessEvent)
        assert sensor.channel.left("wait") == {"return_value": {"a": [1, None]}}
        sensor.channel.stored.clear()


def test_templates_are_rendered_by_the_triggerer(started: Make, begun: Make) -> None:
    """What `run`, `flow_id`, `options`, connection and `result_path` ask for is there when the run is."""
    run = begun("blinkops", duration=0, result={"part": 3})
    params = {"id": run.run_id, "workspace": run.context["workspace"], "part": "part", "platform": "blinkops"}
    sensor = started(
        "{{ params.id }}", params=params,
        options={"workspace": "{{ params.workspace }}"}, result_path="{{ params.part }}",
        flow_conn_id="{{ params.platform }}_default",
    )  # fmt: skip
    sensor.context["params"] = params
    assert isinstance(sensor.event(), TaskSuccessEvent)
    assert sensor.channel.left("wait") == {"return_value": 3}


def test_the_link_is_there_before_the_run_is_over(
    started: Make, begun: Make, put_connection: Make, emulator: Any
) -> None:
    """The trigger sets the link that a worker sets at its first leg; without XCom it waits all the same."""
    run = begun("blinkops", duration=0.3)
    fields = {"platform": "blinkops", "run_link": "https://ui.invalid/${run.id}"}
    put_connection("blinkops_default", emulator.url, **fields)
    sensor = started(run.to_json(), end_from_trigger=False)
    event = sensor.event()
    assert event.payload["state"] == "success"
    assert sensor.channel.left("wait") == {"_link_FlowRunLink": f"https://ui.invalid/{run.run_id}"}
    sensor.channel.away = frozenset({"SetXCom"})
    assert sensor.event().payload["state"] == "success"


def test_a_wait_keeps_its_time_when_it_moves(started: Make, begun: Make) -> None:
    """The time counts from when the scheduler started the wait, whichever triggerer has it."""
    run = begun("blinkops", outcome="never_ends").to_json()
    sensor = started(run, timeout=100)
    trigger = sensor.trigger()
    trigger.timeout_after = datetime.now(timezone.utc) + timedelta(seconds=121)
    assert trigger._began() == pytest.approx(time.time() - 99, abs=5)
    trigger.timeout_after = datetime.now(timezone.utc) + timedelta(seconds=120)
    assert sensor.event(trigger).payload["state"] in ("running", "unknown")


@pytest.mark.parametrize(
    ("limits", "longest", "airflows"),
    [({"timeout": 50}, 50, 170), ({"timeout": 50, "execution_timeout": timedelta(seconds=20)}, 20, 20)],
)
def test_the_shorter_limit_holds(
    started: Make, limits: dict[str, Any], longest: float, airflows: float
) -> None:
    """`timeout` and `execution_timeout` end the wait, and Airflow gives a silent trigger up after them."""
    sensor = started("r", **limits)
    arguments = decoded(sensor.task.start_trigger_args.trigger_kwargs)
    assert (arguments["longest"], arguments["patience"]) == (longest, airflows)
    assert sensor.task.start_trigger_args.timeout == timedelta(seconds=longest + 120)


def test_bad_ends_are_told_by_a_worker(started: Make, begun: Make) -> None:
    """A failed run, one out of time and one that is none resume the sensor, softly where asked."""
    failed = begun("blinkops", outcome="failed", duration=0).to_json()
    sensor = started(failed)
    with pytest.raises(FlowRunFailedError):
        sensor.resume(sensor.event())
    soft = started(failed, soft_fail=True)
    with pytest.raises(AirflowSkipException):
        soft.resume(soft.event())
    late = started(begun("blinkops", outcome="never_ends").to_json(), timeout=0.5, soft_fail=True)
    with pytest.raises(AirflowSkipException, match="was not over in time"):
        late.resume(late.event())
    for run, reason in (("{'a': 1}", "the text of another value"), ("None", "has put that key there")):
        odd = started(run)
        with pytest.raises(FlowPermanentError, match=reason):
            odd.resume(odd.event())


def called(*_: Any) -> None:
    """Stand for a callback."""


@pytest.mark.parametrize(
    ("more", "by_trigger"),
    [
        ({}, True),
        ({"on_execute_callback": called}, False),
        ({"pre_execute": called}, False),
        ({"outlets": [Asset("https://flows.example/a")]}, False),
        ({"on_success_callback": called}, False),
        ({"post_execute": called}, False),
        ({"multiple_outputs": True, "end_from_trigger": True}, False),
        ({"do_xcom_push": False, "end_from_trigger": True}, False),
        ({"end_from_trigger": False}, False),
        ({"on_execute_callback": called, "end_from_trigger": True}, True),
        ({"outlets": [Asset("https://flows.example/a")], "end_from_trigger": True}, True),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else str(value),
)
def test_a_worker_ends_what_the_trigger_may_not(
    started: Make, begun: Make, more: dict[str, Any], *, by_trigger: bool
) -> None:
    """The list of deferred tasks holds, and what only a first leg does counts too."""
    sensor = started(begun("blinkops", duration=0, result=4).to_json(), **more)
    event = sensor.event()
    assert isinstance(event, TaskSuccessEvent) is by_trigger
    if not by_trigger:
        assert "return_value" not in sensor.channel.left("wait")
        assert sensor.resume(event) == 4


def test_a_sensor_that_others_are_expanded_over_is_a_workers(channel: Channel, begun: Make) -> None:
    """The trigger sees in the stored DAG what the sensor could not know when it was made."""

    @task
    def take(_value: Any) -> None: ...

    started = Started(channel, begun("blinkops", duration=0, result=[1]).to_json())
    with started.sensor.dag as dag:
        take.expand(_value=started.sensor.output)
    started.task = DagSerialization.from_dict(DagSerialization.to_dict(dag)).get_task("wait")
    assert started.event().payload["state"] == "success"


def test_another_attempt_begins_without_the_result_of_the_one_before(started: Make, begun: Make) -> None:
    """No worker clears the XCom of a sensor that was cleared, so its trigger does."""
    sensor = started(begun("blinkops", outcome="failed", duration=0).to_json())
    sensor.channel.stored["wait", -1, "return_value"] = 1
    sensor.event()
    assert sensor.channel.left("wait") == {"return_value": 1}
    sensor.ti.try_number = 2
    sensor.event()
    assert sensor.channel.left("wait") == {}
    sensor.channel.away = frozenset({"GetXCom", "DeleteXCom"})
    assert sensor.event().payload["state"] == "failed"


@pytest.mark.parametrize("choice", ["auto", True])
def test_another_attempt_is_ended_by_a_worker(started: Make, begun: Make, choice: str | bool) -> None:
    """Airflow forgets when the attempt before it ended only as a worker takes the sensor up."""
    sensor = started(begun("blinkops", duration=0).to_json(), end_from_trigger=choice)
    sensor.ti.try_number = 2
    assert sensor.event().payload["state"] == "success"


def test_a_trigger_that_crashed_leaves_the_sensor_to_a_worker(started: Make, begun: Make) -> None:
    """What only the triggerer can't do, a worker does as if it had had the sensor from the beginning."""
    run = begun("blinkops", outcome="never_ends").to_json()
    sensor = started(run)
    worker = Attempt(sensor.sensor.prepare_for_execution(), TaskInstance("wait"), Store())
    with pytest.raises(TaskDeferred) as deferral:
        worker.resume_broken("Trigger failure")
    assert deferral.value.trigger.handle == run
    assert deferral.value.trigger.not_before > time.time()


REFUSED = {
    "{{ ti.xcom_pull('begin') }}": "map_indexes",
    "{{ task_instance.xcom_pull(task_ids='begin', key='run_id')['x'] }}": "map_indexes",
    "{% set pull = ti.xcom_pull %}{{ pull('begin', map_indexes=-1) }}": "uses ti",
    "{{ ti['xcom_pull']('begin') }}": "uses ti",
    "{{ (ti | attr('xcom_pull'))('begin') }}": "uses ti",
    "{{ ti.get_first_reschedule_date({}) }}": "uses ti",
    "{{ prev_start_date_success }}": "prev_start_date_success",
    "{{ triggering_asset_events }}": "triggering_asset_events",
    "{{ task_state_store.get('run') }}": "task_state_store",
    "{{ task.timeout }}": "asks for task",
    "{{ my_macro() }}": "my_macro",
    "{{ run_id | my_filter }}": "my_filter",
    "{{ run_id": "can't be rendered",
}


@pytest.mark.parametrize("template", REFUSED)
@pytest.mark.parametrize("field", ["run", "flow_conn_id", "flow_id", "options", "result_path"])
def test_templates_that_would_never_render_are_refused(field: str, template: str) -> None:
    """The error names the field, what is wrong and what to do, when the DAG is parsed."""
    value = {"nested": [template]} if field == "options" else template
    with pytest.raises(ValueError, match=f"^{field} of sensor 'wait' .*start_from_trigger off") as caught:
        FlowRunSensor(**{"run": "r", **COMMON, field: value})
    assert REFUSED[template] in str(caught.value)
    if "map_indexes" in REFUSED[template]:
        assert "{{ ti.xcom_pull('a_task', key='handle', map_indexes=-1) }}" in str(caught.value)


@pytest.mark.parametrize(
    "template",
    [
        "plain { text }",
        "{{ ti.xcom_pull('begin', key='handle', map_indexes=-1) | tojson }}",
        "{{ task_instance.xcom_pull(['a', 'b'], map_indexes=none)[0] }}",
        "{{ ti.map_index }}-{{ ti.try_number }}-{{ run_id }}-{{ ds_nodash }}-{{ ts | ts_nodash }}",
        "{{ params.a }}{{ dag_run.conf['x'] }}{{ var.value.y }}{{ conn.z.host }}{{ macros.uuid.uuid4() }}",
        "{% for n in range(2) %}{{ n }}{{ loop.index }}{% endfor %}{% set a = 1 %}{{ a }}",
    ],
)
def test_templates_that_render_are_taken(template: str) -> None:
    """What the triggerer answers is no reason to refuse."""
    assert FlowRunSensor(**COMMON, run=template).start_trigger_args is not None


@pytest.mark.parametrize("template", ["{{ 'abc' | upper }}", "{{ ds }}"])
def test_a_dags_own_names_are_refused_though_airflow_has_such_too(template: str) -> None:
    """The triggerer would take Airflow's, and wait for another run than a worker."""
    own: dict[str, Any] = {"user_defined_filters": {"upper": str}, "user_defined_macros": {"ds": "mine"}}
    with DAG("dag", schedule=None, **own), pytest.raises(ValueError, match="of the DAG's own"):
        FlowRunSensor(**COMMON, run=template)
    with DAG("plain", schedule=None):
        FlowRunSensor(**COMMON, run=template)


def test_the_output_of_a_task_is_refused_with_the_text_that_works() -> None:
    """An XComArg would reach the trigger as it is written, so the error says which template to write."""

    def refusal(make: Callable[[Any], dict[str, Any]]) -> str:
        with DAG("dag", schedule=None):

            @task
            def begin() -> str:
                return ""

            with pytest.raises(ValueError, match="which the triggerer does not resolve") as caught:
                FlowRunSensor(**{**COMMON, "run": "r", **make(begin())})
        return str(caught.value)

    told = refusal(lambda output: {"run": output})
    assert told.startswith("run of sensor 'wait' is PlainXComArg, ")
    assert "write {{ ti.xcom_pull('begin', key='return_value', map_indexes=-1) | tojson }}" in told
    assert "come after 'begin'" in told
    assert "options of" in refusal(lambda output: {"options": {"workspace": output}})
    assert "is MapXComArg" in refusal(lambda output: {"run": output.map(str)})


def test_inlets_that_need_a_worker_are_refused() -> None:
    """Airflow asks for an alias's assets before it runs the trigger, and the triggerer never answers."""
    with pytest.raises(ValueError, match=r"AssetAlias.*leave start_from_trigger off"):
        FlowRunSensor(**COMMON, run="r", inlets=[AssetAlias("a")])


def test_a_mapped_sensor_goes_to_a_worker(attempt: Make, begun: Make) -> None:
    """None of its values would reach the trigger, so the scheduler finds nothing to start from."""
    assert FlowRunSensor.start_trigger_args is None
    with DAG("dag", schedule=None) as dag:
        FlowRunSensor.partial(**COMMON).expand(run=["{{ ti.xcom_pull('begin') }}"])
    stored: Any = DagSerialization.from_dict(DagSerialization.to_dict(dag)).get_task("wait")
    assert stored.start_trigger_args is None
    run = begun("blinkops", outcome="never_ends").to_json()
    unmapped = dag.get_task("wait").unmap({"run": run})
    assert unmapped.start_trigger_args is None
    with pytest.raises(TaskDeferred) as deferral:
        attempt(unmapped, TaskInstance("wait", map_index=0)).start()
    assert deferral.value.trigger.handle == run


def test_a_worker_that_gets_the_sensor_first_defers_it(attempt: Make, begun: Make) -> None:
    """Where the scheduler starts nothing, as in `dag.test()` and older Airflows, a worker does, by itself."""
    run = begun("blinkops", outcome="never_ends")
    process = attempt(FlowRunSensor(**COMMON, run=json.dumps(run.to_json())))
    with pytest.raises(TaskDeferred) as deferral:
        process.start()
    assert deferral.value.trigger.handle == run.to_json()
    assert deferral.value.trigger.end is not None
