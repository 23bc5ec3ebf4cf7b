"""Steps and operators held against what their flows take."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from airflow_provider_flows.contracts.against import step_problems
from airflow_provider_flows.contracts.lock import Contract, Lock, Target, lock_text, read_lock
from airflow_provider_flows.contracts.python_calls import call_problems
from airflow_provider_flows.pipelines.read import read_pipeline

INPUTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "plate": {"type": "string"},
        "count": {"type": "integer", "minimum": 1},
        "samples": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
        "mode": {"enum": ["fast", "slow"]},
    },
    "required": ["plate"],
}
LOCK = Lock({Target("unitelabs_default", "unitelabs", "w-1"): Contract(INPUTS)})
PIPELINE = """\
flows: pipeline/1
pipeline: report
params:
  plate: {type: string, default: P-1}
  number: 3
steps:
  read:
    run: unitelabs/w-1
    with: {WITH}
"""


def found(given: str, lock: Lock = LOCK) -> list[tuple[str, str, bool]]:
    """Return code, message and whether it is an error for the inputs of a step."""
    text = PIPELINE.replace("{WITH}", given)
    reading = read_pipeline(text, "report.flow.yaml", more=partial(step_problems, lock))
    return [(each.code, each.message, each.is_error) for each in reading.diagnostics]


@pytest.mark.parametrize(
    "given",
    [
        "{plate: P-1}",
        "{plate: P-1, count: 2, samples: [{id: a}], mode: fast}",
        '{plate: "${params.plate}", count: "${params.number}"}',
        '{plate: "plate ${params.number}"}',
        '{plate: "{{ ds }}", samples: "${params.unknown_type || `[]`}"}',
        '"${params}"',
    ],
)
def test_what_fits_is_quiet(given: str) -> None:
    """Literals, references of the right type and what nobody can know are no problem."""
    assert [each for each in found(given) if each[0] != "unknown-param"] == []


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("{count: 2}", "missing-input", "`unitelabs/w-1` needs the input `plate` (string)"),
        ("{plate: 7}", "bad-input", "the input `plate`: 7 is not of type 'string'"),
        ("{plate: P, count: 0}", "bad-input", "the input `count`: 0 is less than the minimum of 1"),
        (
            "{plate: P, mode: medium}",
            "bad-input",
            "the input `mode`: 'medium' is not one of ['fast', 'slow']",
        ),
        (
            "{plate: P, samples: [{id: 1}]}",
            "bad-input",
            "the input `samples`[0].id: 1 is not of type 'string'",
        ),
        ('{plate: P, count: "${params.plate}"}', "bad-input", "takes integer, and this gives string"),
        ('{plate: "${params.number}"}', "bad-input", "takes string, and this gives integer"),
        ('{plate: P, count: "{{ ds }}"}', "bad-input", "takes integer, and this gives string"),
        ('{plate: P, samples: ["x ${params.plate}"]}', "bad-input", "takes object, and this gives string"),
    ],
)
def test_what_does_not_fit_is_told(given: str, code: str, said: str) -> None:
    """Missing inputs, wrong literals and references of another type are errors with the lock's advice."""
    assert [(each[0], each[2]) for each in found(given)] == [(code, True)]
    assert said in found(given)[0][1]


def test_an_unknown_input_is_a_warning_unless_the_flow_takes_no_other() -> None:
    """JSON Schema lets more in than it names, unless it says otherwise."""
    [(code, message, is_error)] = found("{plate: P, plates: 2}")
    assert (code, is_error) == ("unknown-input", False)
    assert "takes no input `plates`. Did you mean `plate`?" in message
    closed = Lock({next(iter(LOCK.contracts)): Contract({**INPUTS, "additionalProperties": False})})
    assert [each[2] for each in found("{plate: P, plates: 2}", closed)] == [True]


def test_a_flow_that_nobody_pulled_is_not_judged() -> None:
    """Another connection, platform or flow has another contract."""
    assert found("{nothing: right}", Lock()) == []


def test_operators_are_held_against_it_too() -> None:
    """Literal inputs of operators in Python are checked, with their place."""
    text = (
        "op = RunFlowOperator(task_id='a', flow_conn_id='unitelabs_default', flow_id='w-1', "
        "inputs={'plate': 7})\n"
        "UniteLabsRunFlowOperator(task_id='b', flow_id='w-1', inputs={'count': '{{ ds }}', 'plates': 1})\n"
        "RunFlowOperator(task_id='c', flow_conn_id='other', flow_id='w-1', inputs={})\n"
        "RunFlowOperator(task_id='d', flow_conn_id='unitelabs_default', flow_id='w-1', inputs={**more})\n"
        "UniteLabsRunFlowOperator(task_id='e', flow_id='w-1', inputs=computed())\n"
    )
    heads = [(str(each.place), each.code) for each in call_problems(LOCK, text, "dag.py")]
    assert heads == [
        ("dag.py:1:101", "bad-input"),
        ("dag.py:2:61", "missing-input"),
        ("dag.py:2:71", "bad-input"),
        ("dag.py:2:93", "unknown-input"),
    ]
    assert call_problems(LOCK, "this is (no Python", "dag.py") == []


def test_a_lock_file_says_what_was_pulled() -> None:
    """What is written is read again, the same text each time; a faulty file is told."""
    text = lock_text(LOCK)
    assert read_lock(text, "flows.lock.yaml") == (LOCK, [])
    assert lock_text(read_lock(text, "flows.lock.yaml")[0]) == text
    for faulty in ("", "- a", "flows: lock/9\ncontracts: {}", text.replace("type: integer", "type: whole")):
        assert read_lock(faulty, "flows.lock.yaml")[1] != []
