"""Which runs a search may not take, since other tasks hold them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.operators.flow import RunFlowOperator

Flow = Callable[..., dict[str, Any]]
Make = Callable[..., Any]


def test_a_run_of_a_sibling_is_never_taken(run_dag: Make, emulator: FlowEmulator, flow: Flow) -> None:
    """Of runs with the same inputs, a search takes the one that no other task, mapped too, holds."""
    arguments = {**flow("blinkops", result={"a": 1}), "on_ambiguous_start": "search", "retries": 1}
    other = {**arguments, "task_id": "first"}

    def tasks() -> None:
        first = RunFlowOperator.partial(
            **{name: value for name, value in other.items() if name != "options"}
        ).expand(inputs=[{"x": 1}, {"x": 1}])

        class Loses(RunFlowOperator):
            def execute(self, context: Any) -> Any:
                emulator.fault("lost", platform="blinkops", operation="start")
                return super().execute(context)

        first >> Loses(**arguments, inputs={"x": 1})

    done = run_dag(tasks)
    assert done.states == {("first", 0): "success", ("first", 1): "success", ("run", -1): "success"}
    assert len(emulator.runs()) == 3
