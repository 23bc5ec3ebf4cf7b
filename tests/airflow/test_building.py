"""DAGs from pipelines: what Airflow stores of them, and what it, or a class that they name, refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_provider_flows.dags.build import build
from airflow_provider_flows.dags.refusals import RefusedError
from airflow_provider_flows.dags.registers import notifiers
from airflow_provider_flows.pipelines.diagnostics import Place
from airflow_provider_flows.pipelines.model import Notice, Pipeline, Schedule
from tests.airflow.steps import step

ZURICH = "Europe/Zurich"
SMTP = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
FILE = """\
flows: pipeline/1
pipeline: plates
on_failure: [{notifier: SmtpNotifier}]
"""


def pipeline(*steps: Any, **fields: Any) -> Pipeline:
    """Return a checked pipeline."""
    given: dict[str, Any] = {"id": "plates", "file": "plates.flow.yaml", "source": FILE, **fields}
    return Pipeline(steps=steps or (step("a"),), **given)


def stored(dag: DAG) -> Any:
    """Return what Airflow stores of a DAG, and what it reads from that again."""
    storage: Any = import_module("airflow.serialization.serialized_objects")
    form = getattr(storage, "DagSerialization", None) or storage.SerializedDAG  # Airflow 3.1 has the second
    data = json.loads(json.dumps(form.to_dict(dag)))
    return data["dag"], form.from_dict(data)


def refused(*steps: Any, **fields: Any) -> tuple[Any, ...]:
    """Return what stands in the way of a pipeline's DAG."""
    with pytest.raises(RefusedError) as caught:
        build(pipeline(*steps, **fields))
    return caught.value.found


WHOLE: dict[str, Any] = {
    "title": "Plates",
    "description": "Reads plates.",
    "doc": "# Plates",
    "owner": "lab",
    "tags": ("y", "x"),
    "schedule": Schedule(text="0 6 * * 1-5"),
    "start": "2026-01-01",
    "end": "2027-01-01",
    "timezone": ZURICH,
    "catchup": True,
    "max_active_runs": 2,
    "run_timeout": 5400.0,
    "params": {"plate": {"type": "string", "default": "P-1", "title": "Plate", "description": "Which"}},
    "on_failure": (Notice(notifier="SmtpNotifier", arguments={"to": "a@example.org"}),),
}


def steps() -> tuple[Any, ...]:
    """Return steps with everything that a step can have."""
    return (
        step("read", "unitelabs/4d", inputs={"plate": "${params.plate}", "day": "{{ ds }}"}, doc="# Read"),
        step(
            "tell",
            "blinkops.sync/pb",
            for_each="${steps.read.result.samples}",
            label="${item.id}",
            max_parallel=4,
            needs=("read",),
            group=("outer", "inner"),
            inputs={"a": ["${item}"]},
            settings={"trigger_rule": "none_failed", "retries": 2, "timeout": 60, "pool": "lab"},
            outlets=("flows://lab/plates",),
            on_failure=(Notice(notifier=SMTP, arguments={"to": "b@example.org"}),),
        ),
        step("tell_all", for_each=({"n": 1}, "x"), needs=("tell",), condition="${item}", group=("outer",)),
        step("nobody", for_each=()),
    )


def test_airflow_stores_what_the_pipeline_says() -> None:
    """The stored DAG has the pipeline's own values, its file in the docs, and its texts as they are."""
    data, dag = stored(build(pipeline(*steps(), **WHOLE)))
    assert dag.dag_id == "plates"
    assert data["dag_display_name"] == "Plates"
    assert data["doc_md"] == f"# Plates\n\n```yaml\n{FILE.rstrip()}\n```"
    assert data["timezone"] == ZURICH
    assert dag.timetable.summary == "0 6 * * 1-5"
    assert dag.start_date.isoformat() == "2025-12-31T23:00:00+00:00"
    assert sorted(dag.tags) == ["x", "y"]
    assert dag.catchup is True
    assert dag.dagrun_timeout.total_seconds() == 5400
    assert dag.has_on_failure_callback
    param = dag.params.get_param("plate")
    assert (param.value, param.description) == ("P-1", "Which")
    assert param.schema == {"type": "string", "title": "Plate"}
    assert {task.task_id: sorted(task.upstream_task_ids) for task in dag.tasks} == {
        "read": [],
        "tell__items": ["read"],
        "tell": ["tell__items"],
        "tell_all": ["tell"],
        "nobody": [],
    }
    assert dag.task_dict["read"].owner == "lab"
    assert dag.task_dict["read"].doc_md == "# Read"
    assert dag.task_dict["read"].inputs == {"day": "{{ ds }}", "plate": "${params.plate}"}
    mapped = dag.task_dict["tell"].partial_kwargs
    assert mapped["inputs"] == {"a": ["${item}"]}
    assert mapped["max_active_tis_per_dagrun"] == 4
    assert "flows://lab/plates" in str(mapped["outlets"])
    assert dag.task_dict["tell__items"].trigger_rule == "none_failed"
    assert dag.task_dict["tell__items"].has_on_failure_callback
    groups = dag.task_group.get_task_group_dict()
    assert set(groups["outer"].children) == {"outer-inner", "tell_all"}
    assert set(groups["outer-inner"].children) == {"tell__items", "tell"}


def test_what_is_stored_is_the_same_on_each_parse() -> None:
    """Nothing of a process is in it: neither an address, nor an order that Python picks anew each time."""
    code = (
        "import json; from tests.airflow import test_building as t;"
        "dag = t.build(t.pipeline(*t.steps(), **t.WHOLE)); dag.fileloc = 'x';"
        "print('STORED', json.dumps(t.stored(dag)[0], sort_keys=True))"
    )
    texts = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())}
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env=environment,
        )
        [line] = [line for line in done.stdout.splitlines() if line.startswith("STORED")]
        texts.add(line)
    assert len(texts) == 1
    assert " at 0x" not in texts.pop()


@pytest.mark.parametrize(
    ("fields", "kind", "summary"),
    [
        ({}, "Null", "None"),
        ({"schedule": Schedule(text="@daily")}, "CronTrigger", "0 0 * * *"),
        ({"schedule": Schedule(text="@daily"), "timezone": ZURICH}, "CronTrigger", "0 0 * * *"),
        ({"schedule": Schedule(text="@once")}, "Once", "@once"),
        ({"schedule": Schedule(text="@continuous")}, "Continuous", "@continuous"),
        ({"schedule": Schedule(assets=("x://a", "x://b"))}, "AssetTriggered", "Asset"),
        ({"schedule": Schedule(assets=("x://a", "x://b"), is_any=True)}, "AssetTriggered", "Asset"),
        (
            {"schedule": Schedule(timetable="cron", arguments={"cron": "0 6 * * *"})},
            "CronTrigger",
            "0 6 * * *",
        ),
        (
            {"schedule": Schedule(timetable="cron_interval", arguments={"cron": "0 6 * * *"})},
            "CronDataInterval",
            "0 6 * * *",
        ),
        (
            {"schedule": Schedule(timetable="crons", arguments={"crons": ["0 6 * * *", "0 9 * * *"]})},
            "MultipleCronTrigger",
            "0 6 * * *, 0 9 * * *",
        ),
        ({"schedule": Schedule(timetable="every", arguments={"interval": 21600})}, "DeltaTrigger", "6:00:00"),
        (
            {"schedule": Schedule(timetable="every_interval", arguments={"interval": 21600})},
            "DeltaDataInterval",
            "6:00:00",
        ),
        (
            {
                "schedule": Schedule(
                    timetable="dates", arguments={"dates": ["2026-05-01", "2026-02-01T08:00"]}
                )
            },
            "Events",
            "2 events",
        ),
    ],
)
def test_every_schedule_is_one_that_airflow_reads_again(
    fields: dict[str, Any], kind: str, summary: str
) -> None:
    """The scheduler gets the timetable that the file names."""
    _, dag = stored(build(pipeline(**fields)))
    assert type(dag.timetable).__name__ == f"{kind}Timetable"
    assert dag.timetable.summary == summary
    if "timezone" in fields:
        assert dag.timetable._timezone.name == ZURICH


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> str:
    """Register a timetable as an Airflow plugin does, and return its path."""
    from airflow import plugins_manager
    from airflow.timetables.interval import CronDataIntervalTimetable

    registered = {f"{__name__}.Own": type("Own", (CronDataIntervalTimetable,), {"__module__": __name__})}
    if hasattr(plugins_manager, "get_timetables_plugins"):
        monkeypatch.setattr(plugins_manager, "get_timetables_plugins", lambda: registered)
    else:  # Airflow 3.1
        monkeypatch.setattr(plugins_manager, "timetable_classes", registered)
    return next(iter(registered))


def test_a_plugins_timetable_can_be_named(plugin: str) -> None:
    """A class that a plugin has registered is made with the file's arguments."""
    own = Schedule(timetable=plugin, arguments={"cron": "0 6 * * *", "timezone": ZURICH})
    _, dag = stored(build(pipeline(schedule=own)))
    assert type(dag.timetable).__name__ == "Own"


def test_a_timetable_that_no_plugin_registered_is_never_imported(plugin: str) -> None:
    """Whatever else can be imported is refused, with what there is."""
    place = Place("plates.flow.yaml", 2, 1)
    [found] = refused(schedule=Schedule(timetable="antigravity.Fly", arguments={}, place=place))
    assert found.headline == (
        "plates.flow.yaml:2:1: error[no-such-timetable] no Airflow plugin has registered a timetable "
        "`antigravity.Fly`."
    )
    assert found.notes == (f"registered: {plugin}",)
    assert found.excerpt == "pipeline: plates"
    assert "antigravity" not in sys.modules
    [found] = refused(schedule=Schedule(timetable=plugin, arguments={"corn": 1}, place=place))
    assert found.code == "refused"
    assert f"Airflow refuses `{plugin}`: TypeError: " in found.message


def test_only_notifiers_that_a_provider_declares_are_made() -> None:
    """Any other class is never imported; each is told with its place, and with what there is."""
    at = Place("plates.flow.yaml", 3, 14)
    notices = {
        "near": Notice(notifier="SmptNotifier", place=at),
        "path": Notice(notifier="antigravity.fly", place=at),
        "keys": Notice(notifier="SmtpNotifier", arguments={"too": "x"}, place=at),
        "else": Notice(notifier="SmptNotifier", place=Place("flows.defaults.yaml", 1, 1)),
    }
    found = refused(*(step(f"s_{name}", on_failure=(notice,)) for name, notice in notices.items()))
    assert [(str(each.place), each.code, each.message.partition("(")[0]) for each in found] == [
        (
            "flows.defaults.yaml:1:1",
            "unknown-notifier",
            "no installed provider has a notifier `SmptNotifier`. Did you mean `SmtpNotifier`?",
        ),
        (
            str(at),
            "refused",
            "Airflow refuses `SmtpNotifier`: TypeError: SmtpNotifier.__init__",
        ),
        (
            str(at),
            "unknown-notifier",
            "no installed provider has a notifier `SmptNotifier`. Did you mean `SmtpNotifier`?",
        ),
        (
            str(at),
            "unknown-notifier",
            "no installed provider has a notifier `antigravity.fly`.",
        ),
    ]
    assert "SmtpNotifier" in found[0].notes[0]
    assert [each.excerpt for each in found] == ["", *[FILE.splitlines()[2]] * 3]
    assert "antigravity" not in sys.modules


def test_all_wrong_notifiers_of_one_step_are_told() -> None:
    """The first one does not hide the second, nor those that the pipeline has for itself."""
    notices = [
        Notice(notifier=name, place=Place("plates.flow.yaml", 3, 14)) for name in ("Mai", "Pag", "Sla")
    ]
    found = refused(step("s", on_failure=tuple(notices[:2])), step("t", on_failure=tuple(notices[2:])))
    assert [each.message.partition("`")[2][:3] for each in found] == ["Mai", "Pag", "Sla"]


def test_a_name_that_several_notifiers_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their whole paths tell them apart."""
    from airflow.providers_manager import ProvidersManager

    declared = {name: SimpleNamespace(data={"notifications": [f"{name}.Own"]}) for name in ("b", "a")}
    declared["c"] = SimpleNamespace(data={})
    monkeypatch.setattr(ProvidersManager, "providers", property(lambda _: declared))
    notifiers.cache_clear()
    try:
        [found] = refused(on_failure=(Notice(notifier="Own", place=Place("plates.flow.yaml", 3, 14)),))
    finally:
        notifiers.cache_clear()
    assert (found.code, found.message) == ("unknown-notifier", "several notifiers are called `Own`")
    assert found.notes == ("give one of: a.Own, b.Own",)


def test_what_airflow_refuses_is_told_at_its_step() -> None:
    """The place and Airflow's reason are told, of all steps at once."""
    places = {"run": Place("plates.flow.yaml", 2, 1)}
    found = refused(
        step("a", settings={"pool_slots": 0}, places=places),
        step("b"),
        step("c", settings={"on_ambiguous_start": "hope"}),
    )
    assert [str(each.place) for each in found] == ["plates.flow.yaml:1:1", "plates.flow.yaml:2:1"]
    assert "refuses step `c`: ValueError: on_ambiguous_start must be one of" in found[0].message
    assert "refuses step `a`: ValueError: pool slots" in found[1].message
    [found_of_dag] = refused(tags=("x" * 101,))
    assert "refuses the DAG: ValueError: tag cannot be longer" in found_of_dag.message
    assert str(RefusedError([found_of_dag])) == found_of_dag.headline


def test_a_dag_around_it_stays_as_it_is() -> None:
    """Building is no part of any `with DAG(…)` that somebody has opened."""
    with DAG("other", schedule=None) as other:
        built = build(
            pipeline(step("a", group=("g",)), step("b", for_each="${steps.a.result}", needs=("a",)))
        )
    assert other.task_ids == []
    assert sorted(built.task_ids) == ["a", "b", "b__items"]
