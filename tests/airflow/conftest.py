"""Two ways to run a task: by `dag.test()` in a real Airflow, or leg by leg without a database."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG, BaseOperator
from airflow.sdk.bases.sensor import AirflowRescheduleException  # type: ignore[attr-defined]  # 3.1 to 3.3
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import TaskStatesResult

from airflow_provider_flows.dags.build import build
from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.pipelines.model import Pipeline, Step
from airflow_provider_flows.protocol.runs import RunHandle
from airflow_provider_flows.sensors.flow import FlowRunSensor
from tests.airflow.legs import Attempt, Store, TaskInstance

FLOW = "probe"
OPTIONS: Mapping[str, Mapping[str, Any]] = {"scade": {"start_node_id": "start", "end_node_id": "end"}}
_SHARED = ModuleType("flows_dag_of_a_test")  # Airflow reads the DAG again from a file in its folder
sys.modules[_SHARED.__name__] = _SHARED
_NUMBERS = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let Airflow warn of itself, differently in each version; our own warnings are errors still."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore", "error:::airflow_provider_flows"))


@pytest.fixture
def attempt() -> Callable[..., Attempt]:
    """Return a function that makes an attempt of a task, to be run leg by leg without a database."""

    def make(task: BaseOperator, ti: Any = None, store: Store | None = None) -> Attempt:
        task = task.prepare_for_execution()
        return Attempt(task, ti or TaskInstance(task.task_id), store)

    return make


@pytest.fixture
def task_state(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Return a function that lets Airflow say in which state the task is."""

    def be(state: str | None) -> None:
        def send(message: Any) -> TaskStatesResult:
            assert message.type == "GetTaskStates"
            return TaskStatesResult(task_states={"manual__1": {"run": state}})

        comms = SimpleNamespace(send=send)
        monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", comms, raising=False)

    return be


@pytest.fixture
def noting() -> Callable[[dict[str, list[BaseException]]], Any]:
    """Return a function that makes an operator which notes its errors; Airflow 3.1 tells callbacks none."""

    def make(errors: dict[str, list[BaseException]]) -> Any:
        class Noting(RunFlowOperator):
            def execute(self, context: Any) -> Any:
                try:
                    return super().execute(context)
                except BaseException as error:
                    errors.setdefault(self.task_id, []).append(error)
                    raise

        return Noting

    return make


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Return a function that gives all that was logged since it was called last."""

    def text() -> str:
        captured = capsys.readouterr()
        return captured.out + captured.err

    return text


@pytest.fixture
def flow(
    emulator: FlowEmulator,
    connections: object,  # noqa: ARG001 - the operator finds them in the environment
) -> Callable[..., dict[str, Any]]:
    """Return a function that sets up a flow at the emulator and returns an operator's arguments for it."""

    def make(platform: str, **behaviour: Any) -> dict[str, Any]:
        emulator.flow(platform, FLOW, **{"duration": 0.2, **behaviour})
        return {
            "task_id": "run",
            "flow_conn_id": f"{platform}_default",
            "flow_id": FLOW,
            "options": OPTIONS.get(platform),
            "poll_interval": 0.1,
            "defer_after": 0,
        }

    return make


@pytest.fixture
def begun(flow: Callable[..., dict[str, Any]]) -> Callable[..., RunHandle]:
    """Return a function that starts a run as somebody else would, and returns its handle."""

    def begin(platform: str, **behaviour: Any) -> RunHandle:
        arguments = flow(platform, **behaviour)
        hook = FlowHook(arguments["flow_conn_id"])
        return hook.start_run(arguments["flow_id"], {"x": 1}, options=arguments["options"]).handle

    return begin


@pytest.fixture
def waited(attempt: Callable[..., Attempt]) -> Callable[..., Any]:
    """Return a function that runs a sensor in one of the modes, all its legs, and returns its result."""

    def wait(mode: str, **arguments: Any) -> Any:
        how = {"deferrable": True} if mode == "deferrable" else {"mode": mode}
        common = {"task_id": "wait", "flow_conn_id": "vishwa_default", "poke_interval": 0.1, "timeout": 20}
        task = attempt(FlowRunSensor(**{**common, **how, **arguments}))
        if mode != "reschedule":
            return task.run()
        for _ in range(200):
            with suppress(AirflowRescheduleException):
                return task.run()
            time.sleep(0.1)
        raise AssertionError("the sensor never ended")

    return wait


@dataclass(frozen=True, slots=True)
class Finished:
    """A DAG run that is over: its tasks' states, and what they left."""

    states: Mapping[tuple[str, int], str]
    xcoms: Mapping[tuple[str, int, str], Any]
    rendered: Mapping[tuple[str, int], Mapping[str, Any]]
    labels: Mapping[tuple[str, int], str | None]
    tries: Mapping[tuple[str, int], int]

    def result(self, task_id: str, map_index: int = -1) -> Any:
        """Return what a task returned."""
        return self.xcoms[task_id, map_index, "return_value"]


@pytest.fixture(scope="session")
def database() -> Iterator[None]:
    """Make Airflow's database, and a DAG file that gives the DAG of the test that runs."""
    from airflow import settings
    from airflow.utils import db

    folder = Path(os.environ["AIRFLOW_HOME"], "dags")
    folder.mkdir(parents=True, exist_ok=True)
    source = f"import sys  # an airflow dag\ndag = sys.modules[{_SHARED.__name__!r}].define()\n"
    (folder / "of_a_test.py").write_text(source)
    db.initdb()
    yield
    settings.dispose_orm()


@pytest.fixture
def run_dag(
    database: None,  # noqa: ARG001 - Airflow finds it by its configuration
    connections: object,  # noqa: ARG001 - the tasks find them in the environment
) -> Callable[..., Finished]:
    """Return a function that runs, by `dag.test()`, the tasks that another one adds to a DAG."""

    def run(add_tasks: Callable[[], object], **dag_arguments: Any) -> Finished:
        dag_id = f"dag_{next(_NUMBERS)}"

        def define() -> DAG:
            with DAG(dag_id, schedule=None, default_args={"retry_delay": 0}, **dag_arguments) as dag:
                add_tasks()
            return dag

        return _finished(define)

    return run


@pytest.fixture
def run_pipeline(
    database: None,  # noqa: ARG001 - Airflow finds it by its configuration
    connections: object,  # noqa: ARG001 - the tasks find them in the environment
) -> Callable[..., Finished]:
    """Return a function that runs, by `dag.test()`, a pipeline of these steps."""

    def run(*steps: Step, conf: dict[str, Any] | None = None, **fields: Any) -> Finished:
        name = f"pipeline_{next(_NUMBERS)}"
        pipeline = Pipeline(id=name, file=f"{name}.flow.yaml", source="", steps=steps, **fields)
        return _finished(lambda: build(pipeline), run_conf=conf)

    return run


def _finished(define: Callable[[], DAG], **how: Any) -> Finished:
    _SHARED.define = define  # type: ignore[attr-defined]
    dag = define()
    return Finished(**_left_by(dag.dag_id, dag.test(**how)))


def _left_by(dag_id: str, dag_run: Any) -> dict[str, Any]:
    from airflow.models.renderedtifields import RenderedTaskInstanceFields as Rendered
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        mine = XComModel.dag_id == dag_id
        tasks = {(ti.task_id, ti.map_index): ti for ti in dag_run.get_task_instances(session=session)}
        return {
            "states": {task: str(ti.state) for task, ti in tasks.items()},
            "labels": {task: ti.rendered_map_index for task, ti in tasks.items()},
            "tries": {task: ti.try_number for task, ti in tasks.items()},
            "xcoms": {
                (row.task_id, row.map_index, row.key): row.value
                for row in session.scalars(select(XComModel).where(mine))
            },
            "rendered": {
                (row.task_id, row.map_index): row.rendered_fields
                for row in session.scalars(select(Rendered).where(Rendered.dag_id == dag_id))
            },
        }
