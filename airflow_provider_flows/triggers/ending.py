"""How a trigger ends its task: the result goes into XCom, and no worker is needed any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from airflow_provider_flows.aside import Aside
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState

if TYPE_CHECKING:
    from airflow_provider_flows.hooks.flow import FlowHook

_PATIENCE = 60.0  # seconds for one answer of Airflow's; a question that it can't read it never answers
_AT_ONCE = 4  # questions; Airflow answers one after the other, and patience begins with the turn
_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
T = TypeVar("T")
HANDLE, RESULT = "handle", "return_value"


class NotHereError(Exception):
    """The task can't be ended by its trigger; a worker takes it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is needed to end a task without a worker. Holds no secret.

    :param result_path: JMESPath that picks the part of the result to leave, or None
    :param max_result_bytes: the largest result that goes into XCom; a larger one is the worker's
    :param is_dag_result: whether the result is that of the DAG run, too
    :param is_owner: whether the task started its run: then its XCom tells which run is the task's now
    """

    result_path: str | None
    max_result_bytes: int
    is_dag_result: bool = False
    is_owner: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data, as trigger arguments need it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ending:
        """Read what `to_json` wrote; raises `TypeError` on anything else."""
        return cls(**data)


async def end_task(run: Run, ending: Mapping[str, Any], ti: Any, hook: FlowHook, log: Any) -> bool:
    """Leave the run's result in the task's XCom, and tell whether the task may end now; never raises.

    Only a success ends here. All else is told to a worker, where retries, policies and callbacks are: a run
    that did not do well, a result that can't be read, is too large or can't be left in XCom, and a task whose
    run is another one by now.
    """
    if run.state is not RunState.SUCCESS:
        return False
    log = Aside(log)
    try:
        await _leave_result(run, Ending.from_json(ending), ti, hook, log)
    except Exception as error:  # noqa: BLE001 - whatever it is: the worker meets it again, and tells of it
        reason = error if isinstance(error, NotHereError) else f"{type(error).__name__}: {error}"
        log.info("A worker is going to end this task: %s", reason)
        return False
    if run.message:
        log.info("%s: %s", run.handle, run.message)
    log.info("%s is over, and the task ends without another worker", run.handle)
    return True


async def leave(values: Mapping[str, Any], ti: Any, log: Any) -> None:
    """Put values into a task's XCom; a failure is logged only, since its run goes on all the same."""
    log = Aside(log)
    try:
        for key, value in values.items():
            await _answered(lambda: asyncio.to_thread(_put, key, value, ti))  # noqa: B023 - awaited here
    except Exception as error:  # noqa: BLE001 - whatever fails: the wait is worth more
        log.warning("XCom of this task lacks %s: %s: %s", ", ".join(values), type(error).__name__, error)


async def tidy(ti: Any, log: Any) -> None:
    """Remove what an earlier attempt has returned, as a worker does before it begins; a failure is logged."""
    if ti is None or ti.try_number <= 1:
        return
    from airflow.sdk.execution_time.xcom import XCom

    try:
        await _answered(lambda: asyncio.to_thread(XCom.delete, RESULT, **_place(ti)))
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("The result of an earlier attempt may still stand in XCom: %s", error)


async def _leave_result(run: Run, ending: Ending, ti: Any, hook: FlowHook, log: Any) -> None:
    if ti is None:
        raise NotHereError("Airflow runs this trigger inside of the task, as dag.test() does")
    result = await hook.aget_result(run)
    # In a thread: what it takes to check a large result would hold up all triggers of this process.
    value = await asyncio.to_thread(_fitting, result, ending, log)
    if ending.is_owner:
        await _check_owner(run.handle, ti)
    if value is not None:  # as Airflow does on a worker
        more = {"dag_result": True} if ending.is_dag_result else {}
        await _answered(lambda: asyncio.to_thread(_put, RESULT, value, ti, **more))


async def _answered(ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Ask Airflow when it is this question's turn; thousands of runs may end in the same second."""
    turns = _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))
    async with turns:
        return await asyncio.wait_for(ask(), _PATIENCE)


def _fitting(result: Any, ending: Ending, log: Any) -> Any:
    """Return what goes into XCom, as a worker would put it there; raises `ResultTooLargeError`."""
    from airflow_provider_flows.operators.results import ResultKeeper
    from airflow_provider_flows.operators.settings import ResultPath
    from airflow_provider_flows.results import ResultTooLargeError

    part = ResultPath(ending.result_path).pick(result, log)
    try:
        return ResultKeeper(ending.max_result_bytes, None, {}).for_xcom(part)
    except ResultTooLargeError as error:  # whose remedies a worker tells, which knows where else it may go
        raise NotHereError(f"its result is above max_result_bytes ({ending.max_result_bytes})") from error


async def _check_owner(handle: RunHandle, ti: Any) -> None:
    """Raise `NotHereError` where another attempt of the task holds another run by now.

    A trigger that was out of reach may come back long after its task was cleared: Airflow drops its event,
    but not what it writes into XCom.
    """
    from airflow.sdk.execution_time.xcom import XCom

    held = await _answered(lambda: XCom.aget_one(key=HANDLE, **_place(ti)))
    if not is_held(handle, held):
        raise NotHereError(f"{handle} is not what this task's XCom {HANDLE!r} tells of")


def is_held(handle: RunHandle, held: Any) -> bool:
    """Tell whether a task's XCom, as it is now, tells of this run."""
    return bool(held == handle.to_json())


def _put(key: str, value: Any, ti: Any, **more: Any) -> None:
    from airflow.sdk.execution_time.xcom import XCom

    XCom.set(key=key, value=value, **_place(ti), **more)


def _place(ti: Any) -> dict[str, Any]:
    """Return the arguments by which Airflow's XCom finds what a task left."""
    index = -1 if ti.map_index is None else ti.map_index
    return {"dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id, "map_index": index}
