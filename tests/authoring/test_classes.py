"""Hook and operator of a platform without Python of its own."""

from __future__ import annotations

from inspect import signature
from pathlib import Path

import pytest

from airflow_provider_flows.hooks import others as hooks
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.operators import others as operators
from airflow_provider_flows.operators.flow import RunFlowOperator


def test_a_hook_is_made_from_the_spec(own: Path) -> None:  # noqa: ARG001 - it brings the platform
    """It is of its connection type, has its default connection, and is the same class each time."""
    kind = hooks.SixthHook
    assert issubclass(kind, FlowHook)
    assert (kind.conn_type, kind.default_conn_name, kind.hook_name) == ("sixth", "sixth_default", "Sixth")
    assert kind is hooks.SixthHook
    assert f"{kind.__module__}.{kind.__qualname__}" == "airflow_provider_flows.hooks.others.SixthHook"


def test_an_operator_is_made_from_the_spec(own: Path) -> None:  # noqa: ARG001 - it brings the platform
    """Each option is a keyword, also of `partial`; a keyword that is none is refused."""
    kind = operators.SixthRunFlowOperator
    assert issubclass(kind, RunFlowOperator)
    assert {"color", "seconds", "flow_conn_id", "options"} <= set(signature(kind.__init__).parameters)
    task = kind(task_id="t", flow_id="f", color="green", options={"seconds": 5})
    assert task.options == {"seconds": 5, "color": "green"}
    assert (task.flow_conn_id, task.conn_type) == ("sixth_default", "sixth")
    mapped = kind.partial(task_id="m", flow_id="f", color="red").expand(inputs=[{"a": 1}, {"a": 2}])
    assert mapped.partial_kwargs["color"] == "red"
    with pytest.raises(TypeError, match="colour"):
        kind(task_id="u", flow_id="f", colour="green")


@pytest.mark.parametrize("name", ["NobodysHook", "_SixthHook", "Sixth", "__path__"])
def test_no_other_name_is_there(name: str) -> None:
    """A name that no platform has is an `AttributeError`, as of any module."""
    with pytest.raises(AttributeError):
        getattr(hooks, name)
    with pytest.raises(AttributeError):
        getattr(operators, name.replace("Hook", "RunFlowOperator"))


def test_airflow_itself_needs_no_python_either() -> None:
    """The platform that comes without modules of its own has both classes."""
    assert hooks.AirflowHook.conn_type == "airflow"
    assert operators.AirflowRunFlowOperator.conn_type == "airflow"
