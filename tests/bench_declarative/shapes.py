"""The same DAG of five flows three times: as our YAML, in Python with our operators, for dag-factory."""

from __future__ import annotations

from pathlib import Path

STEPS = 5

_PIPELINE = """\
flows: pipeline/1
pipeline: {name}
description: Read a plate, look it up, open a case, tell its owner.
schedule: "0 6 * * 1-5"
start: "2026-01-01"
timezone: Europe/Zurich
tags: [lab, nightly]
params:
  plate: {{type: string, default: P-{number}, title: Plate}}
defaults:
  retries: 2
  retry_delay: 1m
  timeout: 1h
steps:
"""

_STEPS = """\
  read_plate{k}:
    run: unitelabs/plate-readout
    with: {{plate: "${{params.plate}}", day: "${{dag_run.ds}}"}}
  history{k}:
    run: scade/41785
    options: {{start_node_id: axi1-start, end_node_id: AQ6K-end}}
    with: {{question: "History of ${{params.plate}}", number: {number}}}
  case{k}:
    run: blinkops/pb-77
    with: {{plate: "${{params.plate}}", wells: "${{steps.read_plate{k}.result.failed_{number}}}"}}
  summary{k}:
    run: vishwa/summarise-report
    with: {{history: "${{steps.history{k}.result.text}}", case: "${{steps.case{k}.result.case_id}}"}}
  tell_owner{k}:
    run: wisebot/wf-9
    needs: [case{k}]
    trigger_rule: none_failed
    with: {{text: "${{steps.summary{k}.result.text}}", link: "${{steps.case{k}.link}}"}}
"""

_PYTHON = """\
from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Param

from airflow_provider_flows.operators.flow import RunFlowOperator

with DAG(
    "{name}",
    description="Read a plate, look it up, open a case, tell its owner.",
    schedule="0 6 * * 1-5",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Zurich"),
    catchup=False,
    tags=["lab", "nightly"],
    params={{"plate": Param("P-{number}", type="string", title="Plate")}},
    default_args={{"retries": 2, "retry_delay": timedelta(minutes=1), "timeout": timedelta(hours=1)}},
):
    read_plate = RunFlowOperator(
        task_id="read_plate",
        flow_conn_id="unitelabs_default",
        flow_id="plate-readout",
        inputs={{"plate": "{{{{ params.plate }}}}", "day": "{{{{ ds }}}}"}},
    )
    history = RunFlowOperator(
        task_id="history",
        flow_conn_id="scade_default",
        flow_id="41785",
        options={{"start_node_id": "axi1-start", "end_node_id": "AQ6K-end"}},
        inputs={{"question": "History of {{{{ params.plate }}}}", "number": {number}}},
    )
    case = RunFlowOperator(
        task_id="case",
        flow_conn_id="blinkops_default",
        flow_id="pb-77",
        inputs={{"plate": "{{{{ params.plate }}}}", "wells": read_plate.output["failed_{number}"]}},
    )
    summary = RunFlowOperator(
        task_id="summary",
        flow_conn_id="vishwa_default",
        flow_id="summarise-report",
        inputs={{"history": history.output["text"], "case": case.output["case_id"]}},
    )
    tell_owner = RunFlowOperator(
        task_id="tell_owner",
        flow_conn_id="wisebot_default",
        flow_id="wf-9",
        trigger_rule="none_failed",
        inputs={{"text": summary.output["text"], "link": "{{{{ ti.xcom_pull('case', key='link') }}}}"}},
    )
    case >> tell_owner
"""

_DAG_FACTORY = """\
{name}:
  description: Read a plate, look it up, open a case, tell its owner.
  schedule: "0 6 * * 1-5"
  start_date: "2026-01-01"
  timezone: Europe/Zurich
  catchup: false
  tags: [lab, nightly]
  params:
    plate: {{__type__: airflow.sdk.Param, default: P-{number}, type: string, title: Plate}}
  default_args:
    retries: 2
    retry_delay: {{__type__: datetime.timedelta, minutes: 1}}
    timeout: {{__type__: datetime.timedelta, hours: 1}}
  tasks:
    - task_id: read_plate
      operator: airflow_provider_flows.operators.flow.RunFlowOperator
      flow_conn_id: unitelabs_default
      flow_id: plate-readout
      inputs: {{plate: "{{{{ params.plate }}}}", day: "{{{{ ds }}}}"}}
    - task_id: history
      operator: airflow_provider_flows.operators.flow.RunFlowOperator
      flow_conn_id: scade_default
      flow_id: "41785"
      options: {{start_node_id: axi1-start, end_node_id: AQ6K-end}}
      inputs: {{question: "History of {{{{ params.plate }}}}", number: {number}}}
    - task_id: case
      operator: airflow_provider_flows.operators.flow.RunFlowOperator
      flow_conn_id: blinkops_default
      flow_id: pb-77
      inputs:
        plate: "{{{{ params.plate }}}}"
        wells: "{{{{ ti.xcom_pull('read_plate')['failed_{number}'] }}}}"
      dependencies: [read_plate]
    - task_id: summary
      operator: airflow_provider_flows.operators.flow.RunFlowOperator
      flow_conn_id: vishwa_default
      flow_id: summarise-report
      inputs:
        history: "{{{{ ti.xcom_pull('history')['text'] }}}}"
        case: "{{{{ ti.xcom_pull('case')['case_id'] }}}}"
      dependencies: [history, case]
    - task_id: tell_owner
      operator: airflow_provider_flows.operators.flow.RunFlowOperator
      flow_conn_id: wisebot_default
      flow_id: wf-9
      trigger_rule: none_failed
      inputs:
        text: "{{{{ ti.xcom_pull('summary')['text'] }}}}"
        link: "{{{{ ti.xcom_pull('case', key='link') }}}}"
      dependencies: [summary, case]
"""

_OUR_LOADER = """\
from airflow_provider_flows.dags import load_dags

load_dags(globals(), "pipelines")  # Airflow DAGs
"""

_THEIR_LOADER = """\
from dagfactory import load_yaml_dags

load_yaml_dags(globals_dict=globals(), dags_folder="{folder}")  # Airflow DAGs
"""


def pipeline_text(name: str, number: int, steps: int = STEPS) -> str:
    """Return a pipeline file; the steps come in fives, and no expression is in the file of another number."""
    blocks = ("" if k == 0 else f"_{k}" for k in range(steps // STEPS))
    return _PIPELINE.format(name=name, number=number) + "".join(
        _STEPS.format(k=k, number=number) for k in blocks
    )


def python_text(name: str, number: int) -> str:
    """Return the same DAG as a person would write it in Python."""
    return _PYTHON.format(name=name, number=number)


def dag_factory_text(name: str, number: int) -> str:
    """Return the same DAG for dag-factory."""
    return _DAG_FACTORY.format(name=name, number=number)


def write_ours(folder: Path, dags: int, *, named: bool = True) -> None:
    """Write pipeline files below a loader; without `named`, no file tells by its name which DAG is in it."""
    (folder / "pipelines").mkdir(parents=True)
    (folder / "load_pipelines.py").write_text(_OUR_LOADER)
    for number in range(dags):
        name = dag_id(number)
        file = name if named else f"file_{number:03}"
        (folder / "pipelines" / f"{file}.flow.yaml").write_text(pipeline_text(name, number))


def write_stubbed(folder: Path, dags: int) -> None:
    """Write pipeline files, for `airflow-flows sync` to write the stubs."""
    folder.mkdir(parents=True)
    for number in range(dags):
        (folder / f"{dag_id(number)}.flow.yaml").write_text(pipeline_text(dag_id(number), number))


def write_python(folder: Path, dags: int) -> None:
    """Write a Python file for each DAG."""
    folder.mkdir(parents=True)
    for number in range(dags):
        (folder / f"{dag_id(number)}.py").write_text(python_text(dag_id(number), number))


def write_dag_factory(folder: Path, dags: int) -> None:
    """Write dag-factory's files below its loader."""
    (folder / "yaml").mkdir(parents=True)
    (folder / "load_yaml.py").write_text(_THEIR_LOADER.format(folder=folder / "yaml"))
    for number in range(dags):
        (folder / "yaml" / f"{dag_id(number)}.yaml").write_text(dag_factory_text(dag_id(number), number))


def dag_id(number: int) -> str:
    """Return the id of one of the DAGs."""
    return f"bench_{number:03}"
