"""The calls that a pipeline becomes: what `dags` makes and `eject` prints."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.pipelines.calls import Call, Output, duration, instant
from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.model import Notice, Pipeline, Schedule, Step
from airflow_provider_flows.pipelines.plan import Plan, plan
from airflow_provider_flows.pipelines.tasks import ITEMS, STEP, TaskPlan
from airflow_provider_flows.pipelines.timetables import OLDER

ZURICH = "Europe/Zurich"


def step(name: str, **fields: Any) -> Step:
    """Return a step of which only some things are told."""
    given: dict[str, Any] = {"platform": "scade", "variant": None, "flow": "7", "connection": "c", **fields}
    return Step(name=name, **given)


def planned(*steps: Step, **fields: Any) -> Plan:
    """Return the plan of a pipeline with these steps."""
    return plan(Pipeline(id="p", file="p.flow.yaml", source="a: 1\n", steps=steps or (step("a"),), **fields))


def tasks(*steps: Step) -> dict[str, TaskPlan]:
    """Return the tasks of a pipeline with these steps, by their ids."""
    return {each.task_id: each for each in planned(*steps).tasks}


def seconds(**units: float) -> Call:
    """Return the call for a length of time."""
    return Call("datetime.timedelta", keywords=units)


def test_the_least_pipeline_says_only_what_it_must() -> None:
    """What the file doesn't say is left to Airflow, but for `catchup`, which has a default of our own."""
    found = planned()
    assert found.dag.path == "airflow.sdk.DAG"
    assert found.dag.positional == ("p",)
    assert found.dag.keywords == {"catchup": False, "doc_md": "```yaml\na: 1\n```"}
    assert found.groups == ()
    assert found.tasks == (
        TaskPlan(
            task_id="a",
            call=Call(
                STEP,
                keywords={"task_id": "a", "platform": "scade", "flow_conn_id": "c", "flow_id": "7"},
                place=Place("p.flow.yaml"),
            ),
        ),
    )


def test_all_that_a_pipeline_says_reaches_its_dag() -> None:
    """Each key has its argument, in Airflow's terms."""
    notice = Notice(notifier="SmtpNotifier", arguments={"to": ("a", "b")}, place=Place("p.flow.yaml", 3, 4))
    found = planned(
        title="Plates",
        description="Short.",
        doc="# Long\n",
        owner="lab",
        tags=("x", "y"),
        schedule=Schedule(text="0 6 * * *"),
        start="2026-01-01",
        end="2026-12-31T18:30",
        timezone=ZURICH,
        catchup=True,
        max_active_runs=2,
        run_timeout=5400.0,
        params={"plate": {"type": "string", "default": "P", "description": "Which", "enum": ("P", "Q")}},
        on_failure=(notice,),
    ).dag.keywords
    assert found == {
        "dag_display_name": "Plates",
        "description": "Short.",
        "schedule": "0 6 * * *",
        "start_date": Call("pendulum.datetime", (2026, 1, 1), {"tz": ZURICH}),
        "end_date": Call("pendulum.datetime", (2026, 12, 31, 18, 30), {"tz": ZURICH}),
        "catchup": True,
        "max_active_runs": 2,
        "dagrun_timeout": seconds(hours=1, minutes=30),
        "default_args": {"owner": "lab"},
        "params": {
            "plate": Call(
                "airflow.sdk.Param",
                ("P",),
                {"description": "Which", "type": "string", "enum": ["P", "Q"]},
            )
        },
        "tags": ["x", "y"],
        "on_failure_callback": [
            Call(
                "SmtpNotifier",
                keywords={"to": ["a", "b"]},
                register="notifications",
                place=Place("p.flow.yaml", 3, 4),
            )
        ],
        "doc_md": "# Long\n\n```yaml\na: 1\n```",
    }


def test_a_fence_is_longer_than_any_in_the_file() -> None:
    """The file ends where its block in the docs ends, also if it holds such a block itself."""
    pipeline = Pipeline(id="p", file="p", source="doc: |\n  ````\n  x\n  ````", steps=(step("a"),))
    assert str(plan(pipeline).dag.keywords["doc_md"]).startswith("`````yaml\ndoc: |")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"type": "integer"}, Call("airflow.sdk.Param", (), {"type": "integer"})),
        ({"default": None}, Call("airflow.sdk.Param", (None,), {})),
        (
            {"default": 1, "source": "x", "title": "T"},
            Call("airflow.sdk.Param", (1,), {"schema": {"source": "x", "title": "T"}}),
        ),
    ],
    ids=["without a default", "null", "a keyword that Param has too"],
)
def test_params_are_airflows_own(told: dict[str, Any], expected: Call) -> None:
    """A param is its schema, with the default and the description where Airflow takes them."""
    assert planned(params={"x": told}).dag.keywords["params"] == {"x": expected}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"schedule": Schedule(text="@daily")}, "@daily"),
        ({"schedule": Schedule(text="@daily"), "timezone": ZURICH, "start": "2026-01-01"}, "@daily"),
        (
            {"schedule": Schedule(text="@daily"), "timezone": ZURICH},
            Call("airflow.sdk.CronTriggerTimetable", ("@daily",), {"timezone": ZURICH}),
        ),
        ({"schedule": Schedule(text="@once"), "timezone": ZURICH}, "@once"),
        ({"schedule": Schedule(text="@continuous"), "timezone": ZURICH}, "@continuous"),
        (
            {"schedule": Schedule(assets=("x://a", "x://b"))},
            [Call("airflow.sdk.Asset", ("x://a",)), Call("airflow.sdk.Asset", ("x://b",))],
        ),
        (
            {"schedule": Schedule(assets=("x://a",), is_any=True)},
            Call("airflow.sdk.AssetAny", (Call("airflow.sdk.Asset", ("x://a",)),)),
        ),
        (
            {
                "schedule": Schedule(
                    timetable="cron", arguments={"cron": "* * * * *", "timezone": "Asia/Tokyo"}
                )
            },
            Call("airflow.sdk.CronTriggerTimetable", ("* * * * *",), {"timezone": "Asia/Tokyo"}),
        ),
        (
            {
                "schedule": Schedule(timetable="cron_interval", arguments={"cron": "@daily"}),
                "timezone": ZURICH,
            },
            Call("airflow.sdk.CronDataIntervalTimetable", ("@daily",), {"timezone": ZURICH}),
        ),
        (
            {"schedule": Schedule(timetable="crons", arguments={"crons": ["0 6 * * *", "0 18 * * *"]})},
            Call(
                "airflow.sdk.MultipleCronTriggerTimetable", ("0 6 * * *", "0 18 * * *"), {"timezone": "UTC"}
            ),
        ),
        (
            {"schedule": Schedule(timetable="every", arguments={"interval": 21600})},
            Call("airflow.sdk.DeltaTriggerTimetable", (seconds(hours=6),)),
        ),
        (
            {"schedule": Schedule(timetable="every_interval", arguments={"interval": 86400.0})},
            Call("airflow.sdk.DeltaDataIntervalTimetable", (seconds(days=1),)),
        ),
        (
            {
                "schedule": Schedule(
                    timetable="dates", arguments={"dates": ["2026-05-01", "2026-01-31T08:00Z"]}
                )
            },
            Call(
                "airflow.timetables.events.EventsTimetable",
                (),
                {
                    "event_dates": [
                        Call("pendulum.datetime", (2026, 1, 31, 8), {"tz": "UTC"}),
                        Call("pendulum.datetime", (2026, 5, 1), {"tz": "UTC"}),
                    ]
                },
            ),
        ),
        (
            {"schedule": Schedule(timetable="mine.Own", arguments={"days": (1,)}, place=Place("f", 2, 3))},
            Call("mine.Own", keywords={"days": [1]}, register="timetables", place=Place("f", 2, 3)),
        ),
    ],
)
def test_every_schedule_has_its_call(fields: dict[str, Any], expected: object) -> None:
    """A schedule is what Airflow takes for it; only without a start must a cron expression bring its zone."""
    assert planned(**fields).dag.keywords["schedule"] == expected


def test_airflow_takes_what_goes_with_a_schedule() -> None:
    """`@continuous` runs once at a time, and nothing is caught up from no start."""
    assert planned(schedule=Schedule(text="@continuous")).dag.keywords["max_active_runs"] == 1
    assert planned(schedule=Schedule(text="@daily"), catchup=True).dag.keywords["catchup"] is False


def test_older_names_lead_to_the_same_classes() -> None:
    """Every timetable of a plan has a place in Airflow 3.1."""
    assert set(OLDER) == {
        f"airflow.sdk.{name}Timetable"
        for name in (
            "CronTrigger",
            "CronDataInterval",
            "MultipleCronTrigger",
            "DeltaTrigger",
            "DeltaDataInterval",
        )
    }


@pytest.mark.parametrize(
    ("length", "units"),
    [
        (0, {"seconds": 0}),
        (1.5, {"seconds": 1.5}),
        (90, {"minutes": 1, "seconds": 30}),
        (90061, {"days": 1, "hours": 1, "minutes": 1, "seconds": 1}),
    ],
)
def test_durations_are_told_in_units(length: float, units: dict[str, float]) -> None:
    """A length of time is told as people would."""
    assert duration(length) == seconds(**units)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-01-01", None, Call("datetime.datetime", (2026, 1, 1))),
        ("2026-01-01T06:00:05", ZURICH, Call("pendulum.datetime", (2026, 1, 1, 6, 0, 5), {"tz": ZURICH})),
        ("2026-01-01T06:00+02:00", ZURICH, Call("pendulum.datetime", (2026, 1, 1, 5), {"tz": ZURICH})),
        ("2026-01-01T06:00Z", None, Call("pendulum.datetime", (2026, 1, 1, 6), {"tz": "UTC"})),
    ],
)
def test_instants_stand_in_the_pipelines_zone(text: str, zone: str | None, expected: Call) -> None:
    """A time of another zone is the same instant in the pipeline's; without any zone it is Airflow's."""
    assert instant(text, zone) == expected


def test_all_that_a_step_says_reaches_its_operator() -> None:
    """Each key has its argument; times are times, and data is plain data."""
    notice = Notice(notifier="SmtpNotifier", place=Place("p.flow.yaml", 9, 9))
    found = tasks(
        step(
            "a",
            variant="sync",
            flow="${params.flow}",
            inputs={"x": ({"y": (1, 2)},)},
            options={"o": "${vars.o}"},
            files={"f": "/tmp/x"},  # noqa: S108 - nobody opens it
            needs=("b",),
            condition="${steps.b.result}",
            settings={
                "timeout": 14400,
                "retry_delay": 60.0,
                "retries": 2,
                "pool": "lab",
                "trigger_rule": "all_done",
                "deferrable": False,
            },
            outlets=("x://a",),
            on_failure=(notice,),
            doc="# A",
            label="only with for_each",
            max_parallel=3,
            places={"run": Place("p.flow.yaml", 5, 10)},
        ),
        step("b", condition=True),
        step("c", condition=False, inputs="${steps.b.result}"),
    )
    assert found["a"].needs == ("b",)
    assert found["a"].call.place == Place("p.flow.yaml", 5, 10)
    assert found["a"].call.keywords == {
        "task_id": "a",
        "platform": "scade",
        "variant": "sync",
        "flow_conn_id": "c",
        "flow_id": "${params.flow}",
        "inputs": {"x": [{"y": [1, 2]}]},
        "options": {"o": "${vars.o}"},
        "files": {"f": "/tmp/x"},  # noqa: S108 - nobody opens it
        "condition": "${steps.b.result}",
        "timeout": seconds(hours=4),
        "retry_delay": seconds(minutes=1),
        "retries": 2,
        "pool": "lab",
        "trigger_rule": "all_done",
        "deferrable": False,
        "outlets": [Call("airflow.sdk.Asset", ("x://a",))],
        "on_failure_callback": [Call("SmtpNotifier", register="notifications", place=notice.place)],
        "doc_md": "# A",
    }
    assert "condition" not in found["b"].call.keywords
    assert found["c"].call.keywords["condition"] is False
    assert found["c"].call.keywords["inputs"] == "${steps.b.result}"


def test_a_list_of_items_is_mapped_as_it_stands() -> None:
    """Items that are known need no task of their own."""
    found = tasks(
        step("a", for_each=({"n": 1}, "x"), label="${item.n}", max_parallel=2, needs=("b",)), step("b")
    )
    assert set(found) == {"a", "b"}
    assert found["a"].mapped == {"item": [{"n": 1}, "x"]}
    assert found["a"].needs == ("b",)
    assert found["a"].call.keywords["label"] == "${item.n}"
    assert found["a"].call.keywords["map_index_template"] == "{{ flow_label }}"
    assert found["a"].call.keywords["max_active_tis_per_dagrun"] == 2


@pytest.mark.parametrize(
    "items",
    ["${steps.b.result}", ("$${x}",), ("a", "{{ ds }}"), ({"a": ["{% raw %}"]},), ({"${x}": 1},)],
)
def test_items_to_be_filled_have_a_task_before_the_step(items: Any) -> None:
    """That task waits, is skipped and fails as the step would, so the step itself has no rules left."""
    settings = {"trigger_rule": "none_failed", "retries": 3, "queue": "q", "pool": "p", "timeout": 60}
    notice = Notice(notifier="N")
    one = step(
        "a",
        for_each=items,
        needs=("b",),
        condition="${steps.b.result.ok}",
        settings=settings,
        group=("g",),
        on_failure=(notice,),
    )
    found = tasks(step("b"), one)
    assert list(found) == ["b", "a__items", "a"]
    items_task, task = found["a__items"], found["a"]
    assert items_task.call.path == ITEMS
    told = {name: value for name, value in items_task.call.keywords.items() if name != "on_failure_callback"}
    assert told == {
        "task_id": "a__items",
        "step": "a",
        "for_each": list(items) if isinstance(items, tuple) else items,
        "condition": "${steps.b.result.ok}",
        "trigger_rule": "none_failed",
        "retries": 3,
        "queue": "q",
    }
    assert items_task.call.keywords["on_failure_callback"] == task.call.keywords["on_failure_callback"]
    assert (items_task.needs, items_task.group, items_task.mapped) == (("b",), "g", {})
    assert (task.needs, task.group, task.mapped) == ((), "g", {"item": Output("a__items")})
    assert "condition" not in task.call.keywords
    assert "trigger_rule" not in task.call.keywords
    assert task.call.keywords["pool"] == "p"


@pytest.mark.parametrize("condition", ["${item.ok}", "${steps.b.result[0] == index}"])
def test_a_condition_on_an_item_stays_with_the_step(condition: str) -> None:
    """What depends on the item is decided for each of them."""
    found = tasks(step("b"), step("a", for_each="${steps.b.result}", condition=condition))
    assert "condition" not in found["a__items"].call.keywords
    assert found["a"].call.keywords["condition"] == condition


def test_groups_come_after_those_around_them() -> None:
    """Each group is made once; its id is that of no task and of no other group."""
    found = planned(
        step("lab", group=("lab",)),
        step("x", group=("lab", "inner")),
        step("y", group=("outer", "inner")),
        step("z", group=("outer", "inner")),
    )
    told = [(each.group_id, each.parent, each.call.positional, each.call.keywords) for each in found.groups]
    plain = {"prefix_group_id": False}
    assert told == [
        ("lab-group", None, ("lab-group",), {"group_display_name": "lab", **plain}),
        ("lab-inner", "lab-group", ("lab-inner",), {"group_display_name": "inner", **plain}),
        ("outer", None, ("outer",), plain),
        ("outer-inner", "outer", ("outer-inner",), {"group_display_name": "inner", **plain}),
    ]
    assert [each.group for each in found.tasks] == ["lab-group", "lab-inner", "outer-inner", "outer-inner"]
