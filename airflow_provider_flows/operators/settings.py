"""What operator and sensor are told in several forms, checked before anything is sent, and what they tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_flows.platforms.expressions import expression
from airflow_provider_flows.protocol.errors import ResultPathError, SpecError
from airflow_provider_flows.protocol.polling import longest_pause
from airflow_provider_flows.retries import default_retry_policy

if TYPE_CHECKING:
    from airflow.sdk import Context


SETTLING = 6.0  # seconds; a task that is resumed earlier may be failed by Airflow 3.3, see FlowRunTrigger
ONE_LOOK = 60.0  # seconds that one question may take, with all its repeats
MOST_WAITS = 5  # triggers that may break while they wait for one run
GRACE = 120.0  # seconds after the deadline at which Airflow itself gives a silent trigger up


def seconds(name: str, value: float | timedelta, *, positive: bool = False) -> float:
    """Return a time in seconds; raises `ValueError` for what is none."""
    number = value.total_seconds() if isinstance(value, timedelta) else value
    least = "more than 0" if positive else "0 or more"
    if (
        isinstance(number, bool)
        or not isinstance(number, int | float)
        or number < 0
        or (positive and number == 0)
    ):
        raise ValueError(f"{name} must be {least} seconds, as a number or a timedelta, not {value!r}")
    return float(number)


def longest_interval(first: float, longest: float | timedelta | None) -> float:
    """Return `max_poll_interval` in seconds; raises `ValueError` for what is no time, or below the first."""
    if longest is None:
        return longest_pause(first, None)
    return longest_pause(first, seconds("max_poll_interval", longest, positive=True))


def chosen(name: str, value: Any, choices: Sequence[str]) -> str:
    """Return a word that must be one of some; raises `ValueError` for any other."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return str(value)


def with_retry_policy(task: Any) -> None:
    """Give a task our retry policy, where Airflow has such policies and the task has none of its own."""
    if getattr(task, "retry_policy", None) is None and (policy := default_retry_policy()) is not None:
        task.retry_policy = policy


def joined(options: Mapping[str, Any] | None, **own: Any) -> dict[str, Any]:
    """Return the options together with those that have a keyword of their own and were given by it.

    Raises `TypeError` for options that are no mapping yet, and `ValueError` for one that is given both ways.
    """
    given = {name: value for name, value in own.items() if value is not None}
    if not isinstance(options, Mapping | None):
        raise TypeError(
            f"options must be a mapping here, not {type(options).__name__}: put what comes from elsewhere "
            "into single options, or use RunFlowOperator"
        )
    if twice := sorted(given.keys() & (options or {}).keys()):
        raise ValueError(f"given both in options and by a keyword: {', '.join(twice)}")
    return {**(options or {}), **given}


class ResultPath:
    """The JMESPath expression that picks a part of a result; raises `ResultPathError` when it is none."""

    def __init__(self, text: str | None) -> None:
        try:
            self._expression = expression(text, "result_path") if text else None
        except SpecError as error:
            raise ResultPathError(str(error)) from error

    def pick(self, result: Any, log: Any) -> Any:
        """Return the part, or the whole where no part is asked for; say so when there is no such part."""
        if self._expression is None:
            return result
        part = self._expression(result)
        if part is None:
            there = (
                f"the keys {sorted(result)}" if isinstance(result, Mapping) else f"a {type(result).__name__}"
            )
            log.warning("result_path %r found nothing in %s", self._expression.text, there)
        return part


def task_key(context: Context) -> dict[str, Any]:
    """Return the names by which a run can tell its task; `key` is unique to the attempt."""
    ti = context["ti"]
    parts = {
        "dag_id": ti.dag_id,
        "task_id": ti.task_id,
        "run_id": ti.run_id,
        "map_index": ti.map_index,
        "try_number": ti.try_number,
    }
    return {**parts, "key": ".".join(str(part) for part in parts.values())}


def tell(context: Context, log: Any, values: Mapping[str, Any]) -> None:
    """Put values into XCom; a failure to do so is logged only, since the run goes on all the same."""
    try:
        for key, value in values.items():
            context["ti"].xcom_push(key, value)
    except Exception as error:  # noqa: BLE001 - whatever fails: the task must not start a second run for it
        log.warning("XCom of this task lacks %s: %s", ", ".join(values), error)
