"""How the Python reads: what a colleague would write, and a formatter leave as it is."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.pipelines.eject import calls, eject
from airflow_provider_flows.pipelines.model import Notice, Pipeline, Schedule, Step
from airflow_provider_flows.pipelines.plan import plan

SMTP = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"


def _step(name: str, **more: Any) -> Step:
    return Step(name=name, platform="wisebot", variant=None, flow="f", connection="wisebot_default", **more)


def _pipeline(*steps: Step, **more: Any) -> Pipeline:
    return Pipeline(id="p", file="folder/p.flow.yaml", source="", steps=steps or (_step("a"),), **more)


def _arrows(*steps: Step) -> list[str]:
    return [line.strip() for line in eject(_pipeline(*steps)).splitlines() if " >> " in line]


def test_a_whole_file() -> None:
    """Docstring, grouped imports, the DAG, its tasks, a group, and what waits for what."""
    made = _pipeline(
        _step("read", inputs={"plate": "${params.plate}"}, settings={"timeout": 5400.0}),
        _step("tell", needs=("read",), group=("after",), for_each="${steps.read.result.rows}"),
        _step("hide", group=("after",), label="${item}", for_each=({"a": 1}, "b")),
        start="2026-01-01",
        timezone="Europe/Zurich",
        tags=("lab",),
        doc="One line.",
    )
    assert (
        eject(made)
        == '''\
"""The DAG of a pipeline, as Python.

It was ejected from `p.flow.yaml` and stands alone now. Leave only one of the two files
to Airflow, since both make the DAG `p`.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, TaskGroup
from airflow_provider_flows.operators.items import FlowItemsOperator
from airflow_provider_flows.operators.step import FlowStepOperator

with DAG(
    "p",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Zurich"),
    catchup=False,
    tags=["lab"],
    doc_md="One line.",
) as dag:
    read = FlowStepOperator(
        task_id="read",
        platform="wisebot",
        flow_conn_id="wisebot_default",
        flow_id="f",
        inputs={"plate": "${params.plate}"},
        timeout=timedelta(hours=1, minutes=30),
    )

    with TaskGroup("after", prefix_group_id=False):
        tell_items = FlowItemsOperator(
            task_id="tell__items",
            step="tell",
            for_each="${steps.read.result.rows}",
        )
        FlowStepOperator.partial(
            task_id="tell",
            platform="wisebot",
            flow_conn_id="wisebot_default",
            flow_id="f",
        ).expand(item=tell_items.output)
        FlowStepOperator.partial(
            task_id="hide",
            platform="wisebot",
            flow_conn_id="wisebot_default",
            flow_id="f",
            label="${item}",
            map_index_template="{{ flow_label }}",
        ).expand(item=[{"a": 1}, "b"])

    read >> tell_items
'''
    )


def test_a_chain_is_one_line_with_what_runs_beside_it_in_a_list() -> None:
    """`a >> [b, c] >> d`."""
    steps = [_step("a"), _step("b", needs=("a",)), _step("c", needs=("a",)), _step("d", needs=("b", "c"))]
    assert _arrows(*steps) == ["a >> [b, c] >> d"]
    assert _arrows(*reversed(steps)) == ["a >> [c, b]", "[b, c] >> d"]


def test_two_lists_never_meet() -> None:
    """Python has no `[a, b] >> [c, d]`."""
    both = ("a", "b")
    steps = (_step("a"), _step("b"), _step("c", needs=both), _step("d", needs=both), _step("e", needs=("d",)))
    assert _arrows(*steps) == ["[a, b] >> c", "[a, b] >> d >> e"]


@pytest.mark.parametrize("is_wide", [False, True])
def test_what_has_no_room_in_a_line_is_broken_where_it_is_easy_to_read(is_wide: bool) -> None:
    """A list between its names, a chain between its parts."""
    names = [f"a_step_with_a_long_name_{number}" for number in range(5)]
    if is_wide:
        text = eject(_pipeline(_step("first"), *(_step(name, needs=("first",)) for name in names)))
        listed = "".join(f"        {name},\n" for name in names)
        assert text.endswith(f"\n\n    first >> [\n{listed}    ]\n")
        text = eject(_pipeline(*map(_step, names), _step("last", needs=tuple(names))))
        assert text.endswith(f"\n\n    [\n{listed}    ] >> last\n")
        return
    chain = zip(names[1:], names, strict=False)
    arrows = _arrows(_step(names[0]), *(_step(name, needs=(before,)) for name, before in chain))
    assert arrows == [" >> ".join(names[:3]), " >> ".join(names[2:])]


def test_the_steps_of_a_group_stand_in_one_block() -> None:
    """Also where the file has others between them; a group inside another one is a block in its block."""
    text = eject(
        _pipeline(
            _step("a", group=("g",)), _step("b"), _step("c", group=("g", "h")), _step("d", group=("g",))
        )
    )
    found = [line for line in text.splitlines() if "TaskGroup(" in line or "task_id" in line]
    assert [line.strip() for line in found] == [
        'with TaskGroup("g", prefix_group_id=False):',
        'task_id="a",',
        'with TaskGroup("g-h", group_display_name="h", prefix_group_id=False):',
        'task_id="c",',
        'task_id="d",',
        'task_id="b",',
    ]


def test_only_tasks_that_are_spoken_of_have_a_variable() -> None:
    """And none of these is called as something else is."""
    names = ("readPlate", "list", "import", "dag", "DOC", "l", "timedelta", "DAG", "read_plate", "x" * 60)
    steps = [_step(name, settings={"timeout": 60.0}) for name in names]
    text = eject(_pipeline(*steps, _step("last", needs=names), _step("alone")))
    lines = text.splitlines()
    variables = [line.split()[0] for line in lines if " = FlowStepOperator(" in line]
    expected = ["read_plate", "list_", "import_", "dag_", "doc", "l_", "timedelta_", "dag_2", "read_plate_"]
    assert variables == [*expected, "x" * 36, "last"]
    assert "    FlowStepOperator(" in lines


def test_a_long_text_about_the_dag_stands_before_it_line_by_line() -> None:
    """What an editor would take away, or end the text, is written out."""
    text = eject(_pipeline(doc='# Plates\n\nA "quoted" \\ line.  \nThe """end"""\n'))
    constant = text[text.index("DOC") : text.index("with DAG")]
    assert constant == (
        'DOC = """\\\n# Plates\n\nA \\"quoted\\" \\\\ line.\\x20\\x20\nThe \\"\\"\\"end\\"\\"\\"\n"""\n\n'
    )
    assert "catchup=False, doc_md=DOC) as dag:\n" in text


def test_a_text_that_is_too_long_for_a_line_is_written_in_parts() -> None:
    """One for each of its lines, and broken between words; what has no room in any is left whole."""
    prose = f"First line.\n{'A word and another. ' * 6}\n{'x' * 90} end"
    text = eject(_pipeline(_step("a", inputs={"prompt": prose, "key": "y" * 120})))
    written = text[text.index('            "prompt"') : text.index("        },\n")]
    assert [line[12:] for line in written.splitlines()] == [
        '"prompt": (',
        '    "First line.\\n"',
        '    "A word and another. A word and another. A word and another. A word "',
        '    "and another. A word and another. A word and another. \\n"',
        f'    "{"x" * 90} "',
        '    "end"',
        "),",
        f'"key": "{"y" * 120}",',
    ]


def test_what_is_called_can_be_imported_from_elsewhere() -> None:
    """A notifier that the file names in short, and what an older Airflow has in another module."""
    made = _pipeline(
        schedule=Schedule(timetable="every", arguments={"interval": 3600.0}),
        on_failure=(Notice(notifier="SmtpNotifier", arguments={"to": "a@example.org", "from": "b"}),),
    )
    timetable = "airflow.sdk.DeltaTriggerTimetable"
    assert {"SmtpNotifier", timetable} <= {call.path for call in calls(plan(made))}
    older = "airflow.timetables.trigger.DeltaTriggerTimetable"
    text = eject(made, {"SmtpNotifier": SMTP, timetable: older})
    assert f"from {SMTP.rpartition('.')[0]} import SmtpNotifier\n" in text
    assert "from airflow.timetables.trigger import DeltaTriggerTimetable\n" in text
    assert 'SmtpNotifier(to="a@example.org", **{"from": "b"})' in text


def test_two_classes_of_one_name_are_both_imported() -> None:
    """The second under another name; modules stand in the order in which people count."""
    notices = tuple(Notice(notifier=f"house{number}.Alarm", arguments={}) for number in (10, 9))
    more = tuple(Notice(notifier=f"house9.{name}", arguments={}) for name in ("HORN", "ring", "Bell"))
    text = eject(_pipeline(on_failure=(*notices, *more)))
    imports = [line for line in text.splitlines() if line.startswith("from house")]
    assert imports == [
        "from house9 import HORN, Bell, ring",
        "from house9 import Alarm as Alarm_",
        "from house10 import Alarm",
    ]
    assert "on_failure_callback=[Alarm(), Alarm_(), HORN(), ring(), Bell()]" in text


def test_imports_that_have_no_room_in_a_line_have_one_each() -> None:
    """With a comma after each, so that they stay so."""
    names = [f"Notifier{number}OfAVeryLongName" for number in range(4)]
    text = eject(_pipeline(on_failure=tuple(Notice(notifier=f"house.{name}") for name in names)))
    assert f"from house import (\n    {', '.join(names)},\n)\n".replace(", ", ",\n    ") in text


def test_the_files_name_can_do_no_harm() -> None:
    """It stands in the docstring."""
    made = Pipeline(id="p", file='a"""b\\n\n.flow.yaml', source="", steps=(_step("a"),))
    assert "`a___b_n_.flow.yaml`" in eject(made)
