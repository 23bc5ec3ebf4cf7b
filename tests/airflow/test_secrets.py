"""The secrets in a call-back are sent, and shown nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.blinkops import BlinkOpsRunFlowOperator
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.outcomes import FlowPermanentError

LONG, SHORT, COOKIE, QUERY = "Planted-Long-Secret", "ZQ7", "WX9", "KJ4&V%3D2"
SECRETS = (LONG, SHORT, COOKIE, "KJ4", "V%3D2", "V=2")
CALLBACK = {
    "url": f"https://hooks.invalid/done?a={QUERY.replace('&', '&b=')}",
    "method": "POST",
    "headers": {"Authorization": f"Bearer {LONG}", "X-Key": SHORT},
    "cookies": {"session": COOKIE},
    "body": {"note": "seen"},
}
Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


def shown_in(text: object) -> list[str]:
    """Return the secrets that stand in a text."""
    return [secret for secret in SECRETS if secret in str(text)]


@pytest.fixture
def arguments(flow: Flow) -> dict[str, Any]:
    """Return an operator's arguments for a flow of BlinkOps, without options."""
    return {**flow("blinkops", result="fine"), "options": None}


@pytest.mark.parametrize("deferrable", [False, True], ids=["worker", "deferred"])
def test_nothing_in_airflow_shows_them(
    run_dag: Make, emulator: FlowEmulator, arguments: dict[str, Any], logged: Make, deferrable: bool
) -> None:
    """Rendered fields, XComs and logs of plain and mapped tasks hold no part of them, the request all."""
    logged()

    def tasks() -> None:
        BlinkOpsRunFlowOperator(**{**arguments, "task_id": "plain"}, callback=CALLBACK, deferrable=deferrable)
        mapped = BlinkOpsRunFlowOperator.partial(**{**arguments, "task_id": "mapped"})
        mapped.expand(callback=[CALLBACK])

    done = run_dag(tasks)
    assert set(done.states.values()) == {"success"}
    assert done.rendered["plain", -1]["options"]["callback"]["headers"] == {
        "Authorization": "***",
        "X-Key": "***",
    }
    assert done.rendered["plain", -1]["options"]["callback"]["body"] == {"note": "seen"}
    assert done.rendered["mapped", 0]["options"]["callback"]["cookies"] == {"session": "***"}
    assert not shown_in(json.dumps([str(done.rendered), str(done.xcoms), logged()]))
    assert [run.body["callback"] for run in emulator.runs()] == [CALLBACK, CALLBACK]


def test_the_trigger_does_not_hold_them(attempt: Make, arguments: dict[str, Any]) -> None:
    """What Airflow stores of a deferral has neither the options' secrets nor the connection's."""
    task = attempt(BlinkOpsRunFlowOperator(**arguments, callback=CALLBACK, deferrable=True))
    with pytest.raises(TaskDeferred) as deferral:
        task.start()
    stored = str([deferral.value.trigger.serialize(), deferral.value.kwargs, vars(deferral.value.trigger)])
    assert not shown_in(stored)
    assert "emulated-blinkops-key" not in stored


@pytest.mark.parametrize(
    "callback",
    [
        {**CALLBACK, "headres": {}},
        {**CALLBACK, "url": f"ftp://x.invalid/?a={SHORT}"},
        f"https://hooks.invalid/?a={SHORT}",
        [CALLBACK],
    ],
    ids=["misspelt", "no http", "an address", "a list"],
)
def test_a_malformed_callback_does_not_show_them(
    attempt: Make, arguments: dict[str, Any], logged: Make, callback: object
) -> None:
    """Neither the error nor the rendered field of a call-back that is wrong shows a secret in it."""
    task = attempt(RunFlowOperator(**{**arguments, "options": {"callback": callback}}))
    with pytest.raises(FlowPermanentError, match="is malformed") as caught:
        task.run()
    assert not shown_in([caught.value, task.task.options, logged()])


def test_a_callback_as_json_text_does_not_show_them(
    attempt: Make, emulator: FlowEmulator, arguments: dict[str, Any], logged: Make
) -> None:
    """A template may give the call-back as text: it is read as what it spells, and hidden as such."""
    task = attempt(RunFlowOperator(**{**arguments, "options": {"callback": json.dumps(CALLBACK)}}))
    task.run()
    assert emulator.runs()[0].body["callback"] == CALLBACK
    assert not shown_in([task.task.options, logged()])


def test_a_platform_that_repeats_them_does_not_show_them(
    attempt: Make, emulator: FlowEmulator, arguments: dict[str, Any], logged: Make
) -> None:
    """A refusal that quotes the call-back is told without its secrets, unless they are very short words."""
    body = {"message": f"bad header 'Bearer {LONG}'"}
    emulator.fault("status", platform="blinkops", operation="start", status=400, body=body)
    with pytest.raises(FlowPermanentError, match="bad header") as caught:
        attempt(BlinkOpsRunFlowOperator(**arguments, callback=CALLBACK)).run()
    assert not shown_in([caught.value, logged()])


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"flow_conn_id": "not_there"}, {"callback": "***"}),
        ({"variant": "sink"}, {"callback": "***"}),
        ({"options": "{{ 'X-Key: ZQ7' }}"}, "***"),
    ],
)
def test_all_is_hidden_when_nothing_is_known_of_the_options(
    attempt: Make, arguments: dict[str, Any], change: dict[str, Any], shown: object
) -> None:
    """With a wrong connection, variant or kind of options nobody knows what is secret: all is hidden."""
    task = attempt(RunFlowOperator(**{**arguments, "options": {"callback": CALLBACK}, **change}))
    with pytest.raises(Exception, match=r"not_there|sink|options must be a mapping"):
        task.run()
    assert task.task.options == shown


def test_an_object_inside_a_field_does_not_hide_the_options(attempt: Make, arguments: dict[str, Any]) -> None:
    """Airflow renders objects that have templates of their own by the same method as the task."""

    class Note:
        template_fields = ("text",)

        def __init__(self) -> None:
            self.text = "{{ ti.task_id }}"

    operator = RunFlowOperator(
        **{**arguments, "options": {"callback": CALLBACK}}, files=None, inputs={"a": 1}
    )
    operator.input_schema = Note()  # type: ignore[assignment]  # rendered after the options
    operator.flow_id = Note()  # rendered before them
    task = attempt(operator)
    task.task.render_template_fields({"ti": task.ti})
    assert task.task._rendered_options == {"callback": CALLBACK}
